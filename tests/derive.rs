//! What `#[derive(Extract)]` makes of types: the schema as a constant, and the checks by path.

use std::marker::PhantomData;

use instructor::schema::{Data, Field, Presence, Shape, Tagging};
use instructor::{Extract, Path, Rejection, Report};
use serde::Deserialize;

/// The violations as `path: message`.
fn violations<T: Extract>(value: &T) -> Vec<String> {
    match value.check() {
        Ok(()) => Vec::new(),
        Err(rejection) => rejection
            .violations()
            .iter()
            .map(|violation| format!("{}: {}", violation.path, violation.message))
            .collect(),
    }
}

fn fields<T: Extract>() -> &'static [Field] {
    match T::SCHEMA.shape {
        Shape::Object { fields, .. } | Shape::Tuple(fields) => fields,
        shape => panic!("no fields: {shape:?}"),
    }
}

fn names(fields: &[Field]) -> Vec<&'static str> {
    fields.iter().map(|field| field.name).collect()
}

/// A person mentioned
/// in the text.
///
/// Only real ones.
#[derive(Debug, Deserialize, Extract)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[extract(
    name = "record_person",
    example(json = r#"{ "fullName": "Ada", "_age": 3, "type": "x" }"#)
)]
struct Person {
    /// Full name.
    #[extract(length(min = 1, max = 20), example = "Ada")]
    full_name: String,
    #[serde(alias = "years", rename = "_age")]
    #[extract(range(min = 0, max = 150))]
    age: u8,
    #[extract(email, description = "Where to write")]
    mail: Option<String>,
    #[serde(default)]
    #[extract(default = true, deprecated)]
    active: bool,
    r#type: String,
    #[serde(skip)]
    _cache: Option<std::time::Instant>,
}

