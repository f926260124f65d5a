use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
struct Sample {
    #[serde(skip)]
    #[extract(description = "x")]
    hidden: u8,
    shown: u8,
}

fn main() {}
