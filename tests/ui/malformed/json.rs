use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
struct Sample {
    #[extract(example(json = "{a: 1}"))]
    one: Vec<u8>,
    #[extract(example(json = 3))]
    two: Vec<u8>,
    #[extract(example(yaml = "a: 1"))]
    three: Vec<u8>,
    #[extract(example = vec![1])]
    four: Vec<u8>,
}

fn main() {}
