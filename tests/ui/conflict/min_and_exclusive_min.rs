use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
struct Sample {
    #[extract(range(min = 1, exclusive_min = 2))]
    age: u8,
}

fn main() {}
