//! Structs: attributes of serde, and validators of each kind.

use std::collections::{BTreeMap, BTreeSet};

use instructor::Extract;
use serde::{Deserialize, Serialize};

use crate::Visitor;

#[derive(Debug, PartialEq, Serialize, Deserialize, Extract)]
struct Empty {}

#[derive(Debug, PartialEq, Serialize, Deserialize, Extract)]
struct Unit;

#[derive(Debug, PartialEq, Clone, Serialize, Deserialize, Extract)]
struct Email(#[extract(email, length(max = 40))] String);

#[derive(Debug, PartialEq, Serialize, Deserialize, Extract)]
#[serde(transparent)]
struct Transparent {
    inner: Option<Email>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Extract)]
struct Pair(Email, #[extract(range(max = 3))] u8);

#[derive(Debug, PartialEq, PartialOrd, Ord, Eq, Serialize, Deserialize, Extract)]
struct Code(#[extract(pattern = "^[A-Z]{2}$")] String);

/// A person.
#[derive(Debug, PartialEq, Serialize, Deserialize, Extract)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[extract(name = "record_person")]
struct Person {
    /// The full name.
    #[extract(length(min = 1, max = 20), example = "Ada")]
    full_name: String,
    #[serde(alias = "years", rename = "_age")]
    #[extract(range(min = 0, max = 150))]
    age: u8,
    #[extract(description = "Where to write")]
    mail: Option<Email>,
    #[serde(default)]
    #[extract(default = true, deprecated)]
    active: bool,
    r#type: String,
}

#[derive(Debug, PartialEq, Default, Serialize, Deserialize, Extract)]
#[serde(default)]
struct Defaulted {
    #[serde(skip_serializing_if = "String::is_empty")]
    name: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    counts: BTreeMap<String, u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pair: Option<(u8, String)>,
    list: Vec<u8>,
    #[serde(skip)]
    cache: u8,
    #[extract(skip)]
    internal: u8,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Extract)]
#[serde(deny_unknown_fields)]
struct ClosedHidden {
    a: u8,
    #[serde(default)]
    #[extract(skip)]
    internal: u8,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Extract)]
struct AllOptional {
    number: Option<u8>,
    text: Option<String>,
    list: Option<Vec<u8>>,
    map: Option<BTreeMap<String, u8>>,
    pair: Option<(u8, String)>,
    email: Option<Email>,
    code: Option<Code>,
    inner: Option<Box<AllOptional>>,
    #[extract(one_of("a", "b"))]
    word: Option<String>,
    #[extract(range(exclusive_min = 0.5))]
    ratio: Option<f64>,
}

/// The address.
#[derive(Debug, PartialEq, Serialize, Deserialize, Extract)]
struct Address {
    street: String,
    zip: Option<String>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Extract)]
struct Flat {
    id: u8,
    #[serde(flatten)]
    address: Address,
    #[serde(flatten)]
    contact: Contact,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Extract)]
#[serde(tag = "by")]
enum Contact {
    Mail { mail: Email },
    Phone { number: String, hours: Option<(u8, String)> },
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Extract)]
struct FlatOption {
    id: u8,
    #[serde(flatten)]
    address: Option<Address>,
}

/// Two addresses.
#[derive(Debug, PartialEq, Serialize, Deserialize, Extract)]
struct Trip {
    /// The start.
    from: Address,
    /// The goal.
    to: Option<Address>,
    #[extract(items(min = 1))]
    via: Vec<Address>,
    /// By name.
    by_name: BTreeMap<Code, Address>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Extract)]
struct Folder {
    name: String,
    /// Those inside.
    folders: Vec<Folder>,
    parent: Option<Box<Folder>>,
    others: BTreeMap<String, Folder>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Extract)]
struct Left {
    #[extract(recursive)]
    right: Option<Box<Right>>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Extract)]
struct Right {
    /// Back again.
    #[extract(recursive)]
    left: Vec<Left>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Extract)]
struct Page<T> {
    items: Vec<T>,
    next: Option<T>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Extract)]
struct Rules {
    #[extract(length(min = 2, max = 9))]
    length: String,
    #[extract(range(min = -5, max = 5))]
    range: i32,
    #[extract(range(exclusive_min = 0.5, exclusive_max = 1))]
    open_range: f64,
    #[extract(pattern = "^[a-z]+$")]
    pattern: String,
    #[extract(pattern = r"(?i)^a\w$")]
    foreign: String,
    #[extract(email)]
    email: String,
    #[extract(url)]
    url: String,
    #[extract(contains = "a", prefix = "b", suffix = "c")]
    affixes: String,
    #[extract(items(min = 1, max = 3), unique, inner(length(max = 2)))]
    items: Vec<String>,
    #[extract(items(max = 2), inner(range(max = 9)))]
    map: BTreeMap<String, u8>,
    #[extract(one_of("a", "b"))]
    word: String,
    #[extract(one_of(1, 2))]
    number: u8,
    #[extract(items(max = 2))]
    set: BTreeSet<u8>,
    #[extract(items(min = 1))]
    maybe_list: Option<Vec<u8>>,
    /// Checked by code.
    #[extract(custom = is_even)]
    even: u8,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "`custom` passes a reference")]
