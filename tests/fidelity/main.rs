//! The rule: what serde accepts, the schema accepts, and nothing else. Judged by an independent
//! validator on samples, and on every small mutation of every sample.
//!
//! Three forms that `serde_json` reads but never writes are left out on purpose: a struct as a list
//! of its values, a variant without data as `{"A": null}`, and an identifier as a number.

mod combinations;
mod containers;
mod enums;
mod imported;
mod structs;

use instructor::Extract;
use serde_json::{Value, json};

/// Checks that serde and the schema agree on these samples and on all their mutations, and that at
/// least one sample is accepted.
fn agree<T: Extract>(samples: &[Value]) {
    agree_but::<T>(samples, |_| false);
}

/// The same, but for mutations that `excused` names: forms that serde reads and never writes.
fn agree_but<T: Extract>(samples: &[Value], excused: impl Fn(&Value) -> bool) {
    let schema = T::json_schema();
    let validator = jsonschema::draft202012::new(&schema)
        .unwrap_or_else(|error| panic!("{schema:#} is no schema: {error}"));
    let imported = imported::of::<T>(&schema);
    let mut accepted = 0;
    for sample in samples {
        for value in std::iter::once(sample.clone()).chain(mutations(sample)) {
            if excused(&value) {
                continue;
            }
            let text = value.to_string();
            let by_serde = serde_json::from_str::<T>(&text);
            let by_schema = validator.is_valid(&value);
            accepted += usize::from(by_schema);
            if let Some(imported) = &imported {
                imported.agrees(&text, &value, by_schema);
            }
            assert_eq!(
                by_serde.is_ok(),
                by_schema,
                "{}: {text}\nserde: {:?}\nschema: {schema:#}",
                std::any::type_name::<T>(),
                by_serde.err(),
            );
        }
    }
    assert!(accepted > 0, "no sample of {} is accepted", std::any::type_name::<T>());
}

/// Every value that differs from `value` in one place.
fn mutations(value: &Value) -> Vec<Value> {
    let replacements = || {
        [json!(null), json!(true), json!("zebra"), json!(-7), json!(2.5), json!([]), json!({})]
            .into_iter()
            .chain([json!({ "zebra": 1 }), json!(["zebra"])])
    };
    let mut all: Vec<Value> = replacements().collect();
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                let mut without = map.clone();
                without.remove(key);
                all.push(Value::Object(without.clone()));
                without.insert(format!("{key}_"), inner.clone());
                all.push(Value::Object(without));
                for changed in mutations(inner) {
                    let mut map = map.clone();
                    map.insert(key.clone(), changed);
                    all.push(Value::Object(map));
                }
            }
            let mut more = map.clone();
            more.insert("zebra".into(), json!({ "zebra": [1] }));
            all.push(Value::Object(more));
        }
        Value::Array(list) => {
            for index in 0..list.len() {
                let mut without = list.clone();
                without.remove(index);
                all.push(Value::Array(without));
                for changed in mutations(&list[index]) {
                    let mut list = list.clone();
                    list[index] = changed;
                    all.push(Value::Array(list));
                }
            }
            let mut more = list.clone();
            more.push(json!("zebra"));
            all.push(Value::Array(more));
        }
        Value::Number(number) => {
            all.extend([json!(0), json!(255), json!(256), json!(-129), json!(u64::MAX)]);
            all.extend(number.as_i64().map(|n| json!(n.saturating_add(1))));
        }
        Value::String(text) => {
            all.extend([json!(""), json!(text.to_uppercase()), json!(format!("{text}x"))]);
        }
        _ => {}
    }
    all
}

/// Whether the value, or one inside it, is a list where a struct may stand.
fn has_list(value: &Value) -> bool {
    match value {
        Value::Array(_) => true,
        Value::Object(map) => map.values().any(has_list),
        _ => false,
    }
}
