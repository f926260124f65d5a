use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
struct Sample {
    #[extract(custom = is_sku)]
    sku: String,
}

fn main() {}
