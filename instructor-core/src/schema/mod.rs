//! What a type looks like as JSON, as plain constants.
//!
//! `#[derive(Extract)]` builds a [`Schema`] out of the schemas of the field types; everything else
//! here only reads it: [`rendered`] writes it in a [`Dialect`].

use std::any::TypeId;
use std::fmt;
use std::sync::OnceLock;

mod rule;
mod message;
#[doc(hidden)]
pub mod fits;
mod dialect;
mod objects;
mod recursion;
mod render;
mod rendered;
mod alternative;
mod import;
pub mod limits;

pub use alternative::Alternative;
pub use dialect::{Dialect, Least, Null, Recursion, Refs, Unknown};
pub use import::{ImportError, Problem, import};
pub(crate) use objects::{Extra, FlatObject, Property, Slot, alternatives, object};
pub(crate) use render::is_uniform;
#[cfg(feature = "client")]
pub(crate) use rendered::tool_name;
pub use rendered::{Function, Rendered, Tool, Unsupported, json_schema, rendered, tool};
pub use rule::{Format, Number, Rule};

/// One type.
#[derive(Clone, Copy)]
pub struct Schema {
    /// The type's name, the key of its entry in `$defs`; empty for the types of `std`.
    pub name: &'static str,
    /// The tool's name, if it is not the type's.
    pub tool: &'static str,
    /// Tells types with one name apart.
    pub id: fn() -> TypeId,
    /// The doc comment; empty if there is none.
    pub description: &'static str,
    /// Example values, each a JSON text.
    pub examples: &'static [&'static str],
    /// The type should no longer be used.
    pub deprecated: bool,
    /// The type is a list of tool calls ([`Parallel`](crate::Parallel)).
    pub calls: bool,
    /// What its values are.
    pub shape: Shape,
}

impl Schema {
    /// A nameless type of this shape.
    pub const fn new(id: fn() -> TypeId, shape: Shape) -> Self {
        Self {
            name: "",
            tool: "",
            id,
            description: "",
            examples: &[],
            deprecated: false,
            calls: false,
            shape,
        }
    }

    /// Follows [`Shape::Recursive`] and [`Shape::Linked`] until something else stands there.
    pub fn resolve(&'static self) -> &'static Self {
        let mut schema = self;
        loop {
            schema = match schema.shape {
                Shape::Recursive(get) => get(),
                Shape::Linked(link) => link.get().copied().unwrap_or(&ANY),
                _ => return schema,
            };
        }
    }

    /// What tells this type from all others.
    pub(crate) fn key(&self) -> Key {
        // No type of Rust tells imported schemas apart; each stands in one place for good.
        let address = if self.is_imported() { std::ptr::from_ref(self).addr() } else { 0 };
        Key { id: (self.id)(), address }
    }

    /// Whether it was made of a JSON Schema.
    pub(crate) fn is_imported(&self) -> bool {
        (self.id)() == TypeId::of::<import::Imported>()
    }

    /// The name of the type or, if it has one of its own, of its tool; empty for a nameless type.
    pub(crate) const fn called(&self) -> &'static str {
        if self.tool.is_empty() { self.name } else { self.tool }
    }

    /// Whether serde takes a missing field of this type for `None`.
    pub fn accepts_missing(&'static self) -> bool {
        match self.resolve().shape {
            Shape::Option(_) => true,
            Shape::Newtype { field, transparent: true } => field.schema.accepts_missing(),
            _ => false,
        }
    }
}

/// The identity of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    id: TypeId,
    /// Of an imported schema; 0 for a type.
    address: usize,
}

/// What stands at the other end of a link until it is known.
static ANY: Schema = Schema::new(TypeId::of::<Unknowable>, Shape::Any);

/// Gives [`ANY`] an identity.
struct Unknowable;

/// Prints the name and the shape; a recursive edge is not followed.
impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Schema")
            .field("name", &self.name)
            .field("description", &self.description)
            .field("shape", &self.shape)
            .finish_non_exhaustive()
    }
}

/// The shape of a type's values.
#[derive(Clone, Copy)]
pub enum Shape {
    /// Anything: `serde_json::Value`.
    Any,
    /// `null`: `()` and unit structs.
    Null,
    /// `true` or `false`.
    Bool,
    /// A whole number between these bounds, both included.
    Integer {
        /// The least value of the type.
        min: i128,
        /// The greatest value of the type.
        max: u128,
        /// Zero is refused (`NonZeroI32`).
        nonzero: bool,
    },
    /// A number, with or without a fraction.
    Number,
    /// Text.
    Text(Text),
    /// The type, or `null`.
    Option(&'static Schema),
    /// A list.
    List {
        /// Its elements.
        items: &'static Schema,
        /// The least number of elements.
        min: usize,
        /// The greatest number of elements.
        max: Option<usize>,
        /// No element twice.
        unique: bool,
    },
    /// A list of fixed length whose elements have their own types.
    Tuple(&'static [Field]),
    /// An object with any keys.
    Map {
        /// The keys, which are text in JSON.
        keys: &'static Schema,
        /// The values.
        values: &'static Schema,
    },
    /// A struct with named fields.
    Object {
        /// The fields, in the order of the struct.
        fields: &'static [Field],
        /// Unknown properties are refused (`deny_unknown_fields`).
        closed: bool,
    },
    /// A type that looks like the one it wraps.
    Newtype {
        /// The field it wraps.
        field: &'static Field,
        /// A missing value is passed on to the inner type (`serde(transparent)`, `Box`).
        transparent: bool,
    },
    /// An enum.
    Enum {
        /// The variants, in the order of the enum.
        variants: &'static [Variant],
        /// How the variant's name and its data are written.
        tagging: Tagging,
        /// Unknown properties are refused (`deny_unknown_fields`).
        closed: bool,
    },
    /// Any one of these: the first that fits is taken.
    AnyOf(&'static [&'static Schema]),
    /// An edge that would make the constant endless; the function gives the other end.
    Recursive(fn() -> &'static Schema),
    /// Such an edge in an imported schema; it is set before the schema is given out.
    Linked(&'static OnceLock<&'static Schema>),
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("Any"),
            Self::Null => f.write_str("Null"),
            Self::Bool => f.write_str("Bool"),
            Self::Integer { min, max, .. } => write!(f, "Integer({min}..={max})"),
            Self::Number => f.write_str("Number"),
            Self::Text(text) => text.fmt(f),
            Self::Option(inner) => f.debug_tuple("Option").field(inner).finish(),
            Self::List { items, .. } => f.debug_tuple("List").field(items).finish(),
            Self::Tuple(fields) => f.debug_tuple("Tuple").field(fields).finish(),
            Self::Map { keys, values } => f.debug_tuple("Map").field(keys).field(values).finish(),
            Self::Object { fields, .. } => f.debug_tuple("Object").field(fields).finish(),
            Self::Newtype { field, .. } => f.debug_tuple("Newtype").field(field).finish(),
            Self::Enum { variants, tagging, .. } => {
                f.debug_tuple("Enum").field(variants).field(tagging).finish()
            }
            Self::AnyOf(schemas) => f.debug_tuple("AnyOf").field(schemas).finish(),
            Self::Recursive(_) | Self::Linked(_) => f.write_str("Recursive"),
        }
    }
}

