use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
#[extract(description = "Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words. Words and words.")]
struct Sample {
    name: String,
}

fn main() {}
