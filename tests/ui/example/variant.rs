use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
enum Color {
    Red,
    Green,
}

#[derive(Deserialize, Extract)]
struct Sample {
    #[extract(example = "red")]
    color: Color,
}

fn main() {}
