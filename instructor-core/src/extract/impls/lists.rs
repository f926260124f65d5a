//! Lists, sets and arrays.

use std::borrow::Cow;
use std::collections::{BTreeSet, BinaryHeap, HashSet, LinkedList, VecDeque};
use std::hash::{BuildHasher, Hash};
use std::rc::Rc;
use std::sync::Arc;

use crate::extract::Extract;

/// `Extract` for a type of which `.iter()` gives the elements. Where they do not keep the order in
/// which they were written, a violation is said of the whole: a number would name another element.
macro_rules! list {
    ([$($generics:tt)*] $list:ty, $min:expr, $max:expr, unique: $unique:literal, ordered: $ordered:literal) => {
        impl<$($generics)*> $crate::extract::Extract for $list {
            const SCHEMA: &'static $crate::schema::Schema = &$crate::schema::Schema::new(
                ::std::any::TypeId::of::<Self>,
                $crate::schema::Shape::List {
                    items: T::SCHEMA,
                    min: $min,
                    max: $max,
                    unique: $unique,
                },
            );

            fn validate<'v>(
                &'v self,
                at: $crate::path::Path<'_>,
                report: &mut $crate::validate::Report<'v>,
            ) {
                for (index, item) in self.iter().enumerate() {
                    item.validate(if $ordered { at.index(index) } else { at }, report);
                }
            }

            fn probe(&self) -> $crate::validate::Probe<'_> {
                $crate::validate::Probe::List(self)
            }
        }

        impl<$($generics)*> $crate::validate::List for $list {
            fn count(&self) -> usize {
                self.len()
            }

            fn each<'v>(
                &'v self,
                at: $crate::path::Path<'_>,
                visit: &mut dyn FnMut($crate::path::Path<'_>, $crate::validate::Probe<'v>),
            ) {
                for (index, item) in self.iter().enumerate() {
                    visit(if $ordered { at.index(index) } else { at }, item.probe());
                }
            }
        }
    };
}
#[cfg(feature = "indexmap")]
pub(super) use list;

list! { [T: Extract] Vec<T>, 0, None, unique: false, ordered: true }
list! { [T: Extract] VecDeque<T>, 0, None, unique: false, ordered: true }
list! { [T: Extract] LinkedList<T>, 0, None, unique: false, ordered: true }
list! { [T: Extract + Ord] BinaryHeap<T>, 0, None, unique: false, ordered: false }
list! { [T: Extract] Box<[T]>, 0, None, unique: false, ordered: true }
list! { [T: Extract] Rc<[T]>, 0, None, unique: false, ordered: true }
list! { [T: Extract] Arc<[T]>, 0, None, unique: false, ordered: true }
list! { [T: Extract + Clone] Cow<'static, [T]>, 0, None, unique: false, ordered: true }
list! { [T: Extract + Ord] BTreeSet<T>, 0, None, unique: true, ordered: false }
list! { [T: Extract + Eq + Hash, S: BuildHasher + Default + 'static] HashSet<T, S>, 0, None, unique: true, ordered: false }

/// Serde reads arrays of up to 32 elements, each length by an impl of its own.
macro_rules! arrays {
    ($($length:literal)*) => {
        $(list! { [T: Extract] [T; $length], $length, Some($length), unique: false, ordered: true })*
    };
}

arrays! { 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 }
