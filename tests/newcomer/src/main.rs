//! The README's first program, with every kind of validator that prints code.

use instructor::{Client, Extract};
use serde::Deserialize;

/// A person mentioned in the text.
#[derive(Debug, Deserialize, Extract)]
#[extract(validate = adults_have_an_address)]
struct Person {
    /// Full name, exactly as written.
    #[extract(length(min = 1), pattern = "^[A-Z]", custom = is_no_title)]
    name: String,
    /// Age in years.
    #[extract(range(min = 0, max = 150))]
    age: u8,
    /// Email address, if the text gives one.
    #[extract(email, custom = is_known)]
    email: Option<String>,
    #[serde(default)]
    #[extract(unique, inner(length(max = 20)))]
    nicknames: Vec<String>,
}

fn is_no_title(name: &str) -> Result<(), String> {
    if name.starts_with("Mr ") { Err("must not start with a title".into()) } else { Ok(()) }
}

async fn is_known(email: &str) -> Result<(), &'static str> {
    if email.ends_with(".invalid") { Err("must be reachable") } else { Ok(()) }
}

fn adults_have_an_address(person: &Person) -> Result<(), &'static str> {
    if person.age >= 18 && person.email.is_none() { Err("adults have an address") } else { Ok(()) }
}

#[tokio::main]
async fn main() -> Result<(), instructor::Error> {
    let client = Client::from_env("offline")?;
    let person = Person::extract(&client, "Ada Lovelace, 36, ada@analytical.org").await?;
    println!("{person:?}");
    Ok(())
}

#[tokio::test]
async fn the_readme_works_with_what_it_lists() {
    let client = Client::offline();
    let person = Person::extract(&client, "Ada Lovelace, 36, ada@analytical.org").await;
    let person = person.expect("a person");
    assert_eq!((person.name.as_str(), person.age), ("Ada Lovelace", 36));
    assert_eq!(person.email.as_deref(), Some("ada@analytical.org"));
    assert!(person.nicknames.is_empty());
}

#[test]
fn every_violation_is_listed() {
    let text = r#"{"name": "Mr x", "age": 151, "email": "a@b.invalid", "nicknames": ["x", "x"]}"#;
    let rejection = Person::from_json(text).expect_err("a rejection");
    let found: Vec<_> = rejection.violations().iter().map(|v| (v.path.as_str(), v.rule)).collect();
    assert_eq!(
        found,
        [("name", "custom"), ("age", "range"), ("nicknames[1]", "unique"), ("email", "custom")]
    );
}
