use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
#[extract(example(json = r#"{"name": "Ada"}"#))]
#[extract(example(json = r#"{"name": "Ada", "age": "x"}"#))]
#[extract(example = "Ada")]
struct Sample {
    name: String,
    age: u8,
}

fn main() {}
