//! What the JSON Schema of a type says: order, descriptions, names, sharing.

#![allow(dead_code, reason = "the types are only looked at")]

use std::collections::BTreeMap;

use instructor::Extract;
use instructor::schema::{Dialect, rendered};
use serde::Deserialize;
use serde_json::{Value, json};

/// A parcel on its way.
///
/// It may be late.
#[derive(Deserialize, Extract)]
struct Parcel {
    /// Think first.
    reasoning: String,
    /// Where it is now.
    #[extract(description = "The last place it was seen.")]
    place: Option<Place>,
    /// All places so far.
    #[extract(items(max = 9))]
    route: Vec<Place>,
    /// How it goes.
    state: State,
    #[serde(default = "five")]
    #[extract(default = 5, range(min = 1, max = 9))]
    priority: u8,
    /// No longer used.
    #[deprecated]
    #[serde(default)]
    legacy: Option<String>,
    #[serde(default)]
    #[extract(skip)]
    internal: String,
    #[extract(example = "DE-1", example = "DE-2", prefix = "DE-")]
    code: String,
}

fn five() -> u8 {
    5
}

/// A place.
#[derive(Deserialize, Extract)]
struct Place {
    /// The town.
    town: String,
    /// East and north.
    position: (f64, f64),
}

/// The state of a parcel.
#[derive(Deserialize, Extract)]
#[serde(rename_all = "snake_case")]
enum State {
    /// On the road.
    OnTheWay,
    /// Somebody has it.
    Delivered,
    Lost,
}

fn tool<T: Extract>() -> Value {
    serde_json::from_str(T::tool().function.parameters.get()).expect("JSON")
}

fn strict<T: Extract>() -> Value {
    let rendered = rendered(T::SCHEMA, &Dialect::OPENAI_STRICT).expect("a strict schema");
    serde_json::from_str(rendered.json.get()).expect("JSON")
}

#[test]
fn properties_keep_the_order_of_the_struct() {
    for schema in [Parcel::json_schema(), tool::<Parcel>(), strict::<Parcel>()] {
        let names: Vec<_> = schema["properties"].as_object().expect("an object").keys().collect();
        let expected = ["reasoning", "place", "route", "state", "priority", "legacy", "code"];
        assert_eq!(names, expected);
    }
}

#[test]
fn doc_comments_are_descriptions_at_every_depth() {
    let schema = Parcel::json_schema();
    assert_eq!(schema["description"], "A parcel on its way.\n\nIt may be late.");
    assert_eq!(schema["properties"]["reasoning"]["description"], "Think first.");
    assert_eq!(schema["properties"]["place"]["description"], "The last place it was seen.");
    let place = &schema["$defs"]["Place"];
    assert_eq!(place["description"], "A place.");
    assert_eq!(place["properties"]["town"]["description"], "The town.");
    assert_eq!(place["properties"]["position"]["description"], "East and north.");
    let state = "How it goes.\nThe state of a parcel.\n- on_the_way: On the road.\n\
                 - delivered: Somebody has it.\n- lost";
    assert_eq!(schema["properties"]["state"]["description"], state);
    assert_eq!(Parcel::tool().function.description, "A parcel on its way.\n\nIt may be late.");
}

#[test]
fn attributes_are_keywords() {
    let properties = &Parcel::json_schema()["properties"];
    let expected = json!({"type": "integer", "minimum": 1, "maximum": 9, "default": 5});
    assert_eq!(properties["priority"], expected);
    assert_eq!(properties["legacy"]["deprecated"], true);
    assert_eq!(properties["code"]["examples"], json!(["DE-1", "DE-2"]));
    assert_eq!(properties["code"]["pattern"], "^DE-");
    assert_eq!(properties["route"]["maxItems"], 9);
    assert_eq!(properties.get("internal"), None);
}

#[test]
fn what_a_dialect_refuses_is_said_in_words() {
    let properties = &strict::<Parcel>()["properties"];
    assert_eq!(properties["priority"]["description"], "Default: 5.");
    assert_eq!(properties["priority"]["type"], json!(["integer", "null"]));
    assert_eq!(properties["code"]["description"], "For example: \"DE-1\", \"DE-2\".");
    assert_eq!(properties["legacy"]["description"], "No longer used. Deprecated.");
}

#[test]
fn a_type_used_twice_is_one_entry() {
    let schema = Parcel::json_schema();
    assert_eq!(schema["properties"]["route"]["items"]["$ref"], "#/$defs/Place");
    assert_eq!(schema["$defs"].as_object().expect("an object").len(), 1);
}

macro_rules! doubling {
    ($($name:ident $below:ident)*) => {
        $(#[derive(Deserialize, Extract)] struct $name {
            /// One.
            a: Box<$below>,
            /// Another.
            b: Box<$below>,
            c: Vec<$below>,
        })*
    };
}
doubling! { D1 Place D2 D1 D3 D2 D4 D3 D5 D4 D6 D5 D7 D6 D8 D7 D9 D8 D10 D9 D11 D10 D12 D11 D13 D12 D14 D13 D15 D14 D16 D15 D17 D16 D18 D17 }

#[test]
fn a_schema_grows_with_the_types_not_with_the_paths() {
    let (one, eighteen) = (D1::json_schema().to_string(), D18::json_schema().to_string());
    assert!(eighteen.len() < 18 * one.len(), "{} {}", one.len(), eighteen.len());
}

