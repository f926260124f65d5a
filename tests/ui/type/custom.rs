use instructor::Extract;
use serde::Deserialize;

fn is_sku(_: &str) -> Result<(), String> {
    Ok(())
}

fn is_fine(_: &str) -> bool {
    true
}

#[derive(Deserialize, Extract)]
struct Sample {
    #[extract(custom = is_sku)]
    one: u8,
    #[extract(custom = is_fine)]
    two: String,
}

fn main() {}
