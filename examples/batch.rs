//! A run over many rows: sent as a batch, validated, asked again, every row accounted for. It needs
//! no key: the model built in answers. Try `cargo run --example batch`.

use instructor::{Client, Extract, Run, RunSettings};
use serde::Deserialize;

/// A person mentioned in the text.
#[derive(Debug, Deserialize, Extract)]
struct Person {
    /// Full name, exactly as written.
    name: String,
    /// Age in years.
    #[extract(range(min = 0, max = 150))]
    age: u8,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let rows = vec![
        "Ada Lovelace, 36, wrote the first program.",
        "Charles Babbage, aged 79, never finished his engine.",
        "Mary Somerville was 91 when she died in Naples.",
    ];
    let dir = std::env::temp_dir().join(format!("instructor-people-{}", std::process::id()));
    // Client::from_env("openai/gpt-4.1-mini")? asks a service; everything else stays as it is.
    let settings = RunSettings::with_client(Client::offline());
    let run = Run::<Person>::create(&dir, rows, settings)?;
    println!("{}\n", run.plan()?);
    // Kill it at any moment: `Run::open(dir)?.execute()` goes on.
    let receipt = run.execute().await?;
    for row in run.results() {
        println!("row {}: {:?}", row.key, row.result.map(|found| found.result));
    }
    println!("\n{receipt}");
    Ok(std::fs::remove_dir_all(dir)?)
}
