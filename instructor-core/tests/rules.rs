//! The rules, as tables: what each accepts, and what it says otherwise.

use std::sync::LazyLock;

use instructor_core::schema::{Number, Rule};
use instructor_core::validate::Probe;
use instructor_core::{Extract, Path, Report, Violation};
use regex::Regex;
use serde_json::json;

/// The complaints of one rule about a value, each as `path: message, found`.
fn complaints(rule: Rule, value: &impl Extract) -> Vec<String> {
    let rules: &'static [Rule] = Box::leak(Box::new([rule]));
    let mut report = Report::new();
    report.apply(rules, &value.probe(), Path::ROOT);
    match report.finish_now() {
        Ok(()) => Vec::new(),
        Err(rejection) => rejection.violations().iter().map(Violation::for_model).collect(),
    }
}

fn text(rule: Rule, good: &[&str], bad: &[&str]) {
    for value in good {
        let value = (*value).to_owned();
        assert_eq!(complaints(rule, &value), [""; 0], "{rule:?} should accept {value:?}");
    }
    for value in bad {
        let value = (*value).to_owned();
        assert_eq!(complaints(rule, &value).len(), 1, "{rule:?} should refuse {value:?}");
    }
}

const fn range(min: Option<Number>, max: Option<Number>) -> Rule {
    Rule::Range { min, max, above: None, below: None }
}

const fn between(above: Option<Number>, below: Option<Number>) -> Rule {
    Rule::Range { min: None, max: None, above, below }
}

#[test]
fn emails() {
    text(
        Rule::Email,
        &["ada@analytical.org", "a.b+c@x.co.uk", "o'hara@example.com", "jürgen@müller.de"],
        &[
            "",
            "ada",
            "ada@",
            "@analytical.org",
            "ada@localhost",
            "ada@analytical.",
            "ada@.org",
            "ada@x..org",
            "Ada <ada@analytical.org>",
            "<ada@analytical.org>",
            "ada@[192.0.2.1]",
            "a@x.org, b@x.org",
            "ada @x.org",
            "ada@x.org ",
            "mailto:ada@x.org\n",
        ],
    );
}

#[test]
fn urls() {
    text(
        Rule::Url,
        &[
            "https://example.org",
            "https://de.wikipedia.org/wiki/Köln",
            "http://localhost:8080/a?b=c#d",
            "ftp://ada@example.org/x",
            "https://[2001:db8::1]/",
            "https://例え.jp/",
        ],
        &[
            "",
            "www.example.org",
            "example.org/a",
            "//example.org/a",
            "/a/b",
            "mailto:a@b.c",
            "https://",
            "https:///a",
            "https://:80/",
            "file:///etc/hosts",
            "https://exa mple.org",
            "https://example.org/a b",
            " https://example.org",
            "https://example.org\n",
        ],
    );
}

