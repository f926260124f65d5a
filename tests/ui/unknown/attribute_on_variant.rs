use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
enum Sample {
    #[extract(descripton = "First.")]
    A,
    #[extract(length(min = 1))]
    B(String),
}

fn main() {}
