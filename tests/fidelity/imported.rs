//! The rule: what is imported from a type's JSON Schema takes what the type takes.

use instructor::Extract;
use instructor::align::{RepairKind, align};
use instructor::schema::{self, Dialect, Schema};
use jsonschema::Validator;
use serde_json::Value;

/// A schema that was imported, and the validator of what it renders as.
pub(crate) struct Imported {
    schema: &'static Schema,
    rendered: Value,
    validator: Validator,
}

/// The import of the type's JSON Schema; `None` if it is one of those that are refused.
pub(crate) fn of<T: Extract>(json: &Value) -> Option<Imported> {
    let name = std::any::type_name::<T>();
    // Any name but the known ones (`serde(other)`) cannot be imported.
    let is_refused = json.to_string().contains(r#""not":{"enum":"#);
    let schema = match schema::import(json) {
        Ok(schema) => schema,
        Err(error) => {
            assert!(is_refused, "{name}: {error}\n{json:#}");
            return None;
        }
    };
    assert!(!is_refused, "{name} can be imported");
    let rendered = schema::json_schema(schema);
    let validator = jsonschema::draft202012::new(&rendered)
        .unwrap_or_else(|error| panic!("{rendered:#} is no schema: {error}"));
    for dialect in Dialect::ALL {
        let own = schema::rendered(T::SCHEMA, dialect);
        if let (Ok(_), Err(error)) = (own, schema::rendered(schema, dialect)) {
            // An object of which nothing is said may hold anything.
            assert!(error.what.starts_with("a value of any type"), "{name}: {error}");
        }
    }
    Some(Imported { schema, rendered, validator })
}

impl Imported {
    pub(crate) fn agrees(&self, text: &str, value: &Value, by_schema: bool) {
        let scene = || format!("{text}\n{:#}\n{:?}", self.rendered, self.schema);
        assert_eq!(self.validator.is_valid(value), by_schema, "{}", scene());
        if by_schema {
            let aligned = align(text, self.schema, &Dialect::JSON_SCHEMA)
                .unwrap_or_else(|error| panic!("{error}\n{}", scene()));
            // A property that is not known is one that is, if it sounds like it.
            let mut repairs = aligned.repairs;
            repairs.retain(|repair| repair.kind != RepairKind::KeySpelling);
            assert_eq!(repairs, [], "{}", scene());
        }
    }
}
