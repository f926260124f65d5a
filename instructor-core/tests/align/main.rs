//! Answers as models write them, and what comes of them.

mod broken;
mod derived;
mod fidelity;
mod laws;
mod lowered;
mod mended;
mod schemas;
