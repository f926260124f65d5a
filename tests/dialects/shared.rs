//! Types that are used twice, texts beside them, and limits.

use std::collections::BTreeMap;

use instructor::Extract;
use serde::{Deserialize, Serialize};

use crate::Visitor;

/// A place.
#[derive(Debug, PartialEq, Clone, Serialize, Deserialize, Extract)]
struct Place {
    name: String,
    /// Above the sea, if known.
    height: Option<i32>,
}

/// The place where it began.
#[derive(Debug, PartialEq, Serialize, Deserialize, Extract)]
struct Origin(Place);

#[derive(Debug, PartialEq, Serialize, Deserialize, Extract)]
struct Journey {
    /// Where it began.
    from: Place,
    origin: Origin,
    /// Where it ended.
    to: Option<Place>,
    stops: Vec<Option<Place>>,
    /// Defaults are no options.
    #[serde(default)]
    home: Option<Place>,
    #[serde(default = "far")]
    far: Option<Place>,
    by_day: BTreeMap<u8, Option<Place>>,
}

#[expect(clippy::unnecessary_wraps, reason = "the type of the field")]
fn far() -> Option<Place> {
    Some(place("far"))
}

/// A person and those before.
#[derive(Debug, PartialEq, Serialize, Deserialize, Extract)]
struct Ancestor {
    name: String,
    /// The mother, if known.
    mother: Option<Box<Ancestor>>,
    /// The father, if known.
    #[extract(deprecated)]
    father: Option<Box<Ancestor>>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Extract)]
struct Archive {
    /// The first of all.
    first: Ancestor,
    /// The last of all.
    last: Option<Ancestor>,
}

/// What a shape may be.
#[derive(Debug, PartialEq, Serialize, Deserialize, Extract)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Figure {
    /// A round one.
    Circle {
        radius: f64,
    },
    /// A long one.
    Line {
        from: (i8, i8),
        to: (i8, i8),
        color: Option<Color>,
    },
    Dot,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Clone, Serialize, Deserialize, Extract)]
enum Color {
    Red,
    /// The color of the sky.
    Blue,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Extract)]
struct Drawing {
    /// The main figure.
    main: Figure,
    /// Another figure.
    #[extract(deprecated)]
    other: Option<Figure>,
    figures: Vec<Figure>,
    colors: BTreeMap<Color, Option<Color>>,
    #[extract(items(max = 2))]
    some: Option<BTreeMap<Color, (u8, Color)>>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Extract)]
struct Limits {
    #[extract(one_of(1, 2))]
    few: Option<u8>,
    #[extract(inner(one_of(0.5, 1.5)))]
    parts: Vec<f64>,
    #[extract(items(min = 2, max = 3000))]
    many: Vec<u8>,
    #[extract(length(min = 1, max = 100_000))]
    long: String,
    #[extract(pattern = r"\bword\b")]
    word: String,
    #[extract(pattern = "^[0-9]{4}$")]
    year: Option<String>,
    #[extract(items(min = 1), inner(range(min = 1, max = 9)))]
    digits: Vec<Option<u8>>,
    #[serde(default)]
    #[extract(default = 7, range(max = 50))]
    seven: Option<u8>,
    unit: Option<()>,
}

#[derive(Debug, PartialEq, Default, Serialize, Deserialize, Extract)]
struct Sparse {
    a: Option<u8>,
    b: Option<u8>,
    c: Option<u8>,
    d: Option<u8>,
    e: Option<u8>,
    f: Option<u8>,
    g: Option<u8>,
    h: Option<u8>,
    i: Option<u8>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Extract)]
struct Twice {
    id: u8,
    left: Sparse,
    right: Sparse,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Extract)]
struct Thrice {
    id: u8,
    #[serde(flatten)]
    twice: TwiceNamed,
    third: Other,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Extract)]
struct TwiceNamed {
    first: Sparse,
    second: Page<Sparse>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Extract)]
