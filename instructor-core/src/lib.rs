//! Schema, validators, providers and client of the `instructor` crate, which re-exports all of it.
//!
//! The modules stand in the order of their layers: each uses only those above it.

// The derive prints `::instructor_core` paths, also in this crate's own tests.
extern crate self as instructor_core;

mod path;
#[cfg(feature = "client")]
mod cursor;
#[cfg(feature = "client")]
#[doc(hidden)]
pub mod scan;
pub mod schema;
mod quote;
pub mod validate;
pub mod align;
mod answer;
mod extract;
mod parallel;
mod maybe;
mod cited;
mod dynamic;
#[cfg(feature = "client")]
mod advice;
#[cfg(feature = "client")]
mod keys;
#[cfg(feature = "client")]
pub mod media;
#[cfg(feature = "client")]
pub mod reply;
#[cfg(feature = "client")]
pub mod request;
#[cfg(feature = "client")]
mod prompt;
#[cfg(feature = "client")]
mod attempt;
#[cfg(feature = "client")]
pub mod transport;
#[cfg(feature = "client")]
pub mod offline;
#[cfg(feature = "client")]
pub mod provider;
#[cfg(feature = "client")]
mod error;
#[cfg(feature = "client")]
mod retry;
#[cfg(feature = "client")]
mod rate;
#[cfg(feature = "client")]
pub mod observe;
#[cfg(feature = "client")]
mod client;
#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

#[cfg(feature = "derive")]
pub use instructor_derive::Extract;

#[cfg(feature = "client")]
pub use advice::Advice;
#[cfg(feature = "client")]
pub use attempt::{Attempt, Attempts};
#[cfg(feature = "client")]
pub use client::{
    Client, ClientBuilder, Conversation, Extracted, Extraction, Extractions, Form, Glanced, Judged,
};
#[cfg(feature = "client")]
pub use error::Error;
#[cfg(feature = "client")]
pub use media::Media;
#[cfg(feature = "client")]
pub use observe::Observer;
#[cfg(feature = "client")]
pub use offline::Offline;
#[cfg(feature = "client")]
pub use rate::{Limiter, RateLimits};
#[cfg(feature = "client")]
pub use reply::Usage;
#[cfg(feature = "client")]
pub use request::{Message, Mode, Reasoning};
#[cfg(feature = "client")]
pub use retry::RetryPolicy;
#[cfg(feature = "client")]
pub use transport::FetchPolicy;

pub use align::{Repair, RepairKind};
pub use cited::{Cited, Quote};
pub use dynamic::{AlreadySet, Dynamic};
pub use extract::{Extract, Extractor};
pub use maybe::Maybe;
pub use parallel::{Called, Parallel};
pub use path::Path;
pub use quote::Match;
pub use schema::{Function, Schema, Tool};
pub use validate::{Rejection, Report, Violation};
