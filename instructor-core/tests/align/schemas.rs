//! Schemas built by hand, as the derive would print them.

use std::any::TypeId;

use instructor_core::schema::{
    Data, Field, Number, Presence, Rule, Schema, Shape, Tagging, Text, Variant,
};

macro_rules! types {
    ($($name:ident: $schema:ident = $shape:expr;)*) => {$(
        struct $name;
        pub(crate) const $schema: Schema = Schema {
            name: stringify!($name),
            ..Schema::new(TypeId::of::<$name>, $shape)
        };
    )*};
}

pub(crate) const TEXT: Schema = Schema::new(TypeId::of::<String>, Shape::Text(Text::ANY));
pub(crate) const BOOL: Schema = Schema::new(TypeId::of::<bool>, Shape::Bool);
pub(crate) const FLOAT: Schema = Schema::new(TypeId::of::<f64>, Shape::Number);
pub(crate) const U8: Schema =
    Schema::new(TypeId::of::<u8>, Shape::Integer { min: 0, max: 255, nonzero: false });
pub(crate) const NONZERO: Schema = Schema::new(
    TypeId::of::<std::num::NonZeroI8>,
    Shape::Integer { min: -128, max: 127, nonzero: true },
);
pub(crate) const U64: Schema = Schema::new(
    TypeId::of::<u64>,
    Shape::Integer { min: 0, max: u64::MAX as u128, nonzero: false },
);
pub(crate) const U128: Schema =
    Schema::new(TypeId::of::<u128>, Shape::Integer { min: 0, max: u128::MAX, nonzero: false });
pub(crate) const I128: Schema = Schema::new(
    TypeId::of::<i128>,
    Shape::Integer { min: i128::MIN, max: i128::MAX as u128, nonzero: false },
);
pub(crate) const CHAR: Schema =
    Schema::new(TypeId::of::<char>, Shape::Text(Text { min: 1, max: Some(1), ..Text::ANY }));
pub(crate) const ANY: Schema = Schema::new(TypeId::of::<serde_json::Value>, Shape::Any);
pub(crate) const UNIT: Schema = Schema::new(TypeId::of::<()>, Shape::Null);

pub(crate) const MAYBE_TEXT: Schema =
    Schema::new(TypeId::of::<Option<String>>, Shape::Option(&TEXT));
pub(crate) const MAYBE_U8: Schema = Schema::new(TypeId::of::<Option<u8>>, Shape::Option(&U8));
pub(crate) const TEXTS: Schema = list(TypeId::of::<Vec<String>>, &TEXT);
pub(crate) const NUMBERS: Schema = list(TypeId::of::<Vec<u8>>, &U8);
pub(crate) const PEOPLE: Schema = list(TypeId::of::<Vec<Person>>, &PERSON);
pub(crate) const PAIR_OF_U8: Schema = Schema::new(
    TypeId::of::<[u8; 2]>,
    Shape::List { items: &U8, min: 2, max: Some(2), unique: false },
);
pub(crate) const TUPLE: Schema = Schema::new(
    TypeId::of::<(String, u8)>,
    Shape::Tuple(&[Field::new("", &TEXT), Field::new("", &U8)]),
);
pub(crate) const POINT: Schema = Schema::new(
    TypeId::of::<(f64, f64)>,
    Shape::Tuple(&[Field::new("", &FLOAT), Field::new("", &FLOAT)]),
);
pub(crate) const RATES: Schema =
    map(TypeId::of::<std::collections::HashMap<String, f64>>, &TEXT, &FLOAT);
pub(crate) const BY_MOOD: Schema =
    map(TypeId::of::<std::collections::HashMap<Mood, u8>>, &MOOD, &U8);
pub(crate) const BY_NUMBER: Schema = map(TypeId::of::<std::collections::HashMap<u8, u8>>, &U8, &U8);

pub(crate) const fn list(id: fn() -> TypeId, items: &'static Schema) -> Schema {
    Schema::new(id, Shape::List { items, min: 0, max: None, unique: false })
}

const fn map(id: fn() -> TypeId, keys: &'static Schema, values: &'static Schema) -> Schema {
    Schema::new(id, Shape::Map { keys, values })
}

const fn open(fields: &'static [Field]) -> Shape {
    Shape::Object { fields, closed: false }
}

const fn tagged(tagging: Tagging, variants: &'static [Variant]) -> Shape {
    Shape::Enum { variants, tagging, closed: false }
}

const fn flat(schema: &'static Schema) -> Field {
    Field { flatten: true, ..Field::new("", schema) }
}

const fn unit(name: &'static str) -> Variant {
    Variant::new(name, Data::Unit)
}

const KIND: Tagging = Tagging::Internal { tag: "kind" };
const CIRCLE: Variant = Variant::new("Circle", Data::Struct(&[Field::new("radius", &FLOAT)]));
const SQUARE: Variant = Variant::new(
    "Square",
    Data::Struct(&[Field::new("side", &FLOAT), Field::new("label", &MAYBE_TEXT)]),
);

fn tree() -> &'static Schema {
    &TREE
}

fn expression() -> &'static Schema {
    &EXPRESSION
}

