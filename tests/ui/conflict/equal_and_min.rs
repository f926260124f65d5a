use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
struct Sample {
    #[extract(length(min = 1, equal = 2))]
    name: String,
}

fn main() {}
