use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
struct Sample {
    #[extract(rename = "n")]
    name: String,
}

fn main() {}
