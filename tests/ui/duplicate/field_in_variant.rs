use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
enum Sample {
    A {
        x: u8,
        #[serde(rename = "x")]
        y: u8,
    },
}

fn main() {}
