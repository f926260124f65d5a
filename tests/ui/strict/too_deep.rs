use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
struct Box1<T> {
    inner: T,
}

type Four<T> = Box1<Box1<Box1<Box1<T>>>>;

#[derive(Deserialize, Extract)]
#[extract(strict)]
struct Nested {
    deep: Four<Four<Four<u8>>>,
}

fn main() {}
