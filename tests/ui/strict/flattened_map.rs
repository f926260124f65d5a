use std::collections::BTreeMap;

use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
#[extract(strict)]
struct Labels {
    name: String,
    #[serde(flatten)]
    rest: BTreeMap<String, String>,
}

fn main() {}
