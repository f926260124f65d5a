use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
struct Name(String);

#[derive(Deserialize, Extract)]
#[serde(untagged)]
enum Sample {
    Name(Name),
    Text(String),
}

fn main() {}
