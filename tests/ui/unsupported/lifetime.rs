use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
struct Sample<'a> {
    name: &'a str,
}

fn main() {}
