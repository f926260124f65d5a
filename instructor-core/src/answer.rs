//! From a text to a value: straight where that works, aligned where it does not.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::align::{Aligned, Repair, Target, align_to};
use crate::path::Path;
use crate::validate::{Rejection, Violation};

/// A value that is not validated yet, and the liberties taken to read it.
#[derive(Debug, Clone)]
pub(crate) struct Read<T> {
    /// The value.
    pub(crate) value: T,
    /// The liberties, none for exact JSON.
    #[cfg_attr(
        not(feature = "client"),
        expect(dead_code, reason = "only the client reports them")
    )]
    pub(crate) repairs: Vec<Repair>,
}

/// Reads a text as the value that `target` describes.
///
/// # Errors
/// If the text does not fit; every mismatch is listed, and every rule that is broken elsewhere.
pub(crate) fn read<T: DeserializeOwned>(text: &str, target: Target) -> Result<Read<T>, Rejection> {
    if let Some(value) = straight(text, target) {
        return Ok(Read { value, repairs: Vec::new() });
    }
    let Aligned { json, repairs, broken } = align_to(text, target)?;
    Ok(Read { value: typed(&json, broken)?, repairs })
}

/// Reads the arguments of a tool as a value that says which variant it is, by `form`: the JSON of
/// the variant's data becomes the JSON of the value. Gives that JSON, too. What is wrong with the
/// value is turned by `place` into what is wrong with the data.
#[cfg(feature = "client")]
pub(crate) fn read_data<T: DeserializeOwned>(
    text: &str,
    target: Target,
    form: impl Fn(&str) -> String,
    place: impl Fn(Rejection) -> Rejection,
) -> Result<(Read<T>, String), Rejection> {
    if let Some(data) = exact(text, target) {
        let json = form(data);
        if let Ok(value) = serde_json::from_str(&json) {
            return Ok((Read { value, repairs: Vec::new() }, json));
        }
    }
    let Aligned { json, repairs, broken } = align_to(text, target)?;
    let json = form(&json);
    let value = typed(&json, broken).map_err(place)?;
    Ok((Read { value, repairs }, json))
}

/// The value in JSON that fits the schema.
fn typed<T: DeserializeOwned>(json: &str, broken: Vec<Violation>) -> Result<T, Rejection> {
    let mut reader = serde_json::Deserializer::from_str(json);
    serde_path_to_error::deserialize(&mut reader).map_err(|error| refusal(&error, broken))
}

/// The value, if the text is exactly what was asked for.
pub(crate) fn straight<T: DeserializeOwned>(text: &str, target: Target) -> Option<T> {
    serde_json::from_str(exact(text, target)?).ok()
}

/// The JSON inside the wrapper that was asked for, if any.
fn exact(text: &str, target: Target) -> Option<&str> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Wrapper<'a> {
        #[serde(borrow)]
        value: &'a RawValue,
    }
    if !target.wrapped {
        return Some(text);
    }
    let wrapper: Wrapper<'_> = serde_json::from_str(text).ok()?;
    Some(wrapper.value.get())
}

/// What a type refuses by its own code (`try_from`, `deserialize_with`, a date that is none), and
/// the rules that are broken elsewhere.
fn refusal(
    error: &serde_path_to_error::Error<serde_json::Error>,
    broken: Vec<Violation>,
) -> Rejection {
    let steps: Vec<_> = error.path().iter().collect();
    let (message, found) = split_message(&error.inner().to_string());
    let mut first = place(&steps, Path::ROOT, message);
    first.found = found;
    let others = broken.into_iter().filter(|violation| violation.path != first.path);
    let violations = std::iter::once(first.clone()).chain(others).collect();
    Rejection::unless_empty(violations).err().unwrap_or_else(|| first.into())
}

/// A violation at the end of the steps, which live on the stack.
fn place(steps: &[&serde_path_to_error::Segment], at: Path<'_>, message: String) -> Violation {
    use serde_path_to_error::Segment;
    match steps {
        [] => Violation::new(at, "value", message),
        [Segment::Seq { index }, rest @ ..] => place(rest, at.index(*index), message),
        [Segment::Map { key }, rest @ ..] => place(rest, at.field(key), message),
        [Segment::Enum { variant }, rest @ ..] => place(rest, at.field(variant), message),
        [Segment::Unknown, rest @ ..] => place(rest, at, message),
    }
}

/// Serde's "invalid value: string "x", expected a date at line 1 column 9" as what is asked for and
/// what was found; the message of a type's own code stays as it is.
fn split_message(message: &str) -> (String, Option<String>) {
    let message = match message.rsplit_once(" at line ") {
        Some((message, place)) if place.starts_with(|c: char| c.is_ascii_digit()) => message,
        _ => message,
    };
    let found = ["invalid value: ", "invalid type: "].iter().find_map(|p| message.strip_prefix(p));
    match found.and_then(|rest| rest.rsplit_once(", expected ")) {
        Some((found, expected)) => (format!("must be {expected}"), Some(found.to_owned())),
        None => (message.to_owned(), None),
    }
}

