use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
struct Sample {
    #[serde(default)]
    #[extract(range(min = 1), default = 0)]
    one: u8,
    #[serde(default)]
    #[extract(default = "x")]
    two: u8,
}

fn main() {}
