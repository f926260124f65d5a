use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
struct Sample {
    #[extract(length(min = 1), length(max = 2))]
    name: String,
    #[extract(description = "a")]
    #[extract(description = "b")]
    age: u8,
}

fn main() {}
