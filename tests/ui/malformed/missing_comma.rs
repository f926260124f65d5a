use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
struct Sample {
    #[extract(length(min = 1) email)]
    name: String,
}

fn main() {}
