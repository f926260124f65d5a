//! Tests without a network, in one program: `cargo run --example replay`.
//!
//! It records what a model answers, then gets the same answers from the recording. The model is the
//! one built in, so that it runs anywhere; `docs/cassettes.md` shows how to record a real one.

use std::error::Error;
use std::fs;
use std::sync::Arc;

use instructor::transport::{Recorder, Replay, Transport};
use instructor::{Client, Extract, Offline};
use serde::Deserialize;

/// A meeting that was agreed on.
#[derive(Debug, PartialEq, Deserialize, Extract)]
struct Meeting {
    /// The day, as YYYY-MM-DD.
    #[extract(pattern = r"^\d{4}-\d{2}-\d{2}$")]
    date: String,
    /// Email address of who invites.
    #[extract(email)]
    email: String,
}

const TEXT: &str = "Let us meet on 2026-03-14. Write to grace@example.com if you cannot come.";

/// Your code: it does not know where the answers come from.
async fn ask(client: &Client) -> Result<Meeting, instructor::Error> {
    Meeting::extract(client, TEXT).await
}

fn client(transport: Arc<dyn Transport>) -> Result<Client, instructor::Error> {
    Client::builder().model("openai/gpt-4.1-mini").api_key("unused").transport(transport).build()
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::temp_dir().join(format!("instructor-replay-{}", std::process::id()));
    let cassette = folder.join("meeting.jsonl");

    // Once. With a real service: `Reqwest::new(&Network::default())?` instead of the model built in.
    let transport = Recorder::new(Arc::new(Offline::default()), &cassette)?;
    let recorded = ask(&client(Arc::new(transport))?).await?;
    let lines = fs::read_to_string(&cassette)?.lines().count();
    println!("recorded: {recorded:?} in {lines} lines");

    // In every test from then on.
    let replay = client(Arc::new(Replay::open(&cassette)?))?;
    let played = ask(&replay).await?;
    println!("played:   {played:?}");
    assert_eq!(played, recorded);

    // Each answer is played once; what was not recorded says so.
    if let Err(error) = ask(&replay).await {
        println!("again:    {error}");
    }
    fs::remove_dir_all(folder)?;
    Ok(())
}
