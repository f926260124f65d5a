use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
struct Sample {
    #[extract(length)]
    name: String,
    #[extract(range())]
    age: u8,
    #[extract(length(3))]
    code: String,
}

fn main() {}
