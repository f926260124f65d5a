use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
#[serde(from = "String")]
struct Code(Vec<char>);

impl From<String> for Code {
    fn from(text: String) -> Self {
        Self(text.chars().collect())
    }
}

#[derive(Deserialize, Extract)]
struct Sample {
    #[extract(length(min = 1))]
    code: Code,
}

fn main() {}
