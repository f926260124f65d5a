use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
struct Sample {
    #[extract(default = 3)]
    age: u8,
}

fn main() {}
