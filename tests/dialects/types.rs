//! Types of `std` and enums.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::net::IpAddr;
use std::num::NonZeroU8;
use std::path::PathBuf;

use instructor::{Cited, Extract, Maybe};
use serde::{Deserialize, Serialize};

use crate::Visitor;

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Extract)]
#[serde(rename_all = "snake_case")]
enum Mood {
    /// All is well.
    Happy,
    #[serde(alias = "busy")]
    InProgress,
    #[serde(rename = "SAD")]
    Sad,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Extract)]
enum Single {
    Only,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Extract)]
enum Lenient {
    Known,
    #[serde(other)]
    Unknown,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Extract)]
enum External {
    Quit,
    Say(#[extract(length(max = 9))] String),
    /// A step.
    Move(u8, i64),
    Turn(f64, f64),
    Empty(),
    Nothing {},
    Maybe(Option<u8>),
    Draw {
        shape: Internal,
        #[serde(default)]
        times: u8,
    },
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Extract)]
#[serde(tag = "kind", rename_all = "camelCase", deny_unknown_fields)]
enum Internal {
    Circle {
        radius: f64,
    },
    /// With equal sides.
    Square {
        side: f64,
        label: Option<String>,
    },
    #[serde(alias = "none")]
    NoShape,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Extract)]
struct Point {
    x: i32,
    y: i32,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Extract)]
#[serde(tag = "type")]
enum Wrapping {
    Point(Point),
    Named(Named),
    Boxed(Box<Point>),
    Deeper(Internal),
    #[serde(other)]
    Else,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Extract)]
struct Named {
    name: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    nick_names: Vec<String>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Extract)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    Say(String),
    Move(u8, String),
    Maybe(Option<u8>),
    Deep { by: BTreeMap<String, (u8, String)> },
    Quit,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Extract)]
#[serde(untagged)]
enum Untagged {
    Flag(bool),
    Number(i64),
    Text(String),
    Pair(u8, String),
    Point(Point),
    Sized { width: u8, height: Option<u8> },
    Nothing,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Extract)]
