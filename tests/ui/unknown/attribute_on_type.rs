use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
#[extract(stric)]
struct Sample {
    name: String,
}

fn main() {}
