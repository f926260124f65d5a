use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
struct Sample {
    #[extract(one_of("a", "b"))]
    one: u8,
    #[extract(one_of(1, 300))]
    two: u8,
    #[extract(one_of("a"))]
    three: Vec<String>,
}

fn main() {}
