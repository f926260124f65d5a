use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
struct Sample {
    #[extract(email)]
    one: u8,
    #[extract(pattern = "a")]
    two: Vec<String>,
    #[extract(prefix = "a")]
    three: bool,
}

fn main() {}
