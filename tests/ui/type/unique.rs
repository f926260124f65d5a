use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
struct Sample {
    #[extract(unique)]
    one: String,
    #[extract(unique)]
    two: Vec<Vec<u8>>,
}

fn main() {}