enum Mixed {
    Quit,
    Say(String),
    #[serde(untagged)]
    Free(u8),
    #[serde(untagged)]
    Place(Point),
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Extract)]
enum Tree {
    Leaf(u8),
    Node(Vec<Tree>),
    Named { left: Box<Tree>, right: Option<Box<Tree>> },
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Extract)]
#[serde(untagged)]
enum Expression {
    Number(f64),
    Not {
        #[extract(recursive)]
        not: Box<Expression>,
    },
    Sum(#[extract(recursive)] Vec<Expression>),
}

fn text(text: &str) -> String {
    text.into()
}

pub(crate) fn all(v: &mut impl Visitor) {
    scalars(v);
    containers(v);
    enums(v);
}

fn scalars(v: &mut impl Visitor) {
    v.visit(&[0_u8, 255]);
    v.visit(&[i64::MIN, i64::MAX]);
    v.visit(&[u64::MAX]);
    v.visit(&[u128::MAX, 0]);
    v.visit(&[i128::MIN, i128::MAX]);
    v.visit(&[1.5_f64, -0.1, 1e300]);
    v.visit(&[true, false]);
    v.visit(&['x', 'é', '"']);
    v.visit(&[text(""), text("a \"quote\"\n"), text("{\"a\":1}"), text("[1]"), text("null")]);
    v.visit(&[()]);
    v.visit(&[NonZeroU8::MIN, NonZeroU8::MAX]);
    v.visit(&[PathBuf::from("/a/b")]);
    v.visit(&[IpAddr::from([127, 0, 0, 1])]);
    v.visit(&[None, Some(1_u8)]);
    v.visit(&[None, Some(text("null")), Some(text(""))]);
}

fn containers(v: &mut impl Visitor) {
    v.visit(&[vec![], vec![text("a"), text("b, c")]]);
    v.visit(&[vec![None, Some(1_u8)]]);
    v.visit(&[vec![vec![1_u8], vec![]]]);
    v.visit(&[VecDeque::from([1_u8])]);
    v.visit(&[BTreeSet::from([1_u8, 2])]);
    v.visit(&[[1_u8, 2, 3]]);
    v.visit(&[(1_u8, 2_u8)]);
    v.visit(&[(1_u8, text("a"))]);
    v.visit(&[(1_u8,)]);
    v.visit(&[((1_u8, text("a")), Some((true, 2_i64)), vec![(1.5, text("b"))])]);
    v.visit(&[BTreeMap::from([(text("a"), 1_u8), (text("key"), 2)]), BTreeMap::new()]);
    v.visit(&[BTreeMap::from([(-1_i32, text("a")), (7, text("b"))])]);
    v.visit(&[BTreeMap::from([(true, 1_u8), (false, 2)])]);
    v.visit(&[BTreeMap::from([('a', 1_u8)])]);
    v.visit(&[BTreeMap::from([(Mood::Sad, 1_u8), (Mood::InProgress, 2)])]);
    v.visit(&[HashMap::from([(Mood::Happy, Point { x: 1, y: 2 })])]);
    v.visit(&[BTreeMap::from([(u64::MAX, BTreeMap::from([(text("a"), vec![1_u8])]))])]);
    v.visit(&[vec![BTreeMap::from([(text("a"), Some((1_u8, text("b"))))])]]);
    v.visit(&[Some(BTreeMap::from([(text("value"), text("b"))])), None]);
    v.visit(&[Box::new(Point { x: 1, y: -1 })]);
    v.visit(&[Ok::<u8, String>(1), Err(text("no"))]);
    v.visit(&[Maybe::Found(1_u8), Maybe::Missing(text("no"))]);
    v.visit(&[Some(Maybe::Found(vec![Mood::Sad])), Some(Maybe::Missing(text("null"))), None]);
    v.visit(&[Maybe::Found(BTreeMap::from([(text("a"), 1_u8)]))]);
    v.visit(&[Cited { value: 1_u8, quotes: vec!["a".into(), "\"b\"".into()] }]);
    v.visit(&[vec![Cited { value: Point { x: 1, y: 2 }, quotes: vec!["a".into()] }]]);
}

fn enums(v: &mut impl Visitor) {
    v.visit(&[Mood::Happy, Mood::InProgress, Mood::Sad]);
    v.visit(&[Single::Only]);
    v.visit(&[Lenient::Known, Lenient::Unknown]);
    v.visit(&[
        External::Quit,
        External::Say(text("hello")),
        External::Move(1, -2),
        External::Turn(1.0, 2.5),
        External::Empty(),
        External::Nothing {},
        External::Maybe(None),
        External::Maybe(Some(1)),
        External::Draw { shape: Internal::Square { side: 1.0, label: None }, times: 2 },
    ]);
    v.visit(&[
        Internal::Circle { radius: 1.5 },
        Internal::Square { side: 1.0, label: Some(text("a")) },
        Internal::NoShape,
    ]);
    v.visit(&[
        Wrapping::Point(Point { x: 1, y: 2 }),
        Wrapping::Named(Named { name: text("a"), nick_names: vec![] }),
        Wrapping::Named(Named { name: text("a"), nick_names: vec![text("b")] }),
        Wrapping::Boxed(Box::new(Point { x: 1, y: 2 })),
        Wrapping::Deeper(Internal::NoShape),
        Wrapping::Else,
    ]);
    v.visit(&[
        Adjacent::Say(text("a")),
        Adjacent::Move(1, text("b")),
        Adjacent::Maybe(None),
        Adjacent::Maybe(Some(1)),
        Adjacent::Deep { by: BTreeMap::from([(text("k"), (1, text("v")))]) },
        Adjacent::Quit,
    ]);
    v.visit(&[
        Untagged::Flag(true),
        Untagged::Number(-1),
        Untagged::Text(text("a")),
        Untagged::Pair(1, text("a")),
        Untagged::Point(Point { x: 1, y: 2 }),
        Untagged::Sized { width: 1, height: None },
        Untagged::Nothing,
    ]);
    v.visit(&[
        Mixed::Quit,
        Mixed::Say(text("a")),
        Mixed::Free(3),
        Mixed::Place(Point { x: 1, y: 2 }),
    ]);
    v.visit(&[
        Tree::Leaf(1),
        Tree::Node(vec![Tree::Leaf(1), Tree::Node(vec![])]),
        Tree::Named { left: Box::new(Tree::Leaf(1)), right: None },
    ]);
    v.visit(&[
        Expression::Number(1.5),
        Expression::Not { not: Box::new(Expression::Sum(vec![])) },
        Expression::Sum(vec![Expression::Number(1.0), Expression::Sum(vec![])]),
    ]);
    v.visit(&[vec![Mood::Sad, Mood::Happy]]);
    v.visit(&[None, Some(Mood::Sad)]);
    v.visit(&[None, Some(Internal::NoShape)]);
}
