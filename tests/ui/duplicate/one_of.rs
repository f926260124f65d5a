use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
struct Sample {
    #[extract(one_of("a", "b", "a"))]
    name: String,
}

fn main() {}
