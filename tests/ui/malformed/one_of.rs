use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
struct Sample {
    #[extract(one_of = "a")]
    one: String,
    #[extract(one_of())]
    two: String,
    #[extract(one_of([1, 2]))]
    three: u8,
}

fn main() {}
