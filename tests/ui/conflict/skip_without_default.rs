use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
struct Sample {
    #[extract(skip)]
    internal: u8,
    #[extract(skip)]
    optional: Option<u8>,
    #[serde(default)]
    #[extract(skip)]
    defaulted: u8,
}

fn main() {}
