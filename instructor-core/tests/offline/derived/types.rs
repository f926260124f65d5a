//! The types that the offline model is asked for.

use instructor_core::Extract;
use serde::{Deserialize, Serialize};

/// A person.
#[derive(Serialize, Deserialize, Extract)]
pub(super) struct Person {
    name: String,
    age: Option<u8>,
    #[extract(email)]
    email: Option<String>,
}

/// Someone and their age.
#[derive(Serialize, Deserialize, Extract)]
pub(super) struct Aged {
    name: String,
    age: u8,
}

#[derive(Serialize, Deserialize, Extract)]
pub(super) struct Life {
    name: String,
    /// ISO date.
    born: String,
    died: Option<String>,
    birthplace: Option<String>,
    occupation: String,
    age_at_death: u8,
}

#[derive(Serialize, Deserialize, Extract)]
pub(super) struct Invoice {
    number: String,
    vendor: Party,
    customer: Party,
    lines: Vec<Line>,
    subtotal: f64,
    vat: f64,
    total: f64,
    currency: Currency,
    due_date: String,
}

#[derive(Serialize, Deserialize, Extract)]
pub(super) struct Party {
    name: String,
    email: Option<String>,
}

#[derive(Serialize, Deserialize, Extract)]
pub(super) struct Line {
    description: String,
    quantity: u32,
    unit_price: f64,
}

#[derive(Serialize, Deserialize, Extract)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Currency {
    Eur,
    Gbp,
    Usd,
}

/// Something that somebody has promised to do.
#[derive(Serialize, Deserialize, Extract)]
pub(super) struct ActionItem {
    owner: String,
    task: String,
    due: Option<String>,
}

#[derive(Serialize, Deserialize, Extract)]
pub(super) struct Meeting {
    title: String,
    date: String,
    place: Option<String>,
    attendees: Vec<String>,
    action_items: Vec<ActionItem>,
}

#[derive(Serialize, Deserialize, Extract)]
pub(super) struct JobAd {
    title: String,
    company: String,
    location: String,
    salary_min: Option<u32>,
    salary_max: Option<u32>,
    skills: Vec<String>,
    remote: bool,
}

#[derive(Serialize, Deserialize, Extract)]
pub(super) struct Ticket {
    customer: String,
    email: Option<String>,
    phone: Option<String>,
    order_number: String,
    category: Category,
    refund_wanted: bool,
}

#[derive(Serialize, Deserialize, Extract)]
#[serde(rename_all = "snake_case")]
pub(super) enum Category {
    /// The parcel came late or never.
    Delivery,
    /// The product is broken or does not work.
    Defect,
    /// A wrong charge.
    Billing,
}

/// How the writer feels.
#[derive(Serialize, Deserialize, Extract)]
#[serde(rename_all = "lowercase")]
pub(super) enum Sentiment {
    /// Happy, satisfied.
    Positive,
    /// Neither.
    Neutral,
    /// Angry, disappointed.
    Negative,
}

#[derive(Serialize, Deserialize, Extract)]
pub(super) struct Review {
    product: String,
    price: Option<f64>,
    stars: u8,
    sentiment: Sentiment,
    recommended: bool,
}

#[derive(Serialize, Deserialize, Extract)]
pub(super) struct Product {
    name: String,
    price: f64,
    in_stock: bool,
    weight_kg: Option<f64>,
    color: Option<String>,
}

#[derive(Serialize, Deserialize, Extract)]
pub(super) struct Contact {
    name: String,
    company: Option<String>,
    phone: Option<String>,
    email: Option<String>,
    website: Option<String>,
    address: Option<Address>,
}

#[derive(Serialize, Deserialize, Extract)]
pub(super) struct Address {
    street: String,
    city: String,
    zip: String,
}

#[derive(Serialize, Deserialize, Extract)]
pub(super) struct Job {
    company: String,
    role: String,
    start_year: u16,
    end_year: Option<u16>,
}

#[derive(Serialize, Deserialize, Extract)]
pub(super) struct Cv {
    name: String,
    email: Option<String>,
    jobs: Vec<Job>,
    languages: Vec<String>,
}

/// An event.
#[derive(Serialize, Deserialize, Extract)]
pub(super) struct Event {
    name: String,
    date: String,
    time: Option<String>,
    city: Option<String>,
    price: Option<f64>,
    speakers: Vec<String>,
}

#[derive(Serialize, Deserialize, Extract)]
pub(super) struct Recipe {
    title: String,
    servings: Option<u8>,
    ingredients: Vec<Ingredient>,
}

#[derive(Serialize, Deserialize, Extract)]
pub(super) struct Ingredient {
    name: String,
    quantity: Option<f64>,
    unit: Option<String>,
}

#[derive(Serialize, Deserialize, Extract)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Command {
    /// Sends a message to somebody.
    SendMessage { recipient: String, text: String },
    /// Sets an alarm.
    SetAlarm { time: String },
    /// Plays a song.
    Play { song: String },
}

#[derive(Serialize, Deserialize, Extract)]
pub(super) struct Tweet {
    author: Option<String>,
    hashtags: Vec<String>,
    mentions: Vec<String>,
    sentiment: Sentiment,
    url: Option<String>,
}

/// A user.
#[derive(Serialize, Deserialize, Extract)]
pub(super) struct User {
    first_name: String,
    last_name: String,
    username: Option<String>,
    city: Option<String>,
    role: Option<String>,
}

#[derive(Serialize, Deserialize, Extract)]
pub(super) struct Flight {
    number: String,
    from: String,
    to: String,
    passengers: u8,
}

#[derive(Serialize, Deserialize, Extract)]
pub(super) struct Nested {
    outer: Option<Box<Aged>>,
    tags: Option<Vec<String>>,
}

#[derive(Serialize, Deserialize, Extract)]
pub(super) struct Movie {
    title: String,
    year: u16,
    director: String,
    genres: Vec<String>,
    rating: f64,
}

#[derive(Serialize, Deserialize, Extract)]
pub(super) struct Answer {
    answer: String,
}

#[derive(Serialize, Deserialize, Extract)]
pub(super) struct Receipt {
    store: String,
    date: Option<String>,
    items: Vec<Item>,
    total: f64,
    paid_by: Payment,
}

#[derive(Serialize, Deserialize, Extract)]
struct Item {
    name: String,
    price: f64,
}

#[derive(Serialize, Deserialize, Extract)]
#[serde(rename_all = "snake_case")]
enum Payment {
    Cash,
    CreditCard,
    Other,
}

#[derive(Serialize, Deserialize, Extract)]
pub(super) struct Book {
    title: String,
    author: String,
    published: u16,
    pages: Option<u32>,
}

#[derive(Serialize, Deserialize, Extract)]
pub(super) struct Company {
    name: String,
    founded: u16,
    founder: String,
    headquarters: String,
    employees: Option<u32>,
}

#[derive(Serialize, Deserialize, Extract)]
pub(super) struct Appointment {
    patient: String,
    doctor: String,
    date: String,
    time: String,
}

#[derive(Serialize, Deserialize, Extract)]
pub(super) enum Priority {
    Low,
    Medium,
    High,
}

#[derive(Serialize, Deserialize, Extract)]
pub(super) struct Task {
    priority: Priority,
    assignee: Option<String>,
}

/// The end of a life.
#[derive(Serialize, Deserialize, Extract)]
pub(super) struct Death {
    who: String,
    r#where: Option<String>,
    year: u16,
}
