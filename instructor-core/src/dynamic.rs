//! A value of the one schema that a program gets at run time.

use std::any::TypeId;
use std::fmt;
use std::sync::OnceLock;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::align;
use crate::extract::Extract;
use crate::path::Path;
use crate::schema::{Schema, Shape};
use crate::validate::{Probe, Report};

/// JSON that fits a schema which is known only when the program runs, such as an
/// [imported](crate::schema::import) one.
///
/// A process has one such schema: [`Dynamic::set_schema`] sets it, before anything else is done with
/// the type. Until then any JSON fits. Reading takes what fits the schema to the letter and puts the
/// properties into its order; those that it neither knows nor refuses are left out, as by a struct,
/// and those that are missing stay missing. [`Extract::validate`] checks the rules (range, length,
/// pattern, format, …). It is read out of JSON texts and `serde_json` values, no other formats.
///
/// ```
/// use instructor_core::{Dynamic, Extract, schema};
/// use serde_json::json;
///
/// Dynamic::set_schema(schema::import(&json!({
///     "title": "Person",
///     "type": "object",
///     "properties": { "name": { "type": "string" }, "age": { "type": "integer", "maximum": 150 } },
///     "required": ["name"],
/// }))?)?;
///
/// let ann = Dynamic::from_json(r#"Here she is: {"age": "36", "name": "Ann"}"#)?;
/// assert_eq!(ann.value(), &json!({ "name": "Ann", "age": 36 }));
///
/// let old = Dynamic::from_json(r#"{"name": "Ann", "age": 360}"#).unwrap_err();
/// assert_eq!(old.to_string(), "`age`: must be at most 150");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Dynamic(Value);

/// The process has a schema for [`Dynamic`] already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlreadySet;

impl fmt::Display for AlreadySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the schema of `Dynamic` is set already; it is set once in a process")
    }
}

impl std::error::Error for AlreadySet {}

static SCHEMA: OnceLock<&'static Schema> = OnceLock::new();

/// Before there is a schema.
static ANY: Schema = Schema::new(TypeId::of::<Value>, Shape::Any);

impl Dynamic {
    /// Sets the schema of all values in this process.
    ///
    /// # Errors
    /// If it is set already.
    pub fn set_schema(schema: &'static Schema) -> Result<(), AlreadySet> {
        SCHEMA.set(schema).map_err(|_| AlreadySet)
    }

    /// The JSON.
    pub const fn value(&self) -> &Value {
        &self.0
    }

    /// The JSON, moved out.
    pub fn into_value(self) -> Value {
        self.0
    }
}

impl From<Dynamic> for Value {
    fn from(dynamic: Dynamic) -> Self {
        dynamic.0
    }
}

impl Extract for Dynamic {
    const SCHEMA: &'static Schema = &Schema::new(
        TypeId::of::<Self>,
        Shape::Recursive(|| SCHEMA.get().copied().unwrap_or(&ANY)),
    );

    fn validate<'v>(&'v self, at: Path<'_>, report: &mut Report<'v>) {
        for violation in align::broken(&self.0.to_string(), Self::SCHEMA) {
            report.push(violation.inside(at));
        }
    }

    fn probe(&self) -> Probe<'_> {
        self.0.probe()
    }
}

impl Serialize for Dynamic {
    fn serialize<S: Serializer>(&self, writer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(writer)
    }
}

impl<'de> Deserialize<'de> for Dynamic {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        let text = <Box<RawValue>>::deserialize(reader)?;
        let json = align::exact(text.get(), Self::SCHEMA).map_err(D::Error::custom)?;
        serde_json::from_str(&json).map(Self).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::schema::import;

    fn fits(text: &str, schema: &'static Schema) -> bool {
        align::exact(text, schema).is_ok() && align::broken(text, schema).is_empty()
    }

    #[test]
    fn what_the_schema_takes_is_taken_and_nothing_else() {
        let schemas = [
            json!({ "type": "string", "minLength": 2, "pattern": "^[a-z]" }),
            json!({ "type": ["integer", "null"], "minimum": 1, "multipleOf": 2 }),
            json!({ "type": "integer", "format": "uint8", "minimum": 0, "maximum": 255 }),
            json!({ "enum": ["ab", 4, true, null] }),
            json!({ "const": "ab" }),
            json!({ "type": "boolean" }),
            json!({ "type": "array", "items": { "type": ["string", "number"] }, "maxItems": 2 }),
            json!({ "type": "array", "uniqueItems": true }),
            json!({
                "type": "array",
                "prefixItems": [{ "type": "string" }, { "type": "integer" }],
                "items": false,
                "minItems": 2,
            }),
            json!({ "type": "object", "additionalProperties": { "type": "integer" }, "maxProperties": 1 }),
            json!({ "type": "object", "properties": { "ab": { "type": "integer" } }, "required": ["ab"] }),
            json!({
                "type": "object",
                "properties": { "ab": { "type": ["integer", "null"] }, "xy": { "$ref": "#" } },
                "additionalProperties": false,
            }),
            json!({
                "type": "object",
                "properties": { "ab": { "type": "integer" } },
                "additionalProperties": { "type": "string" },
            }),
            json!({ "anyOf": [
                {
                    "type": "object",
                    "properties": { "ab": { "const": "cd" }, "xy": { "type": "integer" } },
                    "required": ["ab", "xy"],
                },
                {
                    "type": "object",
                    "properties": { "ab": { "enum": ["ef", "gh"] } },
                    "required": ["ab"],
                    "additionalProperties": false,
                },
            ] }),
            json!({ "oneOf": [
                { "enum": ["ab", "cd"] },
                {
                    "type": "object",
                    "properties": { "ab": { "type": "array" } },
                    "required": ["ab"],
                    "additionalProperties": false,
                },
            ] }),
            json!({}),
        ];
        let scalars = [
            json!(null),
            json!(true),
            json!(4),
            json!(-4),
            json!(5),
            json!(300),
            json!(2.5),
            json!("ab"),
            json!("Ab"),
            json!("cd"),
            json!("ef"),
            json!("4"),
            json!(""),
        ];
        let mut values = vec![json!([]), json!({})];
        for one in &scalars {
            values.extend([json!([one]), json!({ "ab": one }), json!({ "xy": one })]);
            values.extend([json!({ "xy": { "ab": one } }), json!({ "ab": [one] })]);
            for two in &scalars {
                values.extend([json!([one, two]), json!({ "ab": one, "xy": two })]);
            }
        }
        values.extend(scalars);
        for json in schemas {
            let schema = import(&json).expect("it can be imported");
            let judge = jsonschema::draft202012::new(&json).expect("a JSON Schema");
            let mut taken = 0;
            for value in &values {
                let expected = judge.is_valid(value);
                taken += usize::from(expected);
                assert_eq!(fits(&value.to_string(), schema), expected, "{json} {value}");
            }
            assert!(taken > 0, "{json}");
        }
    }
}
