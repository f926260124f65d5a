use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
struct Sample {
    #[extract(length(min = 1))]
    one: u8,
    #[extract(length(max = 1))]
    two: bool,
    #[extract(items(max = 1))]
    three: String,
}

fn main() {}
