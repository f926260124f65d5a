use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
struct Sample {
    #[extract(length(minimum = 1))]
    name: String,
    #[extract(range(minn = 1))]
    age: u8,
    #[extract(range(from = 1))]
    size: u8,
}

fn main() {}
