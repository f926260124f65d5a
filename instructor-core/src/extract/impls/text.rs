//! Text of `std`, and how a type that is written as text gets its impl.

use std::any::TypeId;
use std::borrow::Cow;
use std::path::{Path as FilePath, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use crate::extract::Extract;
use crate::schema::{Schema, Shape, Text};
use crate::validate::Probe;

impl Extract for char {
    const SCHEMA: &'static Schema =
        &Schema::new(TypeId::of::<Self>, Shape::Text(Text { min: 1, max: Some(1), ..Text::ANY }));

    fn probe(&self) -> Probe<'_> {
        Probe::Text(Cow::Owned(self.to_string()))
    }
}

impl Extract for String {
    const SCHEMA: &'static Schema = &Schema::new(TypeId::of::<Self>, Shape::Text(Text::ANY));

    fn probe(&self) -> Probe<'_> {
        Probe::Text(Cow::Borrowed(self))
    }
}

impl Extract for PathBuf {
    const SCHEMA: &'static Schema = &Schema {
        description: "Path of a file or folder",
        ..Schema::new(TypeId::of::<Self>, Shape::Text(Text::ANY))
    };

    fn probe(&self) -> Probe<'_> {
        Probe::Text(self.to_string_lossy())
    }
}

macro_rules! like {
    ($owned:ty, $text:expr => $($type:ty)*) => {
        $(
            impl Extract for $type {
                const SCHEMA: &'static Schema = <$owned>::SCHEMA;

                fn probe(&self) -> Probe<'_> {
                    Probe::Text($text(self))
                }
            }
        )*
    };
}

like! { String, Cow::<str>::Borrowed => Box<str> Rc<str> Arc<str> Cow<'static, str> }
like! { PathBuf, FilePath::to_string_lossy => Box<FilePath> Rc<FilePath> Arc<FilePath> Cow<'static, FilePath> }

/// `Extract` for types that serde reads from text and writes as text.
macro_rules! written {
    ($($type:ty: $text:expr, $description:literal;)*) => {
        $(
            impl $crate::extract::Extract for $type {
                const SCHEMA: &'static $crate::schema::Schema = &$crate::schema::Schema {
                    description: $description,
                    ..$crate::schema::Schema::new(
                        ::std::any::TypeId::of::<Self>,
                        $crate::schema::Shape::Text($text),
                    )
                };

                fn probe(&self) -> $crate::validate::Probe<'_> {
                    $crate::extract::impls::text::probe(self)
                }
            }
        )*
    };
}
pub(super) use written;

/// Text of a format that JSON Schema knows.
pub(super) const fn format(format: &'static str) -> Text {
    Text { format, ..Text::ANY }
}

/// Text that matches an expression, which both Rust's `regex` and JavaScript understand.
pub(super) const fn pattern(pattern: &'static str) -> Text {
    Text { pattern, ..Text::ANY }
}

/// The text as serde writes it, because `Display` may differ.
pub(super) fn probe(value: &impl Serialize) -> Probe<'static> {
    match serde_json::to_value(value) {
        Ok(Value::String(text)) => Probe::Text(Cow::Owned(text)),
        _ => Probe::Other,
    }
}
