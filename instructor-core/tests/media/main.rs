//! Pictures, sound and documents: what they are, how they are fetched, and how they reach a service.

#[path = "../support/mod.rs"]
mod support;
mod samples;
mod known;
mod data_urls;
mod web;
mod fetch;
mod client;