#[test]
fn a_struct_becomes_an_object() {
    let schema = Person::SCHEMA;
    assert_eq!(schema.name, "Person");
    assert_eq!(schema.tool, "record_person");
    assert_eq!(schema.description, "A person mentioned\nin the text.\n\nOnly real ones.");
    assert_eq!(schema.examples, [r#"{"fullName":"Ada","_age":3,"type":"x"}"#]);
    assert!(matches!(schema.shape, Shape::Object { closed: true, .. }));
    let fields = fields::<Person>();
    assert_eq!(names(fields), ["fullName", "_age", "mail", "active", "type"]);
    assert_eq!(fields[0].examples, ["\"Ada\""]);
    assert_eq!(fields[1].aliases, ["years"]);
    assert_eq!(fields[2].description, "Where to write");
    assert_eq!(fields[3].presence, Presence::Defaulted);
    assert_eq!(fields[3].default, "true");
    assert!(fields[3].deprecated);
}

#[test]
fn every_violation_is_listed_by_its_name_in_json() {
    let person = Person {
        full_name: String::new(),
        age: 200,
        mail: Some("nobody".into()),
        active: true,
        r#type: String::new(),
        _cache: None,
    };
    assert_eq!(
        violations(&person),
        [
            "fullName: must have at least 1 character",
            "_age: must be at most 150",
            "mail: must be an email address",
        ]
    );
}

#[derive(Debug, Deserialize, Extract)]
struct Email(#[extract(email)] String);

#[derive(Debug, Deserialize, Extract)]
#[serde(transparent)]
struct Wrapped {
    inner: Option<Email>,
    #[serde(skip)]
    _marker: PhantomData<u8>,
}

#[derive(Debug, Deserialize, Extract)]
struct Unit;

#[expect(dead_code, reason = "serde skips the field")]
#[derive(Debug, Deserialize, Extract)]
struct Pair(Email, #[serde(skip)] u8, #[extract(range(max = 3))] u8);

#[derive(Debug, Deserialize, Extract)]
#[serde(try_from = "Vec<u8>")]
struct Sorted {
    _values: Vec<u8>,
}

impl TryFrom<Vec<u8>> for Sorted {
    type Error = String;

    fn try_from(values: Vec<u8>) -> Result<Self, String> {
        values.is_sorted().then_some(Self { _values: values }).ok_or("not sorted".into())
    }
}

#[test]
fn every_kind_of_struct_has_its_shape() {
    assert!(matches!(Email::SCHEMA.shape, Shape::Newtype { transparent: false, .. }));
    assert!(matches!(Wrapped::SCHEMA.shape, Shape::Newtype { transparent: true, .. }));
    assert!(Wrapped::SCHEMA.accepts_missing());
    assert!(matches!(Unit::SCHEMA.shape, Shape::Null));
    assert_eq!(fields::<Pair>().len(), 2);
    assert!(matches!(Sorted::SCHEMA.shape, Shape::Newtype { transparent: false, .. }));

    assert_eq!(violations(&Email("x".into())), ["$: must be an email address"]);
    let wrapped = Wrapped { inner: Some(Email("x".into())), _marker: PhantomData };
    assert_eq!(violations(&wrapped), ["$: must be an email address"]);
    assert_eq!(
        violations(&Pair(Email("x".into()), 0, 4)),
        ["[0]: must be an email address", "[1]: must be at most 3"]
    );
}

#[derive(Debug, Deserialize, Extract)]
#[serde(rename_all = "snake_case")]
enum Color {
    /// Like blood.
    DarkRed,
    #[serde(alias = "verde")]
    #[extract(deprecated)]
    Green,
    #[serde(skip)]
    Secret,
    #[serde(other)]
    Unknown,
}

#[derive(Debug, Deserialize, Extract)]
#[serde(rename_all = "camelCase", rename_all_fields = "UPPERCASE")]
enum Event {
    Nothing,
    MailTo(Email),
    Both(Email, Email),
    Move {
        #[extract(range(min = 0))]
        by_x: i32,
    },
    #[serde(rename_all = "kebab-case")]
    Jump {
        #[extract(range(min = 0))]
        how_far: i32,
    },
}

#[derive(Debug, Deserialize, Extract)]
#[serde(tag = "kind", content = "data")]
enum Adjacent {
    One(Email),
    Two { mail: Email },
}

#[derive(Debug, Deserialize, Extract)]
#[serde(tag = "kind")]
enum Internal {
    One(Holder),
    Two { mail: Email },
}

#[derive(Debug, Deserialize, Extract)]
#[serde(untagged)]
enum Untagged {
    One(Holder),
    Two(Vec<Email>),
}

#[derive(Debug, Deserialize, Extract)]
struct Holder {
    mail: Email,
}

fn bad() -> Email {
    Email("x".into())
}

#[test]
fn enums_are_tagged_as_serde_tags_them() {
    let Shape::Enum { variants, tagging: Tagging::External, .. } = Color::SCHEMA.shape else {
        panic!("no enum")
    };
    let names: Vec<_> = variants.iter().map(|variant| variant.name).collect();
    assert_eq!(names, ["dark_red", "green", "unknown"]);
    assert_eq!(variants[0].description, "Like blood.");
    assert_eq!(variants[1].aliases, ["verde"]);
    assert!(variants[1].deprecated && variants[2].other);
    assert_eq!(Color::DarkRed.probe().to_string(), "\"dark_red\"");
    assert_eq!(Color::Secret.probe().to_string(), "a value");

    let Shape::Enum { variants, .. } = Event::SCHEMA.shape else { panic!("no enum") };
    assert!(matches!(variants[0].data, Data::Unit));
    assert!(matches!(variants[3].data, Data::Struct(fields) if fields[0].name == "BY_X"));
    assert!(matches!(variants[4].data, Data::Struct(fields) if fields[0].name == "how-far"));
}

#[test]
fn paths_in_enums_follow_the_json() {
    let message = "must be an email address";
    let email = |path: &str| vec![format!("{path}: {message}")];
    assert_eq!(violations(&Event::Nothing), Vec::<String>::new());
    assert_eq!(violations(&Event::MailTo(bad())), email("mailTo"));
    assert_eq!(violations(&Event::Both(Email("a@b.c".into()), bad())), email("both[1]"));
    assert_eq!(violations(&Event::Move { by_x: -1 }), ["move.BY_X: must be at least 0"]);
    assert_eq!(violations(&Event::Jump { how_far: -1 }), ["jump.how-far: must be at least 0"]);
    assert_eq!(violations(&Adjacent::One(bad())), email("data"));
    assert_eq!(violations(&Adjacent::Two { mail: bad() }), email("data.mail"));
    assert_eq!(violations(&Internal::One(Holder { mail: bad() })), email("mail"));
    assert_eq!(violations(&Internal::Two { mail: bad() }), email("mail"));
    assert_eq!(violations(&Untagged::One(Holder { mail: bad() })), email("mail"));
    assert_eq!(violations(&Untagged::Two(vec![bad()])), email("[0]"));
}

#[derive(Debug, Deserialize, Extract)]
struct Page<T> {
    #[extract(items(max = 2))]
    items: Vec<T>,
    next: Option<T>,
    #[serde(skip)]
    _marker: PhantomData<fn() -> T>,
}

#[derive(Debug, Deserialize, Extract)]
struct Tree {
    #[extract(length(min = 1))]
    name: String,
    #[extract(items(max = 2))]
    children: Vec<Self>,
    more: Option<Vec<Tree>>,
}

#[derive(Debug, Deserialize, Extract)]
struct Left {
    #[extract(recursive)]
    right: Option<Vec<Right>>,
}

#[derive(Debug, Deserialize, Extract)]
struct Right {
    left: Option<Vec<Left>>,
}

#[derive(Debug, Deserialize, Extract)]
struct Outer {
    #[serde(flatten)]
    holder: Holder,
    page: Page<Email>,
}

#[test]
fn checks_reach_through_generics_recursion_and_flatten() {
    let page = || Page { items: vec![bad()], next: Some(bad()), _marker: PhantomData };
    let message = "must be an email address";
    assert_eq!(violations(&page()), [format!("items[0]: {message}"), format!("next: {message}")]);
    assert_eq!(
        violations(&Outer { holder: Holder { mail: bad() }, page: page() }),
        [
            format!("mail: {message}"),
            format!("page.items[0]: {message}"),
            format!("page.next: {message}"),
        ]
    );
    let leaf = || Tree { name: String::new(), children: vec![], more: None };
    let tree =
        Tree { name: "a".into(), children: vec![leaf(), leaf(), leaf()], more: Some(vec![leaf()]) };
    let found = violations(&tree);
    assert_eq!(found[0], "children: must have at most 2 items");
    assert_eq!(found[4], "more[0].name: must have at least 1 character");
    assert_eq!(found.len(), 5);
    assert!(matches!(fields::<Tree>()[1].schema.shape, Shape::Recursive(_)));
    assert!(matches!(fields::<Tree>()[1].schema.resolve().shape, Shape::List { .. }));
    assert!(violations(&Left { right: Some(vec![Right { left: None }]) }).is_empty());
}

fn is_sku(text: &str) -> Result<(), String> {
    if text.starts_with("SKU") { Ok(()) } else { Err("must start with SKU".into()) }
}

#[expect(clippy::unused_async, reason = "stands for a look into a database")]
async fn is_known(text: &str) -> Result<(), &'static str> {
    if text.len() > 3 { Ok(()) } else { Err("must be known") }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "validators take references")]
fn is_even(number: &u32) -> Result<(), Rejection> {
    let violation = instructor::Violation::new(Path::ROOT, "even", "must be even");
    if number.is_multiple_of(2) { Ok(()) } else { Err(violation.into()) }
}

fn not_empty(list: &[u32]) -> Result<(), &'static str> {
    if list.is_empty() { Err("must not be empty") } else { Ok(()) }
}

fn order_is_sane(order: &Order) -> Result<(), String> {
    if order.sku == "SKU0" { Err("is not for sale".into()) } else { Ok(()) }
}

#[derive(Debug, Deserialize, Extract)]
#[extract(validate = order_is_sane)]
struct Order {
    #[extract(custom = is_sku, custom = is_known)]
    sku: String,
    #[extract(custom = is_sku)]
    other: Option<String>,
    #[extract(custom = is_even)]
    count: u32,
    #[extract(custom = not_empty)]
    list: Option<Vec<u32>>,
}

#[derive(Debug, Deserialize, Extract)]
#[extract(validate = Span::check_order)]
struct Span {
    start: u32,
    end: u32,
}

impl Span {
    fn check_order(&self, at: Path<'_>, report: &mut Report<'_>) {
        if self.start > self.end {
            report.violation(at.field("end"), "must not be before `start`");
        }
    }
}

#[derive(Debug, Deserialize, Extract)]
#[extract(validate = Later::check_later)]
struct Later {
    ready: bool,
}

impl Later {
    #[expect(clippy::unused_async, reason = "stands for a look into a database")]
    async fn check_later(&self) -> Result<(), &'static str> {
        if self.ready { Ok(()) } else { Err("must be ready") }
    }
}

