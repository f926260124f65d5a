use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
/// A line of words that says very little about the type and takes one hundred characters in all, no.
/// A line of words that says very little about the type and takes one hundred characters in all, no.
/// A line of words that says very little about the type and takes one hundred characters in all, no.
/// A line of words that says very little about the type and takes one hundred characters in all, no.
/// A line of words that says very little about the type and takes one hundred characters in all, no.
/// A line of words that says very little about the type and takes one hundred characters in all, no.
/// A line of words that says very little about the type and takes one hundred characters in all, no.
/// A line of words that says very little about the type and takes one hundred characters in all, no.
/// A line of words that says very little about the type and takes one hundred characters in all, no.
/// A line of words that says very little about the type and takes one hundred characters in all, no.
/// A line of words that says very little about the type and takes one hundred characters in all, no.
struct Sample {
    name: String,
}

fn main() {}
