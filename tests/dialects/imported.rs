//! The law: what is imported from a type's JSON Schema is rendered as that again, and takes the
//! type's values as they are.

use std::fmt::Debug;

use instructor::Extract;
use instructor::align::{align, lower};
use instructor::schema::{Dialect, import, json_schema, rendered};
use serde::Serialize;

use crate::{Visitor, all};

/// Types whose schema comes back in other words that mean the same: a tag stands first, a rule
/// behind another one, each name of a variant is a variant, what is said of an option is said around
/// it, and nothing said of an object is anything. What is said of the keys of a map is lost.
const OTHERWISE: &[&str] = &[
    "BTreeMap<Mood, u8>",
    "HashMap<Mood, Point>",
    "Option<Maybe<Vec<Mood>>>",
    "External",
    "Internal",
    "Option<Internal>",
    "Empty",
    "Flat",
    "Drawing",
    "Unions",
];

#[derive(Default)]
struct Imports {
    same: usize,
    other: Vec<String>,
}

impl Visitor for Imports {
    fn visit<T: Extract + Serialize + PartialEq + Debug>(&mut self, samples: &[T]) {
        let name = crate::refused::name::<T>();
        let json = T::json_schema();
        let imported = match import(&json) {
            Ok(imported) => imported,
            // Any name but the known ones (`serde(other)`) cannot be imported.
            Err(_) if json.to_string().contains(r#""not":{"enum":"#) => return,
            Err(error) => panic!("{name}: {error}\n{json:#}"),
        };
        let again = json_schema(imported);
        if again == json {
            self.same += 1;
        } else {
            self.other.push(name.clone());
            eprintln!("{name}\n{json}\n{again}\n");
        }
        let twice = import(&again).map(json_schema);
        assert_eq!(twice.as_ref(), Ok(&again), "{name}");
        for sample in samples {
            let value = serde_json::to_string(sample).expect("samples are JSON");
            // What the model is not told of is not in the JSON Schema.
            let value = lower(&value, T::SCHEMA, &Dialect::JSON_SCHEMA).expect("it fits");
            let scene = format!("{name} {value}\n{again:#}");
            let aligned = align(&value, imported, &Dialect::JSON_SCHEMA)
                .unwrap_or_else(|error| panic!("{error}\n{scene}"));
            assert_eq!(aligned.repairs, [], "{scene}");
            for dialect in Dialect::ALL {
                if rendered(imported, dialect).is_err() {
                    continue;
                }
                let scene = format!("{} {scene}", dialect.name);
                let lowered = lower(&value, imported, dialect)
                    .unwrap_or_else(|error| panic!("{error}\n{scene}"));
                let aligned = align(&lowered, imported, dialect)
                    .unwrap_or_else(|error| panic!("{lowered}: {error}\n{scene}"));
                assert_eq!(aligned.repairs, [], "{lowered}\n{scene}");
                // Elsewhere `null` may mean a default of which the JSON Schema does not speak.
                if **dialect == Dialect::JSON_SCHEMA {
                    let back: T = serde_json::from_str(&aligned.json)
                        .unwrap_or_else(|error| panic!("{}: {error}\n{scene}", aligned.json));
                    assert_eq!(back, *sample, "{lowered}\n{scene}");
                }
            }
        }
    }
}

#[test]
fn an_imported_schema_is_the_types_schema() {
    let mut imports = Imports::default();
    all(&mut imports);
    assert_eq!(imports.other, OTHERWISE);
    assert!(imports.same >= 70, "{}", imports.same);
}
