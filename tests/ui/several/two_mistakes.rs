use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
#[extract(name = "a b")]
struct Sample {
    #[extract(pattern = "(")]
    name: String,
    #[extract(rang(min = 1))]
    age: u8,
}

#[derive(Deserialize, Extract)]
struct Outer {
    // A type with mistakes is no mistake of its own.
    sample: Sample,
}

fn main() {}
