//! JSON pointers: down to a keyword, and from a `$ref` to its target.

use serde_json::Value;

/// The place of a keyword, a property or an element.
pub(super) fn child(at: &str, step: &str) -> String {
    let mut pointer = String::with_capacity(at.len() + step.len() + 1);
    pointer.push_str(at);
    pointer.push('/');
    pointer.push_str(&step.replace('~', "~0").replace('/', "~1"));
    pointer
}

/// The pointer that a `$ref` holds, in its plain spelling; `None` if it is none.
pub(super) fn of_reference(reference: &str) -> Option<String> {
    let fragment = reference.strip_prefix('#')?;
    let decoded = decode(fragment)?;
    (decoded.is_empty() || decoded.starts_with('/')).then_some(decoded)
}

/// Undoes `%20` and its kind.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let mut digit = || char::from(rest.next()?).to_digit(16);
            let value = digit()? * 16 + digit()?;
            bytes.push(u8::try_from(value).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// What stands at the pointer.
pub(super) fn find<'j>(root: &'j Value, pointer: &str) -> Option<&'j Value> {
    root.pointer(pointer)
}

/// The last step, as a name.
pub(super) fn last(pointer: &str) -> String {
    let step = pointer.rsplit('/').next().unwrap_or_default();
    step.replace("~1", "/").replace("~0", "~")
}

/// A text as the name of a type and a tool: `[a-zA-Z0-9_-]{1,64}`, no digit or hyphen first.
pub(super) fn fitting(text: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let mut name = String::new();
    for c in text.trim().chars() {
        match c {
            c if allowed(c) => name.push(c),
            _ if name.ends_with('_') => {}
            _ => name.push('_'),
        }
    }
    let name = name.trim_end_matches('_');
    if name.trim_start_matches('_').is_empty() {
        return String::new();
    }
    let before = if name.starts_with(|c: char| c.is_ascii_digit() || c == '-') { "_" } else { "" };
    before.chars().chain(name.chars()).take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_a_pointer_or_nothing() {
        for (reference, expected) in [
            ("#", Some("")),
            ("#/$defs/A", Some("/$defs/A")),
            ("#/$defs/A%20b~1c", Some("/$defs/A b~1c")),
            ("#/%C3%A9", Some("/é")),
            ("#/%c", None),
            ("#/%ff", None),
            ("#anchor", None),
            ("other.json", None),
            ("other.json#/a", None),
            ("", None),
        ] {
            assert_eq!(of_reference(reference).as_deref(), expected, "{reference}");
        }
        assert_eq!(last(&child("/$defs", "a/b~c")), "a/b~c");
    }

    #[test]
    fn names_are_made_fitting() {
        let long = "x".repeat(99);
        for (text, expected) in [
            ("User Info", "User_Info"),
            ("Response[int]", "Response_int"),
            ("  a -- b  ", "a_--_b"),
            ("3d", "_3d"),
            ("-x", "_-x"),
            ("Größe", "Gr_e"),
            ("漢字", ""),
            ("", ""),
            (&long, &long[..60]),
        ] {
            assert_eq!(fitting(text), expected, "{text}");
        }
    }
}
