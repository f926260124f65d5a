use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
struct Age(u8);

#[derive(Deserialize, Extract)]
struct Sample {
    #[extract(range(max = 256))]
    age: Age,
}

fn main() {}