const RECURSIVE_TREE: Schema = Schema::new(TypeId::of::<Tree>, Shape::Recursive(tree));
const RECURSIVE_EXPRESSION: Schema =
    Schema::new(TypeId::of::<Expression>, Shape::Recursive(expression));
const MAYBE_EXPRESSION: Schema =
    Schema::new(TypeId::of::<Option<Box<Expression>>>, Shape::Option(&RECURSIVE_EXPRESSION));

types! {
    Person: PERSON = open(&[
        Field {
            rules: &[Rule::Length { min: Some(1), max: None }],
            aliases: &["full_name"],
            ..Field::new("name", &TEXT)
        },
        Field {
            rules: &[Rule::Range {
                min: None,
                max: Some(Number::Int(150)),
                above: None,
                below: None,
            }],
            ..Field::new("age", &U8)
        },
        Field { rules: &[Rule::Email], ..Field::new("email", &MAYBE_TEXT) },
        Field {
            presence: Presence::Defaulted,
            rules: &[Rule::Inner(&[Rule::Length { min: None, max: Some(5) }])],
            ..Field::new("nick_names", &TEXTS)
        },
    ]);
    Closed: CLOSED = Shape::Object { fields: &[Field::new("a", &U8)], closed: true };
    Alike: ALIKE = open(&[Field::new("a_b", &MAYBE_U8), Field::new("ab", &MAYBE_U8)]);
    Flat: FLAT = open(&[Field::new("id", &U8), flat(&SHAPE)]);
    Open: OPEN = open(&[Field::new("id", &U8), flat(&RATES)]);
    Named: NAMED = Shape::Newtype { field: &Field::new("", &TEXT), transparent: false };
    Mood: MOOD = tagged(Tagging::External, &[
        unit("happy"),
        unit("in_progress"),
        Variant { aliases: &["blue"], ..unit("sad") },
    ]);
    Twins: TWINS = tagged(Tagging::External, &[unit("a-b"), unit("ab")]);
    Picture: SHAPE = tagged(KIND, &[CIRCLE, SQUARE, unit("Nothing")]);
    Lenient: LENIENT = tagged(KIND, &[CIRCLE, Variant { other: true, ..unit("Unknown") }]);
    Event: EVENT = tagged(Tagging::Adjacent { tag: "t", content: "c" }, &[
        Variant::new("Say", Data::Newtype(&Field::new("", &TEXT))),
        Variant::new("Move", Data::Tuple(&[Field::new("", &U8), Field::new("", &U8)])),
        unit("Quit"),
    ]);
    Command: COMMAND = tagged(Tagging::External, &[
        Variant::new("Say", Data::Newtype(&Field::new("", &TEXT))),
        Variant::new("Move", Data::Tuple(&[Field::new("", &U8), Field::new("", &U8)])),
        Variant::new("Draw", Data::Struct(&[Field::new("shape", &SHAPE)])),
        unit("Quit"),
    ]);
    Mixed: MIXED = tagged(Tagging::External, &[
        unit("Quit"),
        Variant { untagged: true, ..Variant::new("Free", Data::Newtype(&Field::new("", &U8))) },
    ]);
    Id: ID = tagged(Tagging::Untagged, &[
        Variant::new("Number", Data::Newtype(&Field::new("", &U64))),
        Variant::new("Name", Data::Newtype(&Field::new("", &TEXT))),
    ]);
    Either: EITHER = tagged(Tagging::Untagged, &[
        Variant::new("Flag", Data::Newtype(&Field::new("", &BOOL))),
        Variant::new("Person", Data::Newtype(&Field::new("", &PERSON))),
        Variant::new("Sized", Data::Struct(&[Field::new("width", &U8), Field::new("height", &U8)])),
    ]);
    Union: UNION = Shape::AnyOf(&[&NUMBERS, &U8]);
    Tree: TREE = open(&[
        Field::new("name", &TEXT),
        Field::new("children", &Schema::new(
            TypeId::of::<Vec<Tree>>,
            Shape::List { items: &RECURSIVE_TREE, min: 0, max: None, unique: false },
        )),
    ]);
    Expression: EXPRESSION = tagged(Tagging::Untagged, &[
        Variant::new("Number", Data::Newtype(&Field::new("", &FLOAT))),
        Variant::new("Not", Data::Struct(&[Field::new("not", &RECURSIVE_EXPRESSION)])),
        Variant::new("Minus", Data::Struct(&[
            Field::new("minus", &RECURSIVE_EXPRESSION),
            Field { presence: Presence::Defaulted, ..Field::new("not", &MAYBE_EXPRESSION) },
        ])),
        Variant::new("All", Data::Newtype(&Field::new("", &Schema::new(
            TypeId::of::<Vec<Expression>>,
            Shape::List { items: &RECURSIVE_EXPRESSION, min: 0, max: None, unique: false },
        )))),
    ]);
    Order: ORDER = open(&[
        Field::new("rates", &RATES),
        Field::new("size", &TUPLE),
        Field::new("at", &POINT),
        Field { presence: Presence::Defaulted, ..Field::new("count", &U8) },
        Field::new("note", &MAYBE_TEXT),
    ]);
}
