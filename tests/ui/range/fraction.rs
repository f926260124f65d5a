use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
struct Sample {
    #[extract(range(min = 0.5))]
    one: u8,
}

fn main() {}