#[test]
fn functions_of_the_user_are_called() {
    let order =
        Order { sku: "X".into(), other: Some("Y".into()), count: 3, list: Some(Vec::new()) };
    assert_eq!(
        violations(&order),
        [
            "sku: must start with SKU",
            "other: must start with SKU",
            "count: `$`: must be even",
            "list: must not be empty",
            "sku: must be known",
        ]
    );
    let order = Order { sku: "SKU0".into(), other: None, count: 2, list: None };
    assert_eq!(violations(&order), ["$: is not for sale"]);
    assert_eq!(violations(&Span { start: 2, end: 1 }), ["end: must not be before `start`"]);
    assert_eq!(violations(&Later { ready: false }), ["$: must be ready"]);
}

#[derive(Debug, Clone, PartialEq)]
struct Version(u32, u32);

fn version<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Version, D::Error> {
    let text = String::deserialize(deserializer)?;
    let (major, minor) = text.split_once('.').ok_or_else(|| serde::de::Error::custom("no dot"))?;
    let number = |text: &str| text.parse().map_err(serde::de::Error::custom);
    Ok(Version(number(major)?, number(minor)?))
}

fn mail<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Email, D::Error> {
    String::deserialize(deserializer).map(Email)
}

#[derive(Debug, Deserialize, Extract)]
struct Release {
    #[serde(deserialize_with = "version")]
    #[extract(schema_as = String, example = "1.2")]
    version: Version,
    #[serde(deserialize_with = "mail")]
    #[extract(schema_as = String, suffix = ".org")]
    mail: Email,
    #[serde(default, deserialize_with = "version_or_none")]
    #[extract(schema_as = Option<String>)]
    next: Option<Version>,
}

