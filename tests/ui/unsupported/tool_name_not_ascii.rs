use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
struct Größe {
    name: String,
}

fn main() {}
