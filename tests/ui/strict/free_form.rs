use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
#[extract(strict)]
struct Outer {
    inner: Vec<Inner>,
}

#[derive(Deserialize, Extract)]
struct Inner {
    anything: serde_json::Value,
}

fn main() {}
