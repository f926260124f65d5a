use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
struct Sample(u8, #[serde(default)] #[extract(skip)] u8);

fn main() {}
