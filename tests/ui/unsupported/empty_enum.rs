use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
enum Sample {}

fn main() {}