#[test]
fn a_dialect_without_entries_has_an_end() {
    for dialect in Dialect::ALL {
        match rendered(D18::SCHEMA, dialect) {
            Ok(rendered) => assert!(rendered.json.get().len() < 200_000, "{}", dialect.name),
            Err(error) => assert!(error.what.contains("more than 10000"), "{error}"),
        }
    }
}

mod here {
    /// Here.
    #[derive(serde::Deserialize, instructor::Extract)]
    pub(crate) struct Item {
        a: u8,
    }
}

mod there {
    /// There.
    #[derive(serde::Deserialize, instructor::Extract)]
    pub(crate) struct Item {
        b: u8,
    }
}

#[derive(Deserialize, Extract)]
struct Page<T> {
    items: Vec<T>,
    first: Option<T>,
}

#[derive(Deserialize, Extract)]
struct Both {
    here: (here::Item, here::Item),
    there: (there::Item, there::Item),
    pages: (Page<u8>, Page<u8>, Page<bool>, Page<bool>),
}

#[test]
fn types_of_one_name_are_kept_apart() {
    let schema = Both::json_schema();
    let defs = schema["$defs"].as_object().expect("an object");
    let names: Vec<_> = defs.keys().collect();
    assert_eq!(names, ["Item", "Item2", "Page", "Page2"]);
    assert_eq!(defs["Item"]["description"], "Here.");
    assert_eq!(defs["Item2"]["description"], "There.");
    assert_eq!(defs["Page2"]["properties"]["items"]["items"]["type"], "boolean");
    assert_eq!(schema["properties"]["there"]["prefixItems"][0]["$ref"], "#/$defs/Item2");
}

#[derive(Deserialize, Extract)]
struct Tree {
    name: String,
    children: Vec<Self>,
    by_name: BTreeMap<String, Tree>,
    parent: Option<Box<Tree>>,
}

#[derive(Deserialize, Extract)]
struct Husband {
    #[extract(recursive)]
    wife: Option<Box<Wife>>,
}

#[derive(Deserialize, Extract)]
struct Wife {
    husband: Option<Box<Husband>>,
    tree: Tree,
}

#[test]
fn recursive_types_refer_to_themselves() {
    let schema = Tree::json_schema();
    assert_eq!(schema["type"], "object");
    assert_eq!(schema["properties"]["children"]["items"]["$ref"], "#");
    assert_eq!(schema["properties"]["by_name"]["additionalProperties"]["$ref"], "#");
    let wife = Wife::json_schema();
    assert_eq!(wife["properties"]["tree"]["$ref"], "#/$defs/Tree");
    assert_eq!(wife["$defs"]["Tree"]["properties"]["children"]["items"]["$ref"], "#/$defs/Tree");
    assert!(
        Wife::from_json(
            r#"{"husband": {"wife": null}, "tree": {"name": "x", "children": [], "by_name": {}}}"#
        )
        .is_ok()
    );
    let list = tool::<Vec<Tree>>();
    assert_eq!(list["properties"]["value"]["items"]["$ref"], "#/$defs/Tree");
}

#[test]
fn a_root_that_is_no_object_is_wrapped_for_a_tool() {
    for (schema, name, expected_name) in [
        (tool::<Vec<State>>(), <Vec<State>>::tool().function.name, "StateList"),
        (tool::<u8>(), u8::tool().function.name, "Integer"),
        (tool::<Option<Place>>(), <Option<Place>>::tool().function.name, "Place"),
        (tool::<State>(), State::tool().function.name, "State"),
    ] {
        assert_eq!(name, expected_name);
        assert_eq!(schema["type"], "object");
        assert_eq!(schema["required"], json!(["value"]));
        assert_eq!(schema["additionalProperties"], false);
    }
}

/// Renamed.
#[derive(Deserialize, Extract)]
#[extract(name = "record-it", example(json = r#"{"a": 1}"#))]
struct Named {
    a: u8,
}

#[test]
fn a_tool_has_the_name_it_is_given() {
    let tool = serde_json::to_value(Named::tool()).expect("JSON");
    assert_eq!(tool["type"], "function");
    assert_eq!(tool["function"]["name"], "record-it");
    assert_eq!(tool["function"]["description"], "Renamed.");
    assert_eq!(tool["function"]["parameters"]["examples"], json!([{"a": 1}]));
    assert_eq!(tool["function"].get("strict"), None);
}

#[test]
fn what_cannot_be_lowered_is_refused_with_its_place() {
    #[derive(Deserialize, Extract)]
    struct Outer {
        list: Vec<Inner>,
    }
    #[derive(Deserialize, Extract)]
    struct Inner {
        anything: Value,
    }
    let error = rendered(Outer::SCHEMA, &Dialect::OPENAI_STRICT).expect_err("refused");
    assert_eq!(error.path, "list[].anything");
    assert!(error.to_string().contains("schema_as"), "{error}");
}

#[test]
fn bounds_of_wide_integers_are_whole() {
    let bounds = |schema: Value| (schema["minimum"].to_string(), schema["maximum"].to_string());
    assert_eq!(bounds(u64::json_schema()), ("0".into(), u64::MAX.to_string()));
    assert_eq!(bounds(i64::json_schema()), (i64::MIN.to_string(), i64::MAX.to_string()));
    assert_eq!(bounds(tool::<u64>()["properties"]["value"].clone()), ("0".into(), "null".into()));
}
