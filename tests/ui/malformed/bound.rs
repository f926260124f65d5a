use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
#[extract(bound = "T extract")]
struct Sample<T> {
    value: T,
}

fn main() {}
