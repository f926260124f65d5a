//! Nothing of the user's scope is needed, and nothing in it gets in the way.

#![deny(warnings)]
#![no_implicit_prelude]
#![allow(dead_code, non_camel_case_types, non_upper_case_globals)]

mod core {}
mod std {}
mod serde {}

struct Option;
struct String;
struct Some;
const at: u8 = 0;
const report: u8 = 0;
struct found;

#[derive(::serde::Deserialize, ::instructor::Extract)]
struct Sample<T> {
    #[extract(length(min = 1), pattern = "a", custom = fine)]
    text: ::std::string::String,
    value: T,
    maybe: ::std::option::Option<T>,
}

#[derive(::serde::Deserialize, ::instructor::Extract)]
enum Choice {
    A(#[extract(range(max = 3))] u8),
    B {
        #[extract(email)]
        field_0: ::std::string::String,
    },
    C,
}

fn fine(_: &str) -> ::std::result::Result<(), ::std::string::String> {
    ::std::result::Result::Ok(())
}

fn main() {
    let _ = <Sample<u8> as ::instructor::Extract>::SCHEMA;
    let _ = <Choice as ::instructor::Extract>::SCHEMA;
}
