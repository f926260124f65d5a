//! Laws of the rules and of the expressions in schemas, on sampled values.

use std::net::SocketAddrV4;

use instructor_core::schema::{Number, Rule, Shape};
use instructor_core::validate::Probe;
use instructor_core::{Extract, Path, Report};
use proptest::prelude::*;
use regex::Regex;
use serde_json::Value;

fn broken(rule: Rule, probe: &Probe<'_>) -> usize {
    let rules: &'static [Rule] = Box::leak(Box::new([rule]));
    let mut report = Report::new();
    report.apply(rules, probe, Path::ROOT);
    report.finish_now().err().map_or(0, |rejection| rejection.violations().len())
}

const fn at_least(min: Number) -> Rule {
    Rule::Range { min: Some(min), max: None, above: None, below: None }
}

const fn below(below: Number) -> Rule {
    Rule::Range { min: None, max: None, above: None, below: Some(below) }
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-2_i64..3).prop_map(Value::from),
        (-4_i32..5).prop_map(|half| Value::from(f64::from(half) / 2.0)),
        "[a1é]{0,2}".prop_map(Value::from),
    ]
}

/// Equality as JSON Schema has it: numbers by value.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        _ => a == b,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_number_is_at_least_a_bound_or_below_it(
        value in any::<i128>(),
        bound in prop::num::f64::NORMAL | prop::num::f64::ZERO,
    ) {
        let min = broken(at_least(Number::Float(bound)), &Probe::Int(value));
        let max = broken(below(Number::Float(bound)), &Probe::Int(value));
        prop_assert_eq!(min + max, 1);
    }

    #[test]
    fn a_comparison_does_not_depend_on_the_side(
        value in any::<i128>(),
        float in any::<f64>().prop_filter("a number", |float| !float.is_nan()),
    ) {
        let whole = broken(at_least(Number::Float(float)), &Probe::Int(value)) == 0;
        let equal = broken(at_least(Number::Int(value)), &Probe::Float(float)) == 0;
        prop_assert!(whole || equal);
    }

    #[test]
    fn a_float_stands_between_its_neighbours(float in -1e30_f64..1e30) {
        #[expect(clippy::cast_possible_truncation, reason = "in range")]
        let (floor, ceiling) = (float.floor() as i128, float.ceil() as i128);
        let bound = Number::Float(float);
        prop_assert_eq!(broken(at_least(bound), &Probe::Int(ceiling)), 0);
        prop_assert_eq!(broken(below(bound), &Probe::Int(floor - 1)), 0);
        prop_assert_eq!(broken(below(bound), &Probe::Int(ceiling)), 1);
        prop_assert_eq!(broken(at_least(bound), &Probe::Int(floor - 1)), 1);
    }

    #[test]
    fn unique_counts_what_equals_an_earlier_element(
        list in prop::collection::vec(
            prop_oneof![scalar(), prop::collection::vec(scalar(), 0..3).prop_map(Value::from)],
            0..12,
        ),
    ) {
        let later = |(index, value): &(usize, &Value)| list[..*index].iter().any(|v| same(v, value));
        let doubled = list.iter().enumerate().filter(later).count();
        prop_assert_eq!(broken(Rule::Unique, &list.probe()), doubled);
    }

    #[test]
    fn length_counts_code_points(text in any::<String>(), length in 0_usize..40) {
        let count = text.chars().count();
        let rule = Rule::Length { min: Some(length), max: Some(length) };
        prop_assert_eq!(broken(rule, &text.probe()) == 0, count == length);
    }

    #[test]
    fn a_float_is_one_of_its_own_spelling(float in any::<f64>()) {
        prop_assume!(float.is_finite());
        let literal: &'static str = Box::leak(Value::from(float).to_string().into_boxed_str());
        let literals: &'static [&'static str] = Box::leak(Box::new([literal]));
        prop_assert_eq!(broken(Rule::OneOf(literals), &Probe::Float(float)), 0);
    }

    #[test]
    fn an_address_fits_the_schema_if_and_only_if_serde_reads_it(
        text in r"[0-3]?[0-9]?[0-9]\.[0-9]{1,3}\.[12]?[0-9]{1,2}\.[0-9]{1,2}:(?:0|[1-9][0-9]{0,4})",
    ) {
        let Shape::Text(form) = SocketAddrV4::SCHEMA.shape else { panic!("no text") };
        let fits = Regex::new(form.pattern).expect("valid").is_match(&text);
        let read = serde_json::from_value::<SocketAddrV4>(Value::from(text.clone())).is_ok();
        prop_assert_eq!(fits, read, "{}", text);
    }

    #[test]
    fn probes_and_complaints_never_panic(text in any::<String>()) {
        for rule in [Rule::Email, Rule::Url, Rule::Contains("é"), Rule::OneOf(&["1", "\"a\"", "x"])] {
            prop_assert!(broken(rule, &text.probe()) <= 1);
        }
    }
}
