use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
#[extract(length(min = 1))]
struct Sample {
    #[extract(strict)]
    name: String,
}

fn main() {}
