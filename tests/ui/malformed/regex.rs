use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
struct Sample {
    #[extract(pattern = "^[a-z")]
    name: String,
    #[extract(pattern = "a{3,1}")]
    code: String,
    #[extract(pattern = r"(?=a)b")]
    look: String,
    #[extract(inner(pattern = "*"))]
    list: Vec<String>,
}

fn main() {}
