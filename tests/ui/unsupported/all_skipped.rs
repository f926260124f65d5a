use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
enum Sample {
    #[serde(skip)]
    A,
}

fn main() {}
