//! Several actions in one text, each a tool call of its own: `cargo run --example actions`.
//!
//! Without a key the built-in model answers; `INSTRUCTOR_MODEL=provider/model` asks a real one.

use instructor::{Client, Extract, Parallel};
use serde::Deserialize;

/// A command to an assistant.
#[derive(Debug, Deserialize, Extract)]
#[serde(rename_all = "snake_case")]
enum Command {
    /// Plays a song.
    Play { song: String },
    /// Sends an email to somebody.
    SendEmail {
        /// Address of the recipient.
        #[extract(email)]
        to: String,
    },
    /// Plans a meeting on a day.
    PlanMeeting {
        /// The day, as YYYY-MM-DD.
        #[extract(pattern = r"^\d{4}-\d{2}-\d{2}$")]
        date: String,
    },
}

const TEXT: &str = "- Play the song Yesterday
- Plan a meeting on 2026-03-14
- Send an email to grace@example.com";

#[tokio::main]
async fn main() -> Result<(), instructor::Error> {
    let model = std::env::var("INSTRUCTOR_MODEL").unwrap_or_else(|_| "offline".into());
    let client = Client::from_env(&model)?;
    println!("asking {}/{}", client.provider(), client.model());

    // The model picks one tool; its name says which variant it is.
    let one: Command = client.extract("Send an email to grace@example.com").await?;
    println!("{one:?}");

    // It calls as many as there are commands. Wrong calls alone would be asked for again.
    let all = client.extract::<Parallel<Command>>(TEXT).send().await?;
    for call in &all.value {
        println!("{}: {:?}", call.id, call.value);
    }
    println!("{}", all.usage());
    Ok(())
}
