use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
struct Sample {
    #[extract(schema_as)]
    one: String,
    #[extract(schema_as(String))]
    two: String,
}

fn main() {}
