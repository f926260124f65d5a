use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
struct Left {
    right: Vec<Right>,
}

#[derive(Deserialize, Extract)]
struct Right {
    left: Vec<Left>,
}

fn main() {}
