use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
struct AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA {
    name: String,
}

fn main() {}