struct Page<T> {
    items: Vec<T>,
    next: Option<T>,
    a: Option<u8>,
    b: Option<u8>,
    c: Option<u8>,
    d: Option<u8>,
    e: Option<u8>,
    f: Option<u8>,
    g: Option<u8>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Extract)]
struct Other {
    a: Option<u8>,
    b: Option<u8>,
    c: Option<u8>,
    d: Option<u8>,
    e: Option<u8>,
    f: Option<u8>,
    g: Option<u8>,
    h: Option<u8>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Extract)]
struct Unions(
    [Option<bool>; 1],
    Vec<Option<u8>>,
    Vec<Option<u16>>,
    Vec<Option<u32>>,
    Vec<Option<u64>>,
    Vec<Option<i8>>,
    Vec<Option<i16>>,
    Vec<Option<i32>>,
    Vec<Option<i64>>,
    Vec<Option<f32>>,
    Vec<Option<f64>>,
    Vec<Option<char>>,
    Vec<Option<bool>>,
    Vec<Option<String>>,
    Vec<Option<Color>>,
    Vec<Option<Place>>,
    Vec<Option<Sparse>>,
);

fn place(name: &str) -> Place {
    Place { name: name.into(), height: None }
}

fn ancestor(name: &str) -> Ancestor {
    Ancestor { name: name.into(), mother: None, father: None }
}

pub(crate) fn all(v: &mut impl Visitor) {
    v.visit(&[place("a"), Place { name: "b".into(), height: Some(-1) }]);
    v.visit(&[
        Journey {
            from: place("a"),
            origin: Origin(place("a")),
            to: None,
            stops: vec![],
            home: None,
            far: None,
            by_day: BTreeMap::new(),
        },
        Journey {
            from: place("a"),
            origin: Origin(place("b")),
            to: Some(place("c")),
            stops: vec![None, Some(place("d"))],
            home: Some(place("e")),
            far: Some(place("f")),
            by_day: BTreeMap::from([(1, None), (2, Some(place("g")))]),
        },
    ]);
    v.visit(&[ancestor("a"), Ancestor { mother: Some(Box::new(ancestor("b"))), ..ancestor("a") }]);
    v.visit(&[Archive { first: ancestor("a"), last: Some(ancestor("b")) }]);
    v.visit(&[
        Drawing {
            main: Figure::Dot,
            other: None,
            figures: vec![],
            colors: BTreeMap::new(),
            some: None,
        },
        Drawing {
            main: Figure::Circle { radius: 0.5 },
            other: Some(Figure::Dot),
            figures: vec![Figure::Line { from: (0, 1), to: (2, 3), color: Some(Color::Red) }],
            colors: BTreeMap::from([(Color::Red, None), (Color::Blue, Some(Color::Red))]),
            some: Some(BTreeMap::from([(Color::Blue, (1, Color::Blue))])),
        },
    ]);
    v.visit(&[Limits {
        few: Some(2),
        parts: vec![],
        many: vec![1, 2],
        long: "a".into(),
        word: "a word".into(),
        year: Some("1815".into()),
        digits: vec![Some(1), None],
        seven: Some(7),
        unit: None,
    }]);
    v.visit(&[Sparse::default(), Sparse { e: Some(1), ..Sparse::default() }]);
    v.visit(&[Twice { id: 1, left: Sparse::default(), right: Sparse::default() }]);
    v.visit(&[Thrice {
        id: 1,
        twice: TwiceNamed {
            first: Sparse::default(),
            second: Page {
                items: vec![],
                next: None,
                a: None,
                b: None,
                c: None,
                d: None,
                e: None,
                f: None,
                g: None,
            },
        },
        third: Other { a: None, b: None, c: None, d: None, e: None, f: None, g: None, h: Some(1) },
    }]);
    v.visit(&[Unions(
        [None],
        vec![],
        vec![],
        vec![],
        vec![],
        vec![],
        vec![],
        vec![],
        vec![],
        vec![],
        vec![],
        vec![Some('x')],
        vec![],
        vec![],
        vec![None],
        vec![Some(place("a"))],
        vec![],
    )]);
}
