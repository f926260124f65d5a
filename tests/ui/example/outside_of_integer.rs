use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
struct Sample {
    #[extract(example = 256)]
    one: u8,
    #[extract(examples(-1))]
    two: u8,
}

fn main() {}
