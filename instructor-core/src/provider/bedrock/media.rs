//! Pictures and documents as Converse wants them: by format, and documents with a plain name.

use std::collections::HashSet;

use super::encode::wire;
use crate::media::{Media, MediaKind};
use crate::provider::ProviderError;

/// The names of the documents so far: no two may be the same.
#[derive(Debug, Default)]
pub(super) struct Names(HashSet<String>);

/// The block of a piece of media.
pub(super) fn block<'a>(
    media: &'a Media,
    names: &mut Names,
) -> Result<wire::Block<'a>, ProviderError> {
    let format = match media.kind {
        MediaKind::Audio => return Err(ProviderError::encode("Converse takes no audio")),
        MediaKind::Image => image(&media.mime),
        _ => document(&media.mime),
    };
    let Some(bytes) = media.base64() else {
        return Err(ProviderError::encode(&format!(
            "Converse takes {} as bytes, not at an address",
            media.kind
        )));
    };
    let Some(format) = format else {
        return Err(ProviderError::encode(&format!(
            "Converse takes no {} of the type `{}`",
            media.kind, media.mime
        )));
    };
    let source = wire::Source { bytes };
    if media.kind == MediaKind::Image {
        return Ok(wire::Block::Image { format, source });
    }
    let name = names.of(media.name.as_deref().unwrap_or_default());
    Ok(wire::Block::Document { format, name, source })
}

fn image(mime: &str) -> Option<&'static str> {
    Some(match mime {
        "image/png" => "png",
        "image/jpeg" | "image/jpg" => "jpeg",
        "image/gif" => "gif",
        "image/webp" => "webp",
        _ => return None,
    })
}

fn document(mime: &str) -> Option<&'static str> {
    Some(match mime {
        "application/pdf" => "pdf",
        "text/csv" => "csv",
        "application/msword" => "doc",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => "docx",
        "application/vnd.ms-excel" => "xls",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => "xlsx",
        "text/html" => "html",
        "text/markdown" => "md",
        "text/plain" => "txt",
        _ => return None,
    })
}

impl Names {
    /// The file's name without its ending, in the letters that are taken: letters and digits of
    /// ASCII, single spaces, hyphens, parentheses and square brackets.
    fn of(&mut self, file: &str) -> String {
        let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        let taken =
            |c: char| if c.is_ascii_alphanumeric() || "-()[]".contains(c) { c } else { ' ' };
        let plain: String = stem.chars().map(taken).take(150).collect();
        let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
        let plain = if plain.is_empty() { "document".to_owned() } else { plain };
        let mut name = plain.clone();
        let mut number = 1;
        while !self.0.insert(name.clone()) {
            number += 1;
            name = format!("{plain} {number}");
        }
        name
    }
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn names_are_plain_and_differ() {
        let mut names = Names::default();
        for (file, name) in [
            ("bill.pdf", "bill"),
            ("bill.txt", "bill 2"),
            ("Q1_final  (v2).tar.gz", "Q1 final (v2) tar"),
            ("größe", "gr e"),
            ("", "document"),
            (".hidden", "document 2"),
        ] {
            assert_eq!(names.of(file), name, "{file}");
        }
    }
}
