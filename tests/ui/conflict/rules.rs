use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
struct Sample {
    #[extract(length(min = 1), range(min = 1))]
    one: String,
    #[extract(length(min = 1), items(max = 3))]
    two: Vec<u8>,
    #[extract(items(max = 3), range(max = 3))]
    three: Vec<u8>,
    #[extract(email, url)]
    four: String,
    #[extract(one_of(1, 2), range(min = 1))]
    five: u8,
    #[extract(email, unique)]
    six: Vec<String>,
}

fn main() {}
