use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
#[extract(crate = nowhere)]
struct Sample {
    name: String,
}

fn main() {}
