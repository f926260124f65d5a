use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
struct Inner {
    a: u8,
}

#[derive(Deserialize, Extract)]
#[serde(deny_unknown_fields)]
struct Sample {
    #[serde(flatten)]
    inner: Inner,
}

fn main() {}
