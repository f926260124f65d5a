use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
struct Sample {
    one: String,
    #[serde(rename = "one")]
    two: String,
    #[serde(alias = "one", alias = "three")]
    three: String,
}

fn main() {}
