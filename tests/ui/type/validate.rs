use instructor::Extract;
use serde::Deserialize;

fn check(_: &Sample) -> bool {
    true
}

#[derive(Deserialize, Extract)]
#[extract(validate = check)]
struct Sample {
    name: String,
}

fn main() {}
