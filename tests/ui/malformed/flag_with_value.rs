use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
#[extract(strict = true)]
struct Sample {
    #[extract(email = true)]
    mail: String,
    #[extract(deprecated("x"))]
    old: String,
}

fn main() {}
