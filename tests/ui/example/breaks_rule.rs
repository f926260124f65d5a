use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
struct Sample {
    #[extract(length(max = 2), example = "abc")]
    one: String,
    #[extract(range(min = 10), examples(12, 3))]
    two: u8,
    #[extract(pattern = "^[A-Z]{2}$", example = "de")]
    three: String,
    #[extract(email, example = "me")]
    four: String,
    #[extract(one_of("a", "b"), example = "c")]
    five: String,
    #[extract(items(max = 1), example = [1, 2])]
    six: Vec<u8>,
    #[extract(inner(length(min = 2)), example = ["ab", "c"])]
    seven: Vec<String>,
}

fn main() {}
