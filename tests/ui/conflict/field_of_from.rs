use instructor::Extract;
use serde::Deserialize;

impl From<String> for Sample {
    fn from(name: String) -> Self {
        Self { name }
    }
}

#[derive(Deserialize, Extract)]
#[serde(from = "String")]
struct Sample {
    #[extract(length(min = 1))]
    name: String,
}

fn main() {}
