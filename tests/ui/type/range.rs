use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
struct Sample {
    #[extract(range(min = 1))]
    one: String,
    #[extract(range(min = 1))]
    two: Vec<u8>,
}

fn main() {}
