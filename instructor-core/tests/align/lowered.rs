//! What is written for the model, and what is refused.

use std::collections::BTreeMap;

use instructor_core::align::lower;
use instructor_core::schema::Dialect;
use instructor_core::{Extract, Violation};
use serde::Deserialize;

#[derive(Debug, Deserialize, Extract)]
#[serde(deny_unknown_fields)]
struct Item {
    #[serde(alias = "title")]
    name: String,
    sizes: BTreeMap<Unit, (u8, String)>,
    note: Option<String>,
    #[serde(default)]
    count: u8,
    #[serde(default, alias = "secret")]
    #[extract(skip)]
    internal: u8,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Extract)]
#[serde(rename_all = "lowercase")]
enum Unit {
    #[serde(alias = "centimetres")]
    Cm,
    Kg,
}

#[derive(Debug, Deserialize, Extract)]
struct Open {
    unit: Unit,
    note: Option<String>,
    #[serde(flatten)]
    rest: BTreeMap<Unit, u8>,
}

const ITEM: &str = r#"{"sizes":{"centimetres":[1,"a"],"kg":[2,"b"]},"title":"x","internal":3}"#;

#[test]
fn each_dialect_gets_its_form() {
    let cases = [
        (&Dialect::TOOL, r#"{"name":"x","sizes":{"cm":[1,"a"],"kg":[2,"b"]}}"#.to_owned()),
        (
            &Dialect::OPENAI_STRICT,
            [
                r#"{"name":"x","sizes":["#,
                r#"{"key":"cm","value":{"item_0":1,"item_1":"a"}},"#,
                r#"{"key":"kg","value":{"item_0":2,"item_1":"b"}}"#,
                r#"],"note":null,"count":null}"#,
            ]
            .concat(),
        ),
    ];
    for (dialect, expected) in cases {
        assert_eq!(lower(ITEM, Item::SCHEMA, dialect), Ok(expected), "{}", dialect.name);
        let secret = ITEM.replace("internal", "secret");
        assert_eq!(lower(&secret, Item::SCHEMA, dialect), lower(ITEM, Item::SCHEMA, dialect));
    }
}

#[test]
fn a_flattened_map_stands_behind_the_properties() {
    let json = r#"{"kg":1,"unit":"centimetres","centimetres":2}"#;
    let lowered = lower(json, Open::SCHEMA, &Dialect::TOOL);
    assert_eq!(lowered.as_deref(), Ok(r#"{"unit":"cm","kg":1,"cm":2}"#));
}

#[test]
fn what_is_not_of_the_type_is_refused_by_path() {
    for (json, expected) in [
        ("{", "`$`: must be valid JSON"),
        ("[]", "`$`: must be an object"),
        (r#"{"name":"x","sizes":{"m":[1,"a"]}}"#, "`sizes[0].value`: must be one of"),
        (r#"{"name":"x","sizes":{"cm":[1]}}"#, "`sizes[0].value`: must be a list of exactly 2"),
        (r#"{"name":1.5,"sizes":{},"other":1}"#, "`other`: is not a known property"),
        (r#"{"sizes":{}}"#, "`name`: is missing"),
    ] {
        let rejection = lower(json, Item::SCHEMA, &Dialect::OPENAI_STRICT).expect_err(json);
        let told: Vec<_> = rejection.violations().iter().map(Violation::to_string).collect();
        assert!(told.iter().any(|line| line.starts_with(expected)), "{json}: {told:?}");
    }
}
