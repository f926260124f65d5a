use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
struct Sample {
    #[extract(inner(description = "x"))]
    names: Vec<String>,
    #[extract(inner(emial))]
    mails: Vec<String>,
}

fn main() {}
