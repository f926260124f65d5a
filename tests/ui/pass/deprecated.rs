//! Deprecated parts give no warnings inside the macro's output.

#![deny(warnings)]
#![allow(dead_code)]

mod old {
    #![allow(deprecated)]

    #[derive(serde::Deserialize, instructor::Extract)]
    #[deprecated]
    #[extract(example = 1)]
    pub struct Old(u8);
}

#[derive(serde::Deserialize, instructor::Extract)]
struct Sample {
    new: u8,
    #[deprecated(note = "use `new`")]
    #[extract(range(max = 3))]
    old: u8,
}

#[derive(serde::Deserialize, instructor::Extract)]
enum Level {
    New,
    #[deprecated]
    Old(String),
    #[deprecated]
    Oldest,
}

fn main() {}
