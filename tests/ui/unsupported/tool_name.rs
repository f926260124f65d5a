use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
#[extract(name = "my tool")]
struct Sample {
    name: String,
}

fn main() {}
