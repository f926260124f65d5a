//! What a service says about a job, read leniently: what is missing or of another type is not said.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use instructor_core::Advice;
use instructor_core::provider::{ProviderError, ProviderErrorKind};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::job::{BatchJobError, BatchStatus};

/// The words of a service for the states, in lower case and without anything but letters.
pub(super) type Words = &'static [(&'static str, BatchStatus)];

/// The state that a word means, however it is spelled: `in_progress`, `IN_PROGRESS`, `InProgress`.
pub(super) fn status(words: Words, word: &str) -> BatchStatus {
    let letters = word.chars().filter(char::is_ascii_alphabetic);
    let letters: String = letters.map(|letter| letter.to_ascii_lowercase()).collect();
    let known = words.iter().find(|(known, _)| *known == letters);
    known.map_or(BatchStatus::Unknown, |(_, status)| *status)
}

/// The text at a JSON pointer, unless it is empty.
pub(super) fn text<'a>(told: &'a Value, at: &str) -> Option<&'a str> {
    told.pointer(at)?.as_str().filter(|text| !text.is_empty())
}

/// The same as a value of its own.
pub(super) fn owned(told: &Value, at: &str) -> Option<String> {
    text(told, at).map(str::to_owned)
}

/// The number at a JSON pointer; Google writes numbers as text.
pub(super) fn count(told: &Value, at: &str) -> Option<u64> {
    let value = told.pointer(at)?;
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// The time at the first JSON pointer that has one: seconds since 1970, or a date with a time.
pub(super) fn time(told: &Value, at: &[&str]) -> Option<SystemTime> {
    at.iter().find_map(|at| match told.pointer(at)? {
        Value::String(text) => from_text(text),
        value => from_seconds(value.as_f64()?),
    })
}

fn from_text(text: &str) -> Option<SystemTime> {
    if let Ok(seconds) = text.parse() {
        return from_seconds(seconds);
    }
    let zoned = text.parse::<Timestamp>().ok();
    // Without a zone it is UTC.
    let moment = zoned.or_else(|| {
        let civil: DateTime = text.parse().ok()?;
        Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp())
    })?;
    // The year 1 stands for no time at all.
    Some(SystemTime::from(moment)).filter(|moment| *moment > UNIX_EPOCH)
}

fn from_seconds(seconds: f64) -> Option<SystemTime> {
    let since = Duration::try_from_secs_f64(seconds).ok().filter(|since| !since.is_zero())?;
    UNIX_EPOCH.checked_add(since)
}

/// The words of a service as they may be shown: without keys, and not too long.
pub(super) fn shown(message: &str) -> String {
    ProviderError::new(ProviderErrorKind::BadRequest, message, Advice::Never).message
}

/// An error of a job: a text, or an object with a code, a message, and perhaps a line.
pub(super) fn error(told: &Value) -> Option<BatchJobError> {
    let error = match told {
        Value::String(text) if !text.is_empty() => {
            BatchJobError { message: shown(text), ..BatchJobError::default() }
        }
        Value::Object(_) => {
            let code = ["/code", "/status", "/type"].iter().find_map(|at| {
                owned(told, at).or_else(|| told.pointer(at)?.as_i64().map(|code| code.to_string()))
            });
            let message = text(told, "/message").map(shown).unwrap_or_default();
            BatchJobError { code, message, line: count(told, "/line") }
        }
        _ => return None,
    };
    (error.code.is_some() || !error.message.is_empty()).then_some(error)
}

/// The errors in a list.
pub(super) fn errors(list: Option<&Value>) -> Vec<BatchJobError> {
    list.and_then(Value::as_array).into_iter().flatten().filter_map(error).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_time_is_read_in_every_form() {
        let expected = Some(UNIX_EPOCH + Duration::from_secs(1_714_508_499));
        for (value, expected) in [
            (json!(1_714_508_499), expected),
            (json!("1714508499"), expected),
            (json!("2024-04-30T20:21:39Z"), expected),
            (json!("2024-04-30T22:21:39+02:00"), expected),
            (json!("2024-04-30T20:21:39.000000+00:00"), expected),
            (json!("2024-04-30T20:21:39"), expected),
            (json!(null), None),
            (json!(""), None),
            (json!(0), None),
            (json!(-5), None),
            (json!(1e300), None),
            (json!("0001-01-01T00:00:00Z"), None),
            (json!("soon"), None),
            (json!({}), None),
        ] {
            assert_eq!(time(&json!({"at": value}), &["/missing", "/at"]), expected, "{value}");
        }
    }

    #[test]
    fn an_error_is_a_text_or_an_object() {
        let error = |value| error(&value);
        assert_eq!(error(json!("no")).unwrap().message, "no");
        let told = error(json!({"code": "invalid_json_line", "message": "m", "line": 3})).unwrap();
        assert_eq!((told.code.as_deref(), told.line), (Some("invalid_json_line"), Some(3)));
        assert_eq!(error(json!({"code": 7, "message": ""})).unwrap().code.as_deref(), Some("7"));
        for nothing in [json!(null), json!({}), json!(""), json!([]), json!(1)] {
            assert_eq!(error(nothing), None);
        }
        let key = "sk-aB3dE5gH7jK9mN1pQ3";
        assert!(
            !error(json!({"message": format!("bad key {key}")})).unwrap().message.contains(key)
        );
    }
}
