use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
struct Sample {
    #[extract(length(min = -1))]
    name: String,
    #[extract(range(min = "a"))]
    age: u8,
    #[extract(pattern = 3)]
    code: String,
    #[extract(description = 4)]
    text: String,
}

fn main() {}
