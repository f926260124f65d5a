//! `Extract` for containers and scalars: shapes, and checks that reach every element.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::marker::PhantomData;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::num::NonZero;
use std::ops::{Bound, Range, RangeFrom, RangeInclusive, RangeTo};
use std::path::{Path as FilePath, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use instructor_core::schema::{Data, Schema, Shape, Tagging, Text};
use instructor_core::validate::Probe;
use instructor_core::{Extract, Path, Report};
use serde::Deserialize;
use serde_json::{Map, Number, Value, json};

/// A type of which no value is right.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
struct Wrong(u8);

impl Extract for Wrong {
    const SCHEMA: &'static Schema = u8::SCHEMA;

    fn validate<'v>(&'v self, at: Path<'_>, report: &mut Report<'v>) {
        report.violation(at, "must not be there");
    }

    fn probe(&self) -> Probe<'_> {
        self.0.probe()
    }
}

/// Where the wrong values are, told in any order.
fn wrong(value: &impl Extract) -> Vec<String> {
    let mut paths: Vec<_> = match value.check() {
        Ok(()) => Vec::new(),
        Err(rejection) => rejection.violations().iter().map(|v| v.path.clone()).collect(),
    };
    paths.sort();
    paths
}

#[test]
fn checks_reach_through_every_container() {
    let w = || Wrong(7);
    let two = || [Wrong(7), Wrong(8)];
    let both = ["[0]", "[1]"];
    assert_eq!(wrong(&w()), ["$"]);
    assert_eq!(wrong(&Some(w())), ["$"]);
    assert_eq!(wrong(&Some(Some(w()))), ["$"]);
    assert_eq!(wrong(&None::<Wrong>), [""; 0]);
    assert_eq!(wrong(&Box::new(w())), ["$"]);
    assert_eq!(wrong(&Rc::new(w())), ["$"]);
    assert_eq!(wrong(&Arc::new(w())), ["$"]);
    assert_eq!(wrong(&Reverse(w())), ["$"]);
    assert_eq!(wrong(&Cow::<'static, Wrong>::Owned(w())), ["$"]);
    assert_eq!(wrong(&Cow::<'static, Wrong>::Borrowed(&Wrong(1))), ["$"]);
    assert_eq!(wrong(&Cow::<'static, [Wrong]>::Owned(two().into())), both);
    assert_eq!(wrong(&Cow::<'static, [Wrong]>::Borrowed(&[Wrong(1), Wrong(2)])), both);
    assert_eq!(wrong(&Vec::from(two())), both);
    assert_eq!(wrong(&VecDeque::from(two())), both);
    assert_eq!(wrong(&LinkedList::from(two())), both);
    assert_eq!(wrong(&Box::<[Wrong]>::from(two())), both);
    assert_eq!(wrong(&Rc::<[Wrong]>::from(two())), both);
    assert_eq!(wrong(&Arc::<[Wrong]>::from(two())), both);
    // They do not keep the order of the answer, so no number is told.
    assert_eq!(wrong(&BinaryHeap::from(two())), ["$", "$"]);
    assert_eq!(wrong(&BTreeSet::from(two())), ["$", "$"]);
    assert_eq!(wrong(&HashSet::<_>::from(two())), ["$", "$"]);
    assert_eq!(wrong(&two()), both);
    assert_eq!(wrong(&[w()]), ["[0]"]);
    assert_eq!(wrong(&[const { Wrong(0) }; 32]).len(), 32);
    assert_eq!(wrong(&(1, w(), "a".to_owned(), w())), ["[1]", "[3]"]);
    assert_eq!(wrong(&(w(),)), ["[0]"]);
    assert_eq!(wrong(&(w(), w(), w(), w(), w(), w(), w(), w(), w(), w(), w(), w())).len(), 12);
    assert_eq!(wrong(&Ok::<_, u8>(w())), ["Ok"]);
    assert_eq!(wrong(&Err::<u8, _>(w())), ["Err"]);
    assert_eq!(wrong(&Bound::Included(w())), ["Included"]);
    assert_eq!(wrong(&Bound::Excluded(w())), ["Excluded"]);
    assert_eq!(wrong(&Bound::<Wrong>::Unbounded), [""; 0]);
    assert_eq!(wrong(&(w()..w())), ["end", "start"]);
    assert_eq!(wrong(&(w()..=w())), ["end", "start"]);
    assert_eq!(wrong(&(w()..)), ["start"]);
    assert_eq!(wrong(&(..w())), ["end"]);
    assert_eq!(wrong(&Vec::from([Some(Box::new((1, w())))])), ["[0][1]"]);
}

#[test]
fn checks_reach_the_keys_and_values_of_maps() {
    let w = || Wrong(7);
    let text = |key: &str| key.to_owned();
    assert_eq!(
        wrong(&HashMap::<_, _>::from([(text("a"), w()), (text("b \"c\""), w())])),
        [r#"["b \"c\""]"#, "a"]
    );
    assert_eq!(wrong(&BTreeMap::from([(7_u32, w()), (8, w())])), [r#"["7"]"#, r#"["8"]"#]);
    assert_eq!(wrong(&BTreeMap::from([(true, w())])), ["true"]);
    assert_eq!(wrong(&BTreeMap::from([('x', vec![w()])])), ["x[0]"]);
    assert_eq!(wrong(&HashMap::<_, _>::from([(w(), 1)])), [r#"["7"]"#]);
    assert_eq!(
        wrong(&BTreeMap::from([(Ipv4Addr::LOCALHOST, BTreeMap::from([(text("a/b"), w())]))])),
        [r#"["127.0.0.1"]["a/b"]"#]
    );
    let rejection = BTreeMap::from([(text("a/b"), w())]).check().expect_err("is wrong");
    assert_eq!(rejection.violations()[0].pointer, "/a~1b");
}

#[test]
fn integers_have_their_bounds() {
    fn bounds<T: Extract>() -> (i128, u128, bool) {
        match T::SCHEMA.shape {
            Shape::Integer { min, max, nonzero } => (min, max, nonzero),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(bounds::<u8>(), (0, 255, false));
    assert_eq!(bounds::<u16>(), (0, 65_535, false));
    assert_eq!(bounds::<u32>(), (0, u128::from(u32::MAX), false));
    assert_eq!(bounds::<u64>(), (0, u128::from(u64::MAX), false));
    assert_eq!(bounds::<usize>(), (0, usize::MAX as u128, false));
    assert_eq!(bounds::<u128>(), (0, u128::MAX, false));
    assert_eq!(bounds::<i8>(), (-128, 127, false));
    assert_eq!(bounds::<i16>(), (-32_768, 32_767, false));
    assert_eq!(bounds::<i32>(), (i128::from(i32::MIN), 0x7fff_ffff, false));
    assert_eq!(bounds::<i64>(), (i128::from(i64::MIN), 0x7fff_ffff_ffff_ffff, false));
    assert_eq!(bounds::<isize>(), (isize::MIN as i128, isize::MAX.unsigned_abs() as u128, false));
    assert_eq!(bounds::<i128>(), (i128::MIN, i128::MAX.unsigned_abs(), false));
    assert_eq!(bounds::<NonZero<u8>>(), (1, 255, false));
    assert_eq!(bounds::<NonZero<u128>>(), (1, u128::MAX, false));
    assert_eq!(bounds::<NonZero<i8>>(), (-128, 127, true));
    assert_eq!(
        bounds::<std::num::NonZeroI64>(),
        (i128::from(i64::MIN), 0x7fff_ffff_ffff_ffff, true)
    );
}

#[test]
fn lists_have_their_bounds() {
    fn bounds<T: Extract>() -> (usize, Option<usize>, bool) {
        match T::SCHEMA.shape {
            Shape::List { items, min, max, unique } => {
                assert!(matches!(items.shape, Shape::Integer { max: 255, .. }));
                (min, max, unique)
            }
            other => panic!("{other:?}"),
        }
    }
    let any = (0, None, false);
    let set = (0, None, true);
    assert_eq!(bounds::<Vec<u8>>(), any);
    assert_eq!(bounds::<VecDeque<u8>>(), any);
    assert_eq!(bounds::<LinkedList<u8>>(), any);
    assert_eq!(bounds::<BinaryHeap<u8>>(), any);
    assert_eq!(bounds::<Box<[u8]>>(), any);
    assert_eq!(bounds::<Rc<[u8]>>(), any);
    assert_eq!(bounds::<Arc<[u8]>>(), any);
    assert_eq!(bounds::<Cow<'static, [u8]>>(), any);
    assert_eq!(bounds::<HashSet<u8>>(), set);
    assert_eq!(bounds::<BTreeSet<u8>>(), set);
    assert_eq!(bounds::<[u8; 0]>(), (0, Some(0), false));
    assert_eq!(bounds::<[u8; 3]>(), (3, Some(3), false));
    assert_eq!(bounds::<[u8; 32]>(), (32, Some(32), false));
}

#[test]
fn pointers_are_the_type_they_point_to() {
    fn same<T: Extract, U: Extract>() {
        assert_eq!((T::SCHEMA.id)(), (U::SCHEMA.id)());
    }
    same::<Box<u8>, u8>();
    same::<Rc<u8>, u8>();
    same::<Arc<Box<u8>>, u8>();
    same::<Cow<'static, u8>, u8>();
    same::<Reverse<u8>, u8>();
    same::<Box<str>, String>();
    same::<Rc<str>, String>();
    same::<Arc<str>, String>();
    same::<Cow<'static, str>, String>();
    same::<Box<FilePath>, PathBuf>();
    same::<Cow<'static, FilePath>, PathBuf>();
}

#[test]
fn a_missing_value_is_none_where_serde_says_so() {
    fn missing<T: Extract>() -> bool {
        #[derive(Deserialize)]
        #[serde(bound = "T: serde::de::DeserializeOwned")]
        struct Holder<T> {
            #[serde(rename = "field")]
            _field: T,
        }
        let accepted = serde_json::from_str::<Holder<T>>("{}").is_ok();
        assert_eq!(T::SCHEMA.accepts_missing(), accepted, "{:?}", T::SCHEMA);
        accepted
    }
    assert!(missing::<Option<u8>>());
    assert!(missing::<Option<Option<u8>>>());
    assert!(missing::<Box<Option<u8>>>());
    assert!(missing::<Rc<Option<u8>>>());
    assert!(missing::<Arc<Box<Option<u8>>>>());
    assert!(missing::<Cow<'static, Option<u8>>>());
    assert!(missing::<Reverse<Option<u8>>>());
    assert!(!missing::<u8>());
    assert!(!missing::<()>());
    assert!(!missing::<PhantomData<u8>>());
    assert!(!missing::<Value>());
    assert!(!missing::<Vec<u8>>());
    assert!(!missing::<[u8; 0]>());
    assert!(!missing::<(Option<u8>,)>());
    assert!(!missing::<Result<Option<u8>, u8>>());
    assert!(!missing::<Bound<u8>>());
}

#[test]
fn objects_are_closed_and_all_is_required() {
    fn refuses<T: Extract>(good: &Value) {
        let Shape::Object { fields, closed } = T::SCHEMA.shape else {
            panic!("{:?}", T::SCHEMA);
        };
        assert!(closed);
        let names: Vec<_> = fields.iter().map(|field| field.name).collect();
        let object = good.as_object().expect("an object");
        assert_eq!(names, object.keys().collect::<Vec<_>>());
        let read = |object: Map<String, Value>| serde_json::from_value::<T>(object.into()).is_ok();
        assert!(read(object.clone()));
        for field in fields {
            assert!(field.is_required());
            let mut less = object.clone();
            less.remove(field.name);
            assert!(!read(less), "{} may be missing", field.name);
        }
        let mut more = object.clone();
        more.insert("more".into(), json!(1));
        assert!(!read(more), "unknown fields are accepted");
    }
    refuses::<Duration>(&json!({"secs": 1, "nanos": 2}));
    refuses::<SystemTime>(&json!({"secs_since_epoch": i64::MAX, "nanos_since_epoch": 0}));
    refuses::<Range<u8>>(&json!({"start": 1, "end": 2}));
    refuses::<RangeInclusive<u8>>(&json!({"start": 1, "end": 2}));
    refuses::<Range<Option<u8>>>(&json!({"start": 1, "end": 2}));
    refuses::<RangeFrom<u8>>(&json!({"start": 1}));
    refuses::<RangeTo<u8>>(&json!({"end": 2}));
    let late = json!({"secs_since_epoch": i64::MAX as u64 + 1, "nanos_since_epoch": 0});
    assert!(serde_json::from_value::<SystemTime>(late).is_err());
}

#[test]
fn enums_have_the_names_that_serde_reads() {
    fn names<T: Extract>() -> Vec<(&'static str, bool)> {
        let Shape::Enum { variants, tagging: Tagging::External, .. } = T::SCHEMA.shape else {
            panic!("{:?}", T::SCHEMA);
        };
        variants.iter().map(|v| (v.name, matches!(v.data, Data::Unit))).collect()
    }
    assert_eq!(names::<Result<u8, bool>>(), [("Ok", false), ("Err", false)]);
    for (name, unit) in names::<Bound<u8>>() {
        let text = if unit { json!(name) } else { json!({name: 1}) };
        assert!(serde_json::from_value::<Bound<u8>>(text).is_ok(), "{name}");
    }
}

#[test]
fn tuples_name_each_type() {
    type Twelve = (u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, bool);
    let Shape::Tuple(fields) = Twelve::SCHEMA.shape else { panic!("no tuple") };
    assert_eq!(fields.len(), 12);
    assert!(matches!(fields[11].schema.shape, Shape::Bool));
    assert!(fields.iter().all(|field| field.name.is_empty()));
    let Shape::Tuple([field]) = <(String,)>::SCHEMA.shape else { panic!("no tuple") };
    assert!(matches!(field.schema.shape, Shape::Text(Text::ANY)));
}

#[test]
fn what_serde_json_reads_as_a_key_is_a_key() {
    fn reads<K: Extract + std::hash::Hash + Eq>(key: &str) {
        assert!(matches!(<HashMap<K, u8>>::SCHEMA.shape, Shape::Map { .. }));
        let map = json!({ key: 1 }).to_string();
        assert!(serde_json::from_str::<HashMap<K, u8>>(&map).is_ok(), "{map}");
    }
    reads::<String>("a");
    reads::<Arc<str>>("a");
    reads::<Cow<'static, str>>("a");
    reads::<char>("a");
    reads::<bool>("true");
    reads::<u8>("255");
    reads::<i128>("-170141183460469231731687303715884105728");
    reads::<u128>("340282366920938463463374607431768211455");
    reads::<NonZero<u8>>("1");
    reads::<PathBuf>("/a");
    reads::<IpAddr>("::1");
    reads::<SocketAddr>("127.0.0.1:80");
}

#[test]
fn scalars_have_their_shape() {
    assert!(matches!(bool::SCHEMA.shape, Shape::Bool));
    assert!(matches!(f32::SCHEMA.shape, Shape::Number));
    assert!(matches!(f64::SCHEMA.shape, Shape::Number));
    assert!(matches!(Number::SCHEMA.shape, Shape::Number));
    assert!(matches!(<()>::SCHEMA.shape, Shape::Null));
    assert!(matches!(PhantomData::<str>::SCHEMA.shape, Shape::Null));
    assert!(matches!(Value::SCHEMA.shape, Shape::Any));
    assert!(matches!(Map::SCHEMA.shape, Shape::Map { .. }));
    assert!(matches!(Option::<u8>::SCHEMA.shape, Shape::Option(_)));
    let char = Text { min: 1, max: Some(1), ..Text::ANY };
    assert!(matches!(char::SCHEMA.shape, Shape::Text(text) if text == char));
}

#[test]
fn probes_say_what_is_there() {
    for (probe, printed) in [
        (7_u8.probe(), "7"),
        ((-7_i64).probe(), "-7"),
        (i128::MIN.probe(), "-170141183460469231731687303715884105728"),
        (u128::MAX.probe(), "340282366920938463463374607431768211455"),
        (NonZero::<u16>::MIN.probe(), "1"),
        (0.1_f32.probe(), "0.1"),
        ('x'.probe(), "\"x\""),
        (Some(Box::new(true)).probe(), "true"),
        (None::<u8>.probe(), "null"),
        (Rc::<str>::from("a").probe(), "\"a\""),
        (PathBuf::from("/a b").probe(), "\"/a b\""),
        (IpAddr::V6(Ipv6Addr::LOCALHOST).probe(), "\"::1\""),
        (Box::new([1, 2]).probe(), "a list of 2"),
        (BTreeMap::from([(1, 2)]).probe(), "a list of 1"),
        (Value::Null.probe(), "null"),
        (json!([1]).probe(), "a list of 1"),
        (json!({"a": 1}).probe(), "a list of 1"),
        (json!(u64::MAX).probe(), "18446744073709551615"),
        (().probe(), "a value"),
    ] {
        assert_eq!(probe.to_string(), printed);
    }
}

#[cfg(feature = "bytes")]
#[test]
fn bytes_are_lists() {
    use bytes::{Bytes, BytesMut};

    for schema in [Bytes::SCHEMA, BytesMut::SCHEMA] {
        assert!(matches!(schema.shape, Shape::List { min: 0, max: None, unique: false, .. }));
    }
    let value = Bytes::from_static(b"ab");
    assert_eq!(serde_json::to_value(&value).expect("can be written"), json!([97, 98]));
    assert_eq!(value.probe().to_string(), "a list of 2");
}

#[cfg(feature = "indexmap")]
#[test]
fn indexed_maps_and_sets() {
    use indexmap::{IndexMap, IndexSet};

    assert!(matches!(<IndexSet<u8>>::SCHEMA.shape, Shape::List { unique: true, .. }));
    assert!(matches!(<IndexMap<u8, u8>>::SCHEMA.shape, Shape::Map { .. }));
    assert_eq!(wrong(&IndexSet::<_>::from([Wrong(1), Wrong(2)])), ["[0]", "[1]"]);
    assert_eq!(wrong(&IndexMap::<_, _>::from([("a".to_owned(), Wrong(1))])), ["a"]);
    assert_eq!(wrong(&IndexMap::<_, _>::from([(Wrong(1), 1)])), [r#"["1"]"#]);
}

#[cfg(feature = "either")]
#[test]
fn either_side() {
    use either::Either;

    assert_eq!(wrong(&Either::<_, u8>::Left(Wrong(1))), ["Left"]);
    assert_eq!(wrong(&Either::<u8, _>::Right(Wrong(1))), ["Right"]);
    assert!(serde_json::from_str::<Either<u8, bool>>(r#"{"Left": 1}"#).is_ok());
    assert!(serde_json::from_str::<Either<u8, bool>>("1").is_err());
    let Shape::Enum { variants, .. } = Either::<u8, bool>::SCHEMA.shape else { panic!("no enum") };
    assert_eq!(variants.iter().map(|v| v.name).collect::<Vec<_>>(), ["Left", "Right"]);
}
