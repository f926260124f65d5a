//! A text with columns in it: `Title: {title}`.

/// A text with the names of columns in braces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Prompt(pub(super) Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    Text(String),
    Column(String),
}

/// A prompt is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PromptError {
    /// A brace has no partner.
    #[error(
        "the `{brace}` at character {place} has no partner; write `{brace}{brace}` for the character itself"
    )]
    Brace {
        /// The brace.
        brace: char,
        /// Where it stands, from 1.
        place: usize,
    },
    /// There is no name between two braces.
    #[error(
        "between the braces at character {place} stands no name of a column; write `{{{{` for the character itself"
    )]
    NoName {
        /// Where the first of them stands, from 1.
        place: usize,
    },
    /// No column stands in it.
    #[error(
        "it names no column, so that all rows would be alike; write `{{column}}` where the row's text belongs"
    )]
    NoColumn,
}

impl Prompt {
    /// Reads a prompt: `{column}` stands for a column, `{{` and `}}` for braces.
    pub(super) fn new(text: &str) -> Result<Self, PromptError> {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut rest = text.char_indices().peekable();
        let place = |at: usize| text[..at].chars().count() + 1;
        while let Some((at, c)) = rest.next() {
            let doubled = matches!(c, '{' | '}') && rest.next_if(|(_, next)| *next == c).is_some();
            match c {
                '{' if !doubled => {
                    let inside = &text[at + 1..];
                    let end = inside.find(['{', '}']).filter(|end| inside[*end..].starts_with('}'));
                    let end = end.ok_or(PromptError::Brace { brace: '{', place: place(at) })?;
                    let name = &inside[..end];
                    if name.is_empty() {
                        return Err(PromptError::NoName { place: place(at) });
                    }
                    pieces.push(Piece::Text(std::mem::take(&mut plain)));
                    pieces.push(Piece::Column(name.to_owned()));
                    while rest.next_if(|(next, _)| *next <= at + 1 + end).is_some() {}
                }
                '}' if !doubled => {
                    return Err(PromptError::Brace { brace: '}', place: place(at) });
                }
                _ => plain.push(c),
            }
        }
        if pieces.is_empty() {
            return Err(PromptError::NoColumn);
        }
        pieces.push(Piece::Text(plain));
        pieces.retain(|piece| *piece != Piece::Text(String::new()));
        Ok(Self(pieces))
    }
}

#[cfg(test)]
mod tests {
    use super::{Piece, Prompt, PromptError};

    #[test]
    fn columns_stand_in_braces() {
        for (text, expected) in [
            ("{a}", "<a>"),
            ("x{a}{b} y", "x<a><b> y"),
            ("{{{a}}}", "{<a>}"),
            ("{{a}} {ä ö}", "{a} <ä ö>"),
            ("{ a }\n{{}}", "< a >\n{}"),
        ] {
            let Prompt(pieces) = Prompt::new(text).unwrap();
            let shown: String = pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Text(text) => text.clone(),
                    Piece::Column(name) => format!("<{name}>"),
                })
                .collect();
            assert_eq!(shown, expected, "{text}");
        }
        let brace = |brace, place| PromptError::Brace { brace, place };
        for (text, error) in [
            ("", PromptError::NoColumn),
            ("no column", PromptError::NoColumn),
            ("ä{a", brace('{', 2)),
            ("{a{b}}", brace('{', 1)),
            ("a} {b}", brace('}', 2)),
            ("{a}}", brace('}', 4)),
            ("ab{}", PromptError::NoName { place: 3 }),
        ] {
            assert_eq!(Prompt::new(text), Err(error), "{text}");
        }
    }
}
