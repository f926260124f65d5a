//! Structs out of text: `cargo run --example quickstart`.
#![allow(dead_code, reason = "the fields are only printed")]

use std::error::Error as _;
use std::process::ExitCode;

use instructor::{Attempts, Client, Error, Extract};
use serde::Deserialize;

/// A person of history.
#[derive(Debug, Deserialize, Extract)]
struct Person {
    /// Full name of the person.
    #[extract(length(min = 1))]
    name: String,
    /// Age at death, in years.
    #[extract(range(min = 0, max = 150))]
    age: u8,
    /// What the person did for a living.
    occupation: String,
    /// Email address, if the text gives one.
    #[extract(email)]
    email: Option<String>,
}

/// An invoice.
#[derive(Debug, Deserialize, Extract)]
struct Invoice {
    number: String,
    vendor: Party,
    customer: Party,
    #[extract(length(min = 1), description = "The lines of the invoice, one for each product.")]
    lines: Vec<Line>,
    /// The amount to pay.
    #[extract(range(min = 0.0))]
    total: f64,
    currency: Currency,
}

/// One side of an invoice.
#[derive(Debug, Deserialize, Extract)]
struct Party {
    name: String,
    #[extract(email)]
    email: Option<String>,
}

/// A line of an invoice.
#[derive(Debug, Deserialize, Extract)]
struct Line {
    description: String,
    #[extract(range(min = 1))]
    quantity: u32,
    unit_price: f64,
}

#[derive(Debug, Deserialize, Extract)]
#[serde(rename_all = "UPPERCASE")]
enum Currency {
    Eur,
    Gbp,
    Usd,
}

/// Something that somebody has promised to do.
#[derive(Debug, Deserialize, Extract)]
struct ActionItem {
    /// Name of the person who does it.
    owner: String,
    task: String,
    /// The day until which it has to be done, as YYYY-MM-DD.
    #[extract(pattern = r"^\d{4}-\d{2}-\d{2}$")]
    due: Option<String>,
}

/// A complaint of a customer.
#[derive(Debug, Deserialize, Extract)]
struct Complaint {
    /// Name of the customer.
    customer: String,
    #[extract(custom = known_order)]
    order_number: String,
    category: Category,
    refund_wanted: bool,
}

/// What a complaint is about.
#[derive(Debug, Deserialize, Extract)]
#[serde(rename_all = "snake_case")]
enum Category {
    /// The parcel came late or never.
    Delivery,
    /// The product is broken or does not work.
    Defect,
    /// A wrong charge.
    Billing,
}

/// A rule that no JSON Schema can say: the shop looks the order up.
fn known_order(number: &str) -> Result<(), String> {
    match number {
        "7301-4468" | "7301-4471" => Ok(()),
        _ => Err("must be an order of this year; look for another number in the text".into()),
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let Err(error) = run().await else { return ExitCode::SUCCESS };
    eprintln!("error: {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        eprintln!("  because: {error}");
        cause = error.source();
    }
    eprintln!("(to run without any service, unset INSTRUCTOR_MODEL and OPENAI_API_KEY)");
    ExitCode::FAILURE
}

async fn run() -> Result<(), Error> {
    let client = client()?;

    // The shortest way: the value, and nothing else.
    let person = Person::extract(&client, include_str!("data/biography.txt")).await?;
    println!("\nbiography.txt\n  {person:?}");

    // With `send` comes the report: attempts, tokens, what was rejected and why.
    let found = client.extract::<Invoice>(include_str!("data/invoice.txt")).send().await?;
    let mut usage = found.usage();
    let Invoice { number, vendor, customer, lines, total, currency } = &found.value;
    println!("\ninvoice.txt\n  {number}: {total} {currency:?}\n  {vendor:?}\n  {customer:?}");
    for line in lines {
        println!("  {line:?}");
    }
    report(&found.attempts);

    // A list is a type like any other.
    let found = client.extract::<Vec<ActionItem>>(include_str!("data/meeting.txt")).send().await?;
    usage += found.usage();
    println!("\nmeeting.txt");
    for item in &found.value {
        println!("  {item:?}");
    }
    report(&found.attempts);

    // The customer names two order numbers. If the model picks the old one, `known_order` rejects
    // it, and the model is asked again with the reason.
    let found = client.extract::<Complaint>(include_str!("data/ticket.txt")).send().await?;
    usage += found.usage();
    println!("\nticket.txt\n  {:?}", found.value);
    report(&found.attempts);

    println!("\ntotal of the reports: {usage}");
    Ok(())
}

/// The real service if a key or a model is set, the model built in otherwise.
fn client() -> Result<Client, Error> {
    let set = |name| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    let model = set("INSTRUCTOR_MODEL")
        .or_else(|| set("OPENAI_API_KEY").map(|_| "openai/gpt-4.1-mini".to_owned()));
    let Some(model) = model else {
        println!("model: offline, which is rules and no language model; for a real one,");
        println!("       set OPENAI_API_KEY or INSTRUCTOR_MODEL=provider/model");
        return Ok(Client::offline());
    };
    println!("model: {model}");
    Client::from_env(&model)
}

/// A line for each attempt; a rejected one with the complaint that the model is sent.
fn report(attempts: &Attempts) {
    for (number, attempt) in (1..).zip(attempts) {
        let tokens = attempt.usage().unwrap_or_default();
        match &attempt.rejection {
            Some(rejection) => {
                println!("  attempt {number}: rejected, {tokens}");
                for line in rejection.for_model().lines() {
                    println!("    {line}");
                }
            }
            None => println!("  attempt {number}: accepted, {tokens}"),
        }
    }
}
