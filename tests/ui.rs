//! Every mistake is a compile error at the right word, and only one.
//!
//! After a change of a message: `TRYBUILD=overwrite cargo test --test ui`, then read the diff.

#[test]
// The compiler's own words differ from version to version.
#[rustversion::attr(not(stable(1.95)), ignore = "the expected output is that of Rust 1.95")]
fn mistakes_are_compile_errors() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/ui/pass/*.rs");
    for kind in [
        "conflict",
        "duplicate",
        "example",
        "malformed",
        "missing",
        "range",
        "several",
        "strict",
        "type",
        "unknown",
        "unsupported",
    ] {
        cases.compile_fail(format!("tests/ui/{kind}/*.rs"));
    }
}