fn is_even(value: &u8) -> Result<(), &'static str> {
    if value.is_multiple_of(2) { Ok(()) } else { Err("must be even") }
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Extract)]
struct Wide {
    small: i8,
    large: u64,
    larger: i128,
    #[extract(range(min = 10_000_000_000_000_000_000))]
    bounded: u64,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Extract)]
struct ValueOnly {
    value: u8,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Extract)]
struct Tricky {
    key: String,
    value: BTreeMap<String, String>,
    item_0: (u8, String),
    properties: Option<u8>,
    name: String,
    arguments: Vec<u8>,
}

fn address(street: &str) -> Address {
    Address { street: street.into(), zip: None }
}

fn folder(name: &str) -> Folder {
    Folder { name: name.into(), folders: vec![], parent: None, others: BTreeMap::new() }
}

pub(crate) fn all(v: &mut impl Visitor) {
    plain(v);
    nested(v);
    checked(v);
}

fn plain(v: &mut impl Visitor) {
    v.visit(&[Empty {}]);
    v.visit(&[Unit]);
    v.visit(&[Email("a@b.org".into())]);
    v.visit(&[Transparent { inner: None }, Transparent { inner: Some(Email("a@b.org".into())) }]);
    v.visit(&[Pair(Email("a@b.org".into()), 3)]);
    v.visit(&[BTreeMap::from([(Code("DE".into()), 1_u8)])]);
    v.visit(&[
        Person {
            full_name: "Ada".into(),
            age: 36,
            mail: Some(Email("a@b.org".into())),
            active: true,
            r#type: "x".into(),
        },
        Person { full_name: "B".into(), age: 0, mail: None, active: false, r#type: String::new() },
    ]);
    v.visit(&[
        Defaulted::default(),
        Defaulted {
            name: "a".into(),
            counts: BTreeMap::from([("b".into(), 1)]),
            pair: Some((1, "c".into())),
            list: vec![1],
            cache: 0,
            internal: 0,
        },
    ]);
    v.visit(&[ClosedHidden { a: 1, internal: 0 }]);
    v.visit(&[ValueOnly { value: 1 }]);
    v.visit(&[Wide { small: i8::MIN, large: u64::MAX, larger: i128::MIN, bounded: u64::MAX }]);
    v.visit(&[Tricky {
        key: "k".into(),
        value: BTreeMap::from([("key".into(), "value".into())]),
        item_0: (1, "a".into()),
        properties: None,
        name: "n".into(),
        arguments: vec![1],
    }]);
}

fn nested(v: &mut impl Visitor) {
    v.visit(&[
        Flat {
            id: 1,
            address: address("a"),
            contact: Contact::Mail { mail: Email("a@b.org".into()) },
        },
        Flat {
            id: 1,
            address: Address { street: "a".into(), zip: Some("1".into()) },
            contact: Contact::Phone { number: "2".into(), hours: Some((9, "h".into())) },
        },
    ]);
    v.visit(&[
        FlatOption { id: 1, address: Some(address("a")) },
        FlatOption { id: 1, address: None },
    ]);
    v.visit(&[Trip {
        from: address("a"),
        to: None,
        via: vec![address("b"), address("c")],
        by_name: BTreeMap::from([(Code("DE".into()), address("d"))]),
    }]);
    v.visit(&[
        folder("a"),
        Folder {
            folders: vec![folder("b")],
            parent: Some(Box::new(folder("c"))),
            others: BTreeMap::from([("x".into(), folder("d"))]),
            ..folder("a")
        },
    ]);
    v.visit(&[vec![folder("a")]]);
    v.visit(&[Left { right: None }, Left { right: Some(Box::new(Right { left: vec![] })) }]);
    v.visit(&[Page { items: vec![1_u8], next: None }]);
    v.visit(&[Page { items: vec![address("a")], next: Some(address("b")) }]);
    v.visit(&[Page { items: vec![(1_u8, String::from("a"))], next: Some((2, "b".into())) }]);
    v.visit(&[Page { items: vec![Page { items: vec![true], next: None }], next: None }]);
}

fn checked(v: &mut impl Visitor) {
    v.visit(&[
        AllOptional {
            number: None,
            text: None,
            list: None,
            map: None,
            pair: None,
            email: None,
            code: None,
            inner: None,
            word: None,
            ratio: None,
        },
        AllOptional {
            number: Some(1),
            text: Some("a".into()),
            list: Some(vec![1]),
            map: Some(BTreeMap::from([("k".into(), 1)])),
            pair: Some((1, "a".into())),
            email: Some(Email("a@b.org".into())),
            code: Some(Code("DE".into())),
            inner: None,
            word: Some("a".into()),
            ratio: Some(0.75),
        },
    ]);
    v.visit(&[Rules {
        length: "abc".into(),
        range: -5,
        open_range: 0.75,
        pattern: "abc".into(),
        foreign: "AB".into(),
        email: "a@b.org".into(),
        url: "https://example.org/a?b=c".into(),
        affixes: "bac".into(),
        items: vec!["a".into(), "b".into()],
        map: BTreeMap::from([("a".into(), 1)]),
        word: "a".into(),
        number: 2,
        set: BTreeSet::from([1, 2]),
        maybe_list: None,
        even: 2,
    }]);
}
