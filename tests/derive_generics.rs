//! `#[derive(Extract)]` on types with parameters, on types of other modules, and on odd names.

use std::marker::PhantomData;

use instructor::schema::{Data, Shape};
use instructor::{Extract, Rejection, Schema};
use serde::Deserialize;
use serde::de::DeserializeOwned;

fn schema<T: Extract>() -> &'static Schema {
    T::SCHEMA
}

fn paths<T: Extract>(value: &T) -> Vec<String> {
    let violations = value.check().err();
    violations.iter().flat_map(Rejection::violations).map(|one| one.path.clone()).collect()
}

#[derive(Debug, Deserialize, Extract, Clone)]
struct Text(#[extract(length(min = 1))] String);

trait Source {
    type Item;
}

#[derive(Debug, Deserialize, Extract)]
struct Strings;

impl Source for Strings {
    type Item = Text;
}

#[derive(Debug, Deserialize, Extract)]
#[serde(bound = "S::Item: DeserializeOwned")]
struct FromSource<S: Source> {
    item: S::Item,
    #[serde(skip)]
    _source: PhantomData<S>,
}

#[derive(Debug, Deserialize, Extract)]
struct WithDefault<T = Text>
where
    T: Clone,
{
    #[extract(items(max = 1), inner(length(min = 2)))]
    items: Vec<T>,
    #[serde(skip)]
    _cache: Option<T>,
    #[serde(skip)]
    _skipped: PhantomData<T>,
}

#[derive(Debug, Deserialize, Extract)]
struct Sized<const N: usize> {
    #[extract(range(max = 3))]
    size: u8,
}

#[derive(Debug, Deserialize, Extract)]
#[serde(tag = "kind", content = "value")]
enum Either<A, B> {
    Left(A),
    Right { value: B, more: Option<Box2<Either<A, B>>> },
}

/// A list of one, for want of a box.
type Box2<T> = Vec<T>;

#[derive(Debug, Deserialize, Extract)]
#[extract(bound = "T: Extract")]
struct Bounded<T> {
    value: Option<T>,
}

#[derive(Debug, Deserialize, Extract)]
struct Node<T> {
    value: T,
    #[extract(items(max = 1))]
    children: Vec<Node<T>>,
}

#[test]
fn parameters_are_bound_where_they_are_used() {
    let source = FromSource::<Strings> { item: Text(String::new()), _source: PhantomData };
    assert_eq!(paths(&source), ["item"]);
    let items = vec!["a".to_owned(), "bc".to_owned()];
    let value = WithDefault { items, _cache: None, _skipped: PhantomData };
    assert_eq!(paths(&value), ["items", "items[0]"]);
    assert_eq!(paths(&Sized::<3> { size: 4 }), ["size"]);
    let right = Either::<Text, Text>::Right {
        value: Text(String::new()),
        more: Some(vec![Either::Left(Text(String::new()))]),
    };
    assert_eq!(paths(&right), ["value.value", "value.more[0].value"]);
    assert_eq!(paths(&Bounded { value: Some(Text(String::new())) }), ["value"]);
    let leaf = || Node { value: Text(String::new()), children: vec![] };
    let node = Node { value: Text("a".into()), children: vec![leaf(), leaf()] };
    assert_eq!(paths(&node), ["children", "children[0].value", "children[1].value"]);
}

#[test]
fn parameters_tell_types_apart() {
    let (one, two) = (schema::<Node<Text>>(), schema::<Node<u8>>());
    assert_eq!(one.name, two.name);
    assert_ne!((one.id)(), (two.id)());
    assert_ne!((schema::<Sized<1>>().id)(), (schema::<Sized<2>>().id)());
}

mod other {
    use super::{Deserialize, Extract};

    #[derive(Debug, Deserialize, Extract)]
    pub(crate) struct Text {
        pub(crate) text: super::Text,
    }
}

#[derive(Debug, Deserialize, Extract)]
#[serde(rename = "Renamed")]
#[allow(non_camel_case_types)]
enum r#enum {
    #[serde(rename_all = "SCREAMING-KEBAB-CASE")]
    r#Self_ { r#type: other::Text, r#in: Vec<Option<self::other::Text>> },
}

#[test]
fn names_may_be_raw_and_paths_long() {
    assert_eq!(schema::<r#enum>().name, "Renamed");
    let Shape::Enum { variants, .. } = schema::<r#enum>().shape else { panic!("no enum") };
    let Data::Struct(fields) = variants[0].data else { panic!("no struct") };
    assert_eq!(fields.iter().map(|field| field.name).collect::<Vec<_>>(), ["TYPE", "IN"]);
    let text = || other::Text { text: Text(String::new()) };
    let value = r#enum::r#Self_ { r#type: text(), r#in: vec![None, Some(text())] };
    assert_eq!(paths(&value), ["Self_.TYPE.text", "Self_.IN[1].text"]);
}

fn read<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Text, D::Error> {
    String::deserialize(deserializer).map(Text)
}

fn read_two<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<(u8, u8), D::Error> {
    u8::deserialize(deserializer).map(|value| (value, value))
}

#[derive(Debug, Deserialize, Extract)]
enum ByFunction {
    #[serde(deserialize_with = "read")]
    #[extract(schema_as = String)]
    One(Text),
    #[serde(deserialize_with = "read_two")]
    #[extract(schema_as = u8)]
    Two(u8, u8),
}

#[derive(Debug, Deserialize, Extract)]
struct Trimmed(
    #[serde(deserialize_with = "String::deserialize")]
    #[extract(schema_as = String)]
    String,
);

#[derive(Debug, Deserialize, Extract)]
struct Holder {
    #[extract(length(min = 1))]
    trimmed: Trimmed,
}

#[test]
fn functions_read_what_schema_as_says() {
    let Shape::Enum { variants, .. } = schema::<ByFunction>().shape else { panic!("no enum") };
    assert!(matches!(variants[0].data, Data::Newtype(field)
        if matches!(field.schema.shape, Shape::Text(_))));
    assert!(matches!(variants[1].data, Data::Newtype(field)
        if matches!(field.schema.shape, Shape::Integer { .. })));
    assert_eq!(paths(&ByFunction::One(Text(String::new()))), ["One"]);
    let two = ByFunction::Two(1, 2);
    assert!(paths(&two).is_empty() && matches!(two, ByFunction::Two(1, 2)));
    assert_eq!(paths(&Holder { trimmed: Trimmed(String::new()) }), ["trimmed"]);
}

#[derive(Debug, Deserialize, Extract)]
#[extract(strict)]
struct Strict<T> {
    value: T,
    #[serde(default)]
    #[extract(skip)]
    hidden: u8,
}

#[test]
fn strict_is_checked_for_each_instance() {
    assert!(paths(&Strict { value: Text("a".into()), hidden: 1 }).is_empty());
    let Shape::Object { fields, .. } = schema::<Strict<u8>>().shape else { panic!("no object") };
    assert!(!fields[0].hidden && fields[1].hidden);
}
