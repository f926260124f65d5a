use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
struct Sample {
    #[extract(custom = "is_sku")]
    sku: String,
    #[extract(custom = |s| Ok(()))]
    other: String,
    #[extract(custom)]
    third: String,
}

fn main() {}
