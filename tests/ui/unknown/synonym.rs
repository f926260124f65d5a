use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
struct Sample {
    #[extract(regex = "^a$")]
    name: String,
    #[extract(min = 1)]
    age: u8,
}

fn main() {}
