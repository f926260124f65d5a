use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
struct Sample {
    #[extract(description)]
    name: String,
    #[extract(pattern)]
    code: String,
    #[extract(example)]
    age: u8,
}

fn main() {}
