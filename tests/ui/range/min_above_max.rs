use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
struct Sample {
    #[extract(length(min = 3, max = 2))]
    name: String,
    #[extract(range(min = 10, max = 1))]
    age: u8,
    #[extract(range(min = 1.5, exclusive_max = 1.5))]
    share: f64,
    #[extract(items(min = 2, max = 1))]
    list: Vec<u8>,
}

fn main() {}
