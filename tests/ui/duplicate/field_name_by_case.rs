use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
#[serde(rename_all = "camelCase")]
#[allow(non_snake_case)]
struct Sample {
    a_b: String,
    aB: String,
}

fn main() {}
