use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
struct Sample {
    #[extract]
    name: String,
    #[extract = "x"]
    age: u8,
}

fn main() {}
