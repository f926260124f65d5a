//! A loopback server with the batch APIs of all services and their faults, what is asked of it, and
//! clients that do not wait.
#![allow(dead_code, unreachable_pub, unused_imports, reason = "each test file uses a part of it")]

mod answer;
mod child;
mod http;
mod network;
mod person;
mod plan;
mod server;
mod state;
mod wire;

pub use answer::{Answer, Item, TOKENS};
pub use child::Child;
pub use http::Asked;
pub use network::{KEY, Pauses, client, files, pauses};
pub use person::{Person, mixed, right, wrong_first};
pub use plan::{Call, Chaos, Edit, End, Fault, JobPlan};
pub use server::Server;
pub use state::{Job, Paid, Problem, Record};
pub use wire::Family;
