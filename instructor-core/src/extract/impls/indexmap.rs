//! Maps and sets that keep their order.

use std::hash::{BuildHasher, Hash};

use indexmap::{IndexMap, IndexSet};

use crate::extract::Extract;
use crate::extract::impls::lists::list;
use crate::extract::impls::maps::map;

map! { [K: Extract + Eq + Hash, V: Extract, S: BuildHasher + Default + 'static] IndexMap<K, V, S> }
list! { [T: Extract + Eq + Hash, S: BuildHasher + Default + 'static] IndexSet<T, S>, 0, None, unique: true, ordered: true }