#[cfg(test)]
mod tests {
    use std::any::TypeId;

    use super::*;
    use crate::extract::Extract;
    use crate::schema::{Field, Number, Rule, Schema, Shape};
    use crate::validate::Report;

    /// A type as the derive prints it.
    #[derive(Debug, PartialEq, Deserialize)]
    struct Room {
        number: u8,
        #[serde(deserialize_with = "even")]
        floor: u8,
        seats: Option<Vec<u64>>,
    }

    fn even<'de, D: serde::Deserializer<'de>>(reader: D) -> Result<u8, D::Error> {
        let value = u8::deserialize(reader)?;
        if value % 2 == 0 { Ok(value) } else { Err(serde::de::Error::custom("must be even")) }
    }

    const RULES: &[Rule] =
        &[Rule::Range { min: None, max: Some(Number::Int(9)), above: None, below: None }];

    impl Extract for Room {
        const SCHEMA: &'static Schema = &Schema {
            name: "Room",
            ..Schema::new(
                TypeId::of::<Self>,
                Shape::Object {
                    fields: &[
                        Field { rules: RULES, ..Field::new("number", u8::SCHEMA) },
                        Field::new("floor", u8::SCHEMA),
                        Field::new("seats", Option::<Vec<u64>>::SCHEMA),
                    ],
                    closed: false,
                },
            )
        };

        fn validate<'v>(&'v self, at: Path<'_>, report: &mut Report<'v>) {
            report.apply(RULES, &self.number.probe(), at.field("number"));
        }
    }

    fn told<T: std::fmt::Debug>(result: Result<T, Rejection>) -> String {
        result.map_or_else(|rejection| rejection.for_model(), |value| format!("{value:?}"))
    }

    #[test]
    fn json_is_read_and_checked() {
        for (text, expected) in [
            (r#"{"number":1,"floor":2}"#, "Room { number: 1, floor: 2, seats: None }"),
            (
                r#"so: {"number":"1","floor":2.0,"seats":"18446744073709551615"}"#,
                "Room { number: 1, floor: 2, seats: Some([18446744073709551615]) }",
            ),
            (r#"{"number":10,"floor":2}"#, "- `number`: must be at most 9, but is 10"),
            (
                r#"{"number":10,"floor":true,"seats":[1,"x"]}"#,
                "- `number`: must be at most 9, but is 10\n\
                 - `floor`: must be a whole number, but is true\n\
                 - `seats[1]`: must be a whole number, but is \"x\"",
            ),
            (
                r#"{"number":10,"floor":3}"#,
                "- `floor`: must be even\n- `number`: must be at most 9, but is 10",
            ),
            ("none", "- `$`: must be JSON; the answer holds none"),
        ] {
            assert_eq!(told(Room::from_json(text)), expected, "{text}");
        }
    }

    #[cfg(feature = "client")]
    #[test]
    fn a_wrapped_answer_is_unwrapped() {
        let rendered = crate::schema::rendered(Vec::<Room>::SCHEMA, &crate::schema::Dialect::TOOL)
            .expect("a tool takes a list");
        let room = r#"{"number":1,"floor":2}"#;
        let rooms = "[Room { number: 1, floor: 2, seats: None }]";
        for (text, expected, repairs) in [
            (format!(r#"{{"value":[{room}]}}"#), rooms, ""),
            (format!(r#" {{ "value" : [{room}] }} "#), rooms, ""),
            (format!(r#"{{"value":{room}}}"#), rooms, "`$`: list from a single value"),
            (format!("[{room}]"), rooms, "`$`: value without its wrapper"),
            (
                r#"{"value":[{"number":10,"floor":2}]}"#.into(),
                "- `[0].number`: must be at most 9, but is 10",
                "",
            ),
            (
                r#"{"value":[{"floor":2},{"number":1,"floor":"?"}]}"#.into(),
                "- `[0].number`: is missing\n- `[1].floor`: must be a whole number, but is \"?\"",
                "",
            ),
        ] {
            let read = read::<Vec<Room>>(&text, Target::new(rendered))
                .and_then(|read| read.value.check().map(|()| read));
            let found = read.as_ref().map_or_else(
                |_| String::new(),
                |read| read.repairs.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
            );
            assert_eq!(found, repairs, "{text}");
            assert_eq!(told(read.map(|read| read.value)), expected, "{text}");
        }
    }

    #[test]
    fn what_a_types_own_code_refuses_is_told_with_its_place() {
        let refused = |json: &str| {
            let mut reader = serde_json::Deserializer::from_str(json);
            let error = serde_path_to_error::deserialize::<_, Vec<Room>>(&mut reader);
            error.err().map(|error| refusal(&error, Vec::new()).for_model())
        };
        assert_eq!(
            refused(r#"[{"number":1,"floor":3}]"#).as_deref(),
            Some("- `[0].floor`: must be even")
        );
        assert_eq!(
            refused(r#"[{"number":"x","floor":2}]"#).as_deref(),
            Some("- `[0].number`: must be u8, but is string \"x\"")
        );
    }
}
