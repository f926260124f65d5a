use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
struct Sample {
    #[extract(example = 3)]
    one: String,
    #[extract(example = "a")]
    two: u8,
    #[extract(example = 1.5)]
    three: u8,
    #[extract(examples(true, 0))]
    four: bool,
    #[extract(example = "a")]
    five: Vec<String>,
}

fn main() {}
