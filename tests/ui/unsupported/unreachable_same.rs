use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
#[serde(untagged)]
enum Sample {
    A(Point),
    B(Point),
}

#[derive(Deserialize, Extract)]
struct Point {
    x: u8,
}

fn main() {}