fn version_or_none<'de, D: serde::Deserializer<'de>>(d: D) -> Result<Option<Version>, D::Error> {
    version(d).map(Some)
}

#[test]
fn another_type_may_stand_for_the_schema() {
    let fields = fields::<Release>();
    assert!(matches!(fields[0].schema.shape, Shape::Text(_)));
    assert_eq!(fields[0].presence, Presence::Required);
    assert_eq!(fields[2].presence, Presence::Defaulted);
    let release = Release { version: Version(1, 2), mail: bad(), next: None };
    assert_eq!(
        violations(&release),
        ["mail: must end with \".org\"", "mail: must be an email address"]
    );
}

macro_rules! record {
    ($name:ident { $($field:ident: $ty:ty),* }) => {
        #[derive(Debug, Deserialize, Extract)]
        struct $name { $(#[extract(length(min = 1))] $field: $ty),* }
    };
}

record!(FromMacro { name: String, list: Vec<u8>, maybe: Option<String> });

#[test]
fn types_may_come_out_of_macros() {
    assert_eq!(names(fields::<FromMacro>()), ["name", "list", "maybe"]);
    let value = FromMacro { name: String::new(), list: vec![], maybe: None };
    assert_eq!(violations(&value).len(), 2);
}

#[derive(Debug, Deserialize, Extract)]
struct Rules {
    #[extract(pattern = "^[A-Z]{2}$", example = "DE")]
    country: String,
    #[extract(url)]
    site: String,
    #[extract(contains = "a", prefix = "b", suffix = "c")]
    parts: String,
    #[extract(items(min = 1, max = 3), unique, inner(length(max = 2)))]
    tags: Vec<String>,
    #[extract(one_of("a", "b"))]
    letter: String,
    #[extract(one_of(1, 2))]
    digit: u8,
    #[extract(range(exclusive_min = 0.5, exclusive_max = 1))]
    share: f64,
    #[extract(length(equal = 3))]
    code: String,
}

#[test]
fn every_rule_is_checked() {
    let text = String::from("xyz!");
    let rules = Rules {
        country: text.clone(),
        site: text.clone(),
        parts: text.clone(),
        tags: vec![text.clone(), text.clone()],
        letter: text.clone(),
        digit: 3,
        share: 0.5,
        code: text,
    };
    assert_eq!(
        violations(&rules),
        [
            "country: must match `^[A-Z]{2}$`",
            "site: must be a URL with a scheme and a host",
            "parts: must contain \"a\"",
            "parts: must start with \"b\"",
            "parts: must end with \"c\"",
            "tags[1]: must not stand in the list twice",
            "tags[0]: must have at most 2 characters",
            "tags[1]: must have at most 2 characters",
            "letter: must be one of \"a\", \"b\"",
            "digit: must be one of 1, 2",
            "share: must be above 0.5",
            "code: must have exactly 3 characters",
        ]
    );
}
