//! Maps, whose keys are text in JSON.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::hash::{BuildHasher, Hash};

use crate::extract::Extract;
use crate::path::Path;
use crate::schema::{Data, Schema, Shape, Tagging};
use crate::validate::Probe;

/// `Extract` for a type of which `.iter()` gives the entries; `sort_entries` if in no order.
macro_rules! map {
    ([$($generics:tt)*] $map:ty $(, $sort_entries:ident)?) => {
        impl<$($generics)*> $crate::extract::Extract for $map {
            const SCHEMA: &'static $crate::schema::Schema = &$crate::schema::Schema::new(
                ::std::any::TypeId::of::<Self>,
                $crate::schema::Shape::Map {
                    keys: $crate::extract::impls::maps::key(K::SCHEMA),
                    values: V::SCHEMA,
                },
            );

            fn validate<'v>(
                &'v self,
                at: $crate::path::Path<'_>,
                report: &mut $crate::validate::Report<'v>,
            ) {
                $(let $sort_entries = report.mark();)?
                for (index, (key, value)) in self.iter().enumerate() {
                    $crate::extract::impls::maps::enter(at, index, &key.probe(), &mut |at| {
                        key.validate(at, report);
                        value.validate(at, report);
                    });
                }
                $(report.$sort_entries($sort_entries, at);)?
            }

            fn probe(&self) -> $crate::validate::Probe<'_> {
                $crate::validate::Probe::List(self)
            }
        }

        impl<$($generics)*> $crate::validate::List for $map {
            fn count(&self) -> usize {
                self.len()
            }

            fn each<'v>(
                &'v self,
                at: $crate::path::Path<'_>,
                visit: &mut dyn FnMut($crate::path::Path<'_>, $crate::validate::Probe<'v>),
            ) {
                for (index, (key, value)) in self.iter().enumerate() {
                    $crate::extract::impls::maps::enter(at, index, &key.probe(), &mut |at| {
                        visit(at, value.probe());
                    });
                }
            }
        }
    };
}
#[cfg(feature = "indexmap")]
pub(super) use map;

map! { [K: Extract + Ord, V: Extract] BTreeMap<K, V> }
map! {
    [K: Extract + Eq + Hash, V: Extract, S: BuildHasher + Default + 'static] HashMap<K, V, S>,
    sort_entries
}

/// The schema of the keys, if `serde_json` can read such keys.
#[track_caller]
pub(super) const fn key(schema: &'static Schema) -> &'static Schema {
    assert!(
        is_key(schema),
        "the keys of a map must be text, whole numbers, `bool` or an enum of variants without \
         data, because keys are text in JSON; use a list of pairs instead: `Vec<(Key, Value)>`"
    );
    schema
}

const fn is_key(schema: &'static Schema) -> bool {
    match schema.shape {
        Shape::Text(_) | Shape::Integer { .. } | Shape::Bool => true,
        Shape::Newtype { field, .. } => is_key(field.schema),
        Shape::Enum { variants, tagging: Tagging::External, .. } => {
            let mut index = 0;
            while index < variants.len() {
                if !matches!(variants[index].data, Data::Unit) || variants[index].untagged {
                    return false;
                }
                index += 1;
            }
            true
        }
        Shape::AnyOf(schemas) => {
            let mut index = 0;
            while index < schemas.len() {
                if !matches!(schemas[index].shape, Shape::Text(_)) {
                    return false;
                }
                index += 1;
            }
            true
        }
        _ => false,
    }
}

/// Calls `visit` with the place of an entry; a key that cannot be shown is counted instead.
pub(super) fn enter(at: Path<'_>, index: usize, key: &Probe<'_>, visit: &mut dyn FnMut(Path<'_>)) {
    match key {
        Probe::Absent | Probe::List(_) | Probe::Other => visit(at.index(index)),
        _ => visit(at.key(&Plain(key))),
    }
}

/// A key as it stands in JSON, without the quotes.
struct Plain<'p, 'v>(&'p Probe<'v>);

impl fmt::Display for Plain<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Probe::Text(text) => f.write_str(text),
            other => other.fmt(f),
        }
    }
}
