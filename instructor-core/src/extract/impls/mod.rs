//! `Extract` for the types of `std`, of `serde_json` and of the crates behind features.
//!
//! Each impl says what the type's `Deserialize` accepts, in the form its `Serialize` writes.

mod scalars;
mod text;
mod wrappers;
mod lists;
mod tuples;
mod maps;
mod enums;
mod ranges;
mod durations;
mod net;
mod json;
#[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
mod calendar;

#[cfg(feature = "bytes")]
mod bytes;
#[cfg(feature = "chrono")]
mod chrono;
#[cfg(feature = "either")]
mod either;
#[cfg(feature = "indexmap")]
mod indexmap;
#[cfg(feature = "jiff")]
mod jiff;
#[cfg(feature = "rust_decimal")]
mod rust_decimal;
#[cfg(feature = "time")]
mod time;
#[cfg(feature = "url")]
mod url;
#[cfg(feature = "uuid")]
mod uuid;
