use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
enum Color {
    Red,
    Green,
}

#[derive(Deserialize, Extract)]
struct Sample {
    #[extract(length(min = 1))]
    one: Color,
    #[extract(one_of("Red", "Blue"))]
    two: Color,
}

fn main() {}
