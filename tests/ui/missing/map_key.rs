use std::collections::BTreeMap;

use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
struct Prices {
    by_place: BTreeMap<(u8, u8), f64>,
}

fn main() {}