/// What is known about a text type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text {
    /// A JSON Schema `format` such as `date-time`; empty if there is none.
    pub format: &'static str,
    /// A regular expression the text must match; empty if there is none.
    pub pattern: &'static str,
    /// The least number of characters.
    pub min: usize,
    /// The greatest number of characters.
    pub max: Option<usize>,
}

impl Text {
    /// Any text.
    pub const ANY: Self = Self { format: "", pattern: "", min: 0, max: None };
}

/// A field of a struct, a variant or a tuple.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// The name that serde reads; empty in a tuple and a newtype.
    pub name: &'static str,
    /// Further names that serde reads.
    pub aliases: &'static [&'static str],
    /// The doc comment; empty if there is none.
    pub description: &'static str,
    /// The field's type.
    pub schema: &'static Schema,
    /// What happens when it is missing.
    pub presence: Presence,
    /// The default that the model is shown, a JSON text; empty if there is none.
    pub default: &'static str,
    /// Example values, each a JSON text.
    pub examples: &'static [&'static str],
    /// The validators that are data.
    pub rules: &'static [Rule],
    /// The field should no longer be used.
    pub deprecated: bool,
    /// The model is not told of it.
    pub hidden: bool,
    /// Its own properties stand in its place (`serde(flatten)`).
    pub flatten: bool,
}

impl Field {
    /// A field with a name and a type, and nothing else.
    pub const fn new(name: &'static str, schema: &'static Schema) -> Self {
        Self {
            name,
            aliases: &[],
            description: "",
            schema,
            presence: Presence::ByType,
            default: "",
            examples: &[],
            rules: &[],
            deprecated: false,
            hidden: false,
            flatten: false,
        }
    }

    /// Whether serde refuses an object without this field.
    pub fn is_required(&self) -> bool {
        match self.presence {
            Presence::Defaulted => false,
            Presence::Required => true,
            Presence::ByType => !self.schema.accepts_missing(),
        }
    }
}

/// What serde does when a field is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// An `Option` becomes `None`, anything else is an error.
    ByType,
    /// The default is taken (`serde(default)` at the field or the struct).
    Defaulted,
    /// Always an error (`deserialize_with` switches the rule for `Option` off).
    Required,
}

/// A variant of an enum.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is an attribute of its own")]
pub struct Variant {
    /// The name that serde reads.
    pub name: &'static str,
    /// Further names that serde reads.
    pub aliases: &'static [&'static str],
    /// The doc comment; empty if there is none.
    pub description: &'static str,
    /// The variant's data.
    pub data: Data,
    /// It stands for every unknown name (`serde(other)`).
    pub other: bool,
    /// It is read without its name (`serde(untagged)` at the variant).
    pub untagged: bool,
    /// The variant should no longer be used.
    pub deprecated: bool,
    /// The model is not told of it.
    pub hidden: bool,
}

impl Variant {
    /// A variant with a name and data, and nothing else.
    pub const fn new(name: &'static str, data: Data) -> Self {
        Self {
            name,
            aliases: &[],
            description: "",
            data,
            other: false,
            untagged: false,
            deprecated: false,
            hidden: false,
        }
    }
}

/// The data of a variant.
#[derive(Debug, Clone, Copy)]
pub enum Data {
    /// None: `A`.
    Unit,
    /// One value: `A(T)`.
    Newtype(&'static Field),
    /// Several values: `A(T, U)`, also `A()`.
    Tuple(&'static [Field]),
    /// Named values: `A { t: T }`, also `A {}`.
    Struct(&'static [Field]),
}

/// How serde writes an enum; see "Enum representations" in serde's book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tagging {
    /// `{"A": data}`, and `"A"` for a variant without data.
    External,
    /// `{"tag": "A", …data}`.
    Internal {
        /// The property that holds the variant's name.
        tag: &'static str,
    },
    /// `{"tag": "A", "content": data}`.
    Adjacent {
        /// The property that holds the variant's name.
        tag: &'static str,
        /// The property that holds the data.
        content: &'static str,
    },
    /// The data alone.
    Untagged,
}
