use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize)]
struct Inner {
    a: u8,
}

#[derive(Deserialize, Extract)]
struct Page<T> {
    items: Vec<T>,
}

#[derive(Deserialize, Extract)]
struct Sample {
    page: Page<Inner>,
}

fn main() {}
