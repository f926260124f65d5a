use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
#[serde(untagged)]
enum Sample {
    Number(f64),
    Whole(i64),
    Text(String),
    Color(Color),
}

#[derive(Deserialize, Extract)]
enum Color {
    Red,
    Green,
}

fn main() {}
