use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
struct Sample {
    #[extract(inner(length(min = 1)))]
    one: String,
    #[extract(inner(email))]
    two: Vec<u8>,
}

fn main() {}
