use std::collections::BTreeMap;

use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
#[extract(strict)]
struct Fits {
    name: String,
    prices: BTreeMap<String, f64>,
    parts: Vec<Part>,
    kind: Kind,
}

#[derive(Deserialize, Extract)]
struct Part {
    parts: Vec<Part>,
}

#[derive(Deserialize, Extract)]
#[serde(tag = "kind")]
enum Kind {
    A { pair: (u8, String) },
    B,
}

fn main() {}
