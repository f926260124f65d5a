use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
struct Sample {
    #[extract(lenght(min = 1))]
    name: String,
    #[extract(desciption = "The age.")]
    age: u8,
}

fn main() {}
