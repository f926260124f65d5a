//! The parts of a form, as far as an upload needs them.

use bytes::Bytes;
use memchr::memmem;

/// A field of a form.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) name: String,
    pub(super) filename: Option<String>,
    pub(super) content: Bytes,
}

/// The fields in their order; nothing if this is no form, or one without an end.
pub(super) fn parts(content_type: &str, body: &Bytes) -> Option<Vec<Part>> {
    let kind = content_type.split(';').next()?.trim();
    let boundary = parameter(content_type, "boundary").filter(|boundary| !boundary.is_empty())?;
    if !kind.eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let delimiter = [b"\r\n--", boundary.as_bytes()].concat();
    let finder = memmem::Finder::new(&delimiter);
    // Before the first delimiter may stand nothing at all, not even the end of a line.
    let mut rest = match body.strip_prefix(&delimiter[2..]) {
        Some(_) => body.slice(delimiter.len() - 2..),
        None => body.slice(finder.find(body)? + delimiter.len()..),
    };
    let mut parts = Vec::new();
    while !rest.starts_with(b"--") {
        rest = rest.slice(memmem::find(&rest, b"\r\n")?..);
        let end = finder.find(&rest)?;
        parts.push(part(&rest.slice(..end))?);
        rest = rest.slice(end + delimiter.len()..);
    }
    Some(parts)
}

/// A part, from the end of the line of its delimiter.
fn part(raw: &Bytes) -> Option<Part> {
    let head = memmem::find(raw, b"\r\n\r\n")?;
    let content = raw.slice(head + 4..);
    let head = std::str::from_utf8(&raw[..head]).ok()?;
    let disposition = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-disposition").then_some(value)
    })?;
    let name = parameter(disposition, "name")?.to_owned();
    let filename = parameter(disposition, "filename").map(str::to_owned);
    Some(Part { name, filename, content })
}

/// The parameter of a header, without its quotes.
fn parameter<'h>(header: &'h str, wanted: &str) -> Option<&'h str> {
    header.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case(wanted).then(|| value.trim().trim_matches('"'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(content_type: &str, body: &str) -> String {
        let Some(parts) = parts(content_type, &Bytes::from(body.to_owned())) else {
            return "none".into();
        };
        let shown = parts.iter().map(|Part { name, filename, content }| {
            let filename = filename.as_deref().unwrap_or("-");
            format!("{name} {filename} {};", content.escape_ascii())
        });
        shown.collect()
    }

    #[test]
    fn a_form_is_its_parts() {
        const FORM: &str = "multipart/form-data; boundary=b-1";
        let file = "Content-Disposition: form-data; name=\"file\"; filename=\"a.jsonl\"\r\nContent-Type: text/plain";
        for (content_type, body, expected) in [
            (
                FORM,
                format!(
                    "--b-1\r\ncontent-disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n--b-1\r\n{file}\r\n\r\n{{}}\n--b-1x\n\r\n--b-1--\r\n"
                ),
                "purpose - batch;file a.jsonl {}\\n--b-1x\\n;",
            ),
            (
                "Multipart/Form-Data; charset=utf-8; Boundary=\"b-1\"",
                format!("preamble\r\n--b-1 \r\n{file}\r\n\r\n\r\n--b-1--"),
                "file a.jsonl ;",
            ),
            (FORM, "--b-1--".into(), ""),
            (FORM, format!("--b-1\r\n{file}\r\n\r\nno end"), "none"),
            (FORM, "--b-1\r\nno head\r\n--b-1--".into(), "none"),
            (FORM, "--b-1\r\n\r\nno name\r\n--b-1--".into(), "none"),
            (FORM, "--b-1\r\n--b-1--".into(), "none"),
            (FORM, "--b-1".into(), "none"),
            (FORM, "--other--".into(), "none"),
            (FORM, String::new(), "none"),
            ("multipart/form-data; boundary=", "----".into(), "none"),
            ("multipart/form-data", "--b-1--".into(), "none"),
            ("application/json; boundary=b-1", "--b-1--".into(), "none"),
        ] {
            assert_eq!(shown(content_type, &body), expected, "{content_type} {body}");
        }
    }
}
