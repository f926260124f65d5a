use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize)]
struct Inner {
    a: u8,
}

#[derive(Deserialize, Extract)]
struct Sample {
    inner: Inner,
    list: Vec<Inner>,
    #[extract(length(min = 1))]
    ruled: Option<Inner>,
}

fn main() {}
