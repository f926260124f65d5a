use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize)]
struct Inner {
    a: u8,
}

#[derive(Deserialize, Extract)]
enum Sample {
    A(Inner),
    B { inner: Inner },
}

fn main() {}