#[test]
fn texts() {
    static YEAR: LazyLock<Regex> = LazyLock::new(|| Regex::new("[0-9]{4}").expect("valid"));
    let year = Rule::Pattern { pattern: "[0-9]{4}", regex: || &YEAR };
    text(year, &["1815", "in 1815"], &["", "181"]);
    text(Rule::Contains("é"), &["é", "café"], &["", "cafe"]);
    text(Rule::Prefix("ab"), &["ab", "abc"], &["", "a", "cab"]);
    text(Rule::Suffix("ab"), &["ab", "cab"], &["", "b", "abc"]);
    assert_eq!(
        complaints(Rule::Prefix("a\"b\n"), &"x".to_owned()),
        [r#"`$`: must start with "a\"b\n", but is "x""#]
    );
}

#[test]
fn lengths_count_characters_items_and_entries() {
    let rule = |min, max| Rule::Length { min, max };
    text(rule(Some(2), Some(3)), &["éé", "日本語"], &["", "é", "日本語の"]);
    for (rule, value, told) in [
        (rule(Some(1), None), "", "`$`: must have at least 1 character, but is \"\""),
        (rule(None, Some(1)), "ab", "`$`: must have at most 1 character, but is \"ab\""),
        (rule(Some(2), Some(2)), "a", "`$`: must have exactly 2 characters, but is \"a\""),
    ] {
        assert_eq!(complaints(rule, &value.to_owned()), [told]);
    }
    let told = ["`$`: must have at least 2 items, but is a list of 1"];
    assert_eq!(complaints(rule(Some(2), None), &vec![1]), told);
    assert_eq!(complaints(rule(Some(2), None), &json!({"a": 1})), told);
    assert_eq!(complaints(rule(Some(2), None), &json!({"a": 1, "b": 2})), [""; 0]);
}

#[test]
fn ranges_lose_no_digit() {
    use Number::{Float, Int};
    const BIG: i128 = 1 << 53;
    #[expect(clippy::cast_precision_loss, reason = "a power of two")]
    const BIG_FLOAT: f64 = BIG as f64;
    let limit = i128::MAX;
    let ok: [(Rule, Probe<'static>); 17] = [
        (range(Some(Int(0)), Some(Int(150))), Probe::Int(0)),
        (range(Some(Int(0)), Some(Int(150))), Probe::Int(150)),
        (range(Some(Int(0)), Some(Int(150))), Probe::Float(150.0)),
        (range(Some(Float(0.5)), None), Probe::Int(1)),
        (range(None, Some(Float(0.5))), Probe::Int(0)),
        (range(None, Some(Float(-0.5))), Probe::Int(-1)),
        (range(Some(Float(-1.5)), None), Probe::Int(-1)),
        (between(Some(Float(BIG_FLOAT)), None), Probe::Int(BIG + 1)),
        (between(None, Some(Int(BIG + 1))), Probe::Float(BIG_FLOAT)),
        (range(None, Some(Float(1e300))), Probe::Int(limit)),
        (range(Some(Float(-1e300)), None), Probe::Int(i128::MIN)),
        (range(None, Some(Float(1e300))), Probe::Uint(u128::MAX)),
        (range(Some(Int(limit)), None), Probe::Uint(u128::MAX)),
        (range(Some(Float(-1.0)), None), Probe::Uint(u128::MAX)),
        (range(Some(Int(0)), None), Probe::Float(f64::INFINITY)),
        (range(Some(Int(0)), None), Probe::Text("no number".into())),
        (range(Some(Int(0)), None), Probe::Absent),
    ];
    for (rule, probe) in ok {
        assert_eq!(probed(rule, &probe), [""; 0], "{rule:?} should accept {probe}");
    }
    let bad = [
        (range(Some(Int(0)), None), Probe::Int(-1), "must be at least 0"),
        (range(None, Some(Int(150))), Probe::Int(151), "must be at most 150"),
        (between(Some(Int(0)), None), Probe::Int(0), "must be above 0"),
        (between(None, Some(Float(0.5))), Probe::Float(0.5), "must be below 0.5"),
        (between(None, Some(Float(BIG_FLOAT))), Probe::Int(BIG), "must be below 9007199254740992"),
        (
            range(None, Some(Float(BIG_FLOAT))),
            Probe::Int(BIG + 1),
            "must be at most 9007199254740992",
        ),
        (range(None, Some(Int(limit))), Probe::Float(1e300), ""),
        (range(None, Some(Int(limit))), Probe::Uint(1 << 127), ""),
        (range(Some(Float(1e300)), None), Probe::Uint(u128::MAX), "must be at least 1e+300"),
        (range(Some(Int(0)), None), Probe::Float(f64::NAN), "must be at least 0"),
        (range(None, Some(Float(1.0))), Probe::Float(f64::NAN), "must be at most 1"),
    ];
    for (rule, probe, told) in bad {
        let complaints = probed(rule, &probe);
        assert_eq!(complaints.len(), 1, "{rule:?} should refuse {probe}");
        assert!(complaints[0].contains(told), "{complaints:?}");
    }
}

fn probed(rule: Rule, probe: &Probe<'static>) -> Vec<String> {
    let rules: &'static [Rule] = Box::leak(Box::new([rule]));
    let mut report = Report::new();
    report.apply(rules, probe, Path::ROOT);
    report
        .finish_now()
        .err()
        .map(|rejection| rejection.violations().iter().map(Violation::for_model).collect())
        .unwrap_or_default()
}

#[test]
fn an_f32_is_the_number_that_was_written() {
    use Number::Float;
    assert_eq!(complaints(range(Some(Float(0.1)), Some(Float(0.1))), &0.1_f32), [""; 0]);
    assert_eq!(complaints(Rule::OneOf(&["0.1"]), &0.1_f32), [""; 0]);
    assert_eq!(
        complaints(range(None, Some(Float(0.1))), &0.2_f32),
        ["`$`: must be at most 0.1, but is 0.2"]
    );
}

#[test]
fn one_of_compares_values_not_spellings() {
    const VALUES: &[&str] = &["1", "2.5", "\"a\\nb\"", "true", "1e2"];
    const HUGE: &[&str] = &["340282366920938463463374607431768211455"];
    let rule = Rule::OneOf(VALUES);
    for value in [json!(1), json!(1.0), json!(2.5), json!("a\nb"), json!(true), json!(100)] {
        assert_eq!(complaints(rule, &value), [""; 0], "{value}");
    }
    for value in [json!(2), json!("1"), json!("true"), json!(false), json!(2.500_000_000_1)] {
        assert_eq!(complaints(rule, &value).len(), 1, "{value}");
    }
    assert_eq!(complaints(Rule::OneOf(HUGE), &u128::MAX), [""; 0]);
    assert_eq!(complaints(Rule::OneOf(HUGE), &(u128::MAX - 1)).len(), 1);
    assert_eq!(complaints(rule, &None::<u8>), [""; 0], "an absent value obeys every rule");
    assert_eq!(
        complaints(Rule::OneOf(&["\"a\"", "\"b\""]), &"c".to_owned()),
        ["`$`: must be one of \"a\", \"b\", but is \"c\""]
    );
}

#[test]
fn unique_is_what_json_schema_calls_unique() {
    for (list, doubled) in [
        (json!([]), &[][..]),
        (json!([1, 2, 3, "1", true, "true", null, "null", 1.5]), &[]),
        (json!([1, 2, 1, 1]), &["[2]", "[3]"]),
        (json!([1, 1.0]), &["[1]"]),
        (json!([0.0, -0.0]), &["[1]"]),
        (json!([1.5, 1.5]), &["[1]"]),
        (json!([1e300, 1e300]), &["[1]"]),
        (json!(["a", "A", "a"]), &["[2]"]),
        (json!([null, null]), &["[1]"]),
        (json!([[1, 2], [2, 1], [1, 2]]), &["[2]"]),
        (json!([{"a": 1}, {"a": 2}, {"b": 1}, {"a": 1}]), &["[3]"]),
        (json!([{"a": 1, "b": 2}, {"b": 2, "a": 1}, {"a": 2, "b": 1}]), &["[1]"]),
    ] {
        let expected: Vec<_> = doubled
            .iter()
            .map(|at| format!("`{at}`: must not stand in the list twice, but is "))
            .collect();
        let told = complaints(Rule::Unique, &list);
        assert_eq!(told.len(), expected.len(), "{list}: {told:?}");
        for (told, expected) in told.iter().zip(expected) {
            assert!(told.starts_with(&expected), "{told}");
        }
    }
    assert_eq!(complaints(Rule::Unique, &vec![f64::NAN, f64::NAN]), [""; 0]);
    assert_eq!(complaints(Rule::Unique, &vec![(1, "a".to_owned()), (1, "b".to_owned())]), [""; 0]);
    assert_eq!(
        complaints(Rule::Unique, &vec![(1, 'a'), (2, 'a'), (1, 'a')]),
        ["`[2]`: must not stand in the list twice, but is a list of 2"]
    );
}

#[test]
fn long_texts_that_differ_at_the_end_are_not_the_same() {
    let long = "x".repeat(10_000);
    assert_eq!(complaints(Rule::Unique, &vec![format!("{long}a"), format!("{long}b")]), [""; 0]);
}

#[test]
fn inner_rules_reach_every_element() {
    const INNER: &[Rule] = &[Rule::Length { min: Some(2), max: None }, Rule::Prefix("a")];
    const DEEP: &[Rule] = &[Rule::Inner(&[Rule::Prefix("a")])];
    let told = complaints(Rule::Inner(INNER), &json!({"x": "b", "y z": "ab", "z": null}));
    assert_eq!(
        told,
        [
            "`x`: must have at least 2 characters, but is \"b\"",
            "`x`: must start with \"a\", but is \"b\"",
        ]
    );
    let nested = vec![vec!["ab".to_owned()], vec!["ab".to_owned(), "x".to_owned()]];
    assert_eq!(
        complaints(Rule::Inner(DEEP), &nested),
        ["`[1][1]`: must start with \"a\", but is \"x\""]
    );
}

#[test]
fn a_complaint_stays_short_whatever_the_value() {
    let long = "\u{1}é".repeat(1_000_000);
    let list = vec![0_u8; 1_000_000];
    for told in [
        complaints(Rule::Email, &long),
        complaints(Rule::Length { min: None, max: Some(1) }, &long),
        complaints(Rule::Length { min: None, max: Some(1) }, &list),
        complaints(range(None, Some(Number::Int(0))), &f64::MAX),
        complaints(Rule::OneOf(&["1"]), &u128::MAX),
    ] {
        assert_eq!(told.len(), 1);
        assert!(told[0].len() < 300, "{} bytes", told[0].len());
    }
}

#[test]
fn a_rule_that_does_not_apply_is_passed_over() {
    const INNER: &[Rule] = &[Rule::Email];
    let rules = [
        Rule::Length { min: Some(1000), max: None },
        Rule::Email,
        Rule::Url,
        Rule::Unique,
        Rule::Inner(INNER),
        Rule::Prefix("x"),
    ];
    for rule in rules {
        assert_eq!(complaints(rule, &7_u8), [""; 0], "{rule:?}");
        assert_eq!(complaints(rule, &()), [""; 0], "{rule:?}");
        assert_eq!(complaints(rule, &None::<String>), [""; 0], "{rule:?}");
    }
    assert_eq!(complaints(Rule::OneOf(&["1"]), &vec![2]), [""; 0]);
    assert_eq!(complaints(range(Some(Number::Int(9)), None), &true), [""; 0]);
}
