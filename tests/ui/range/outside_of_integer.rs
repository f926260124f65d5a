use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
struct Sample {
    #[extract(range(min = -1))]
    one: u8,
    #[extract(range(max = 256))]
    two: Option<u8>,
    #[extract(range(exclusive_max = 40000))]
    three: i16,
    #[extract(inner(range(max = 300)))]
    four: Vec<u8>,
}

fn main() {}
