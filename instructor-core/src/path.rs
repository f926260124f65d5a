//! Where in an answer something is: `lines[2].price`.

use std::fmt;

/// A place inside a value, built on the stack while walking into it.
///
/// ```
/// use instructor_core::Path;
///
/// let root = Path::ROOT;
/// let lines = root.field("lines");
/// let line = lines.index(2);
/// assert_eq!(line.field("price").to_string(), "lines[2].price");
/// assert_eq!(line.field("price").to_pointer(), "/lines/2/price");
/// ```
#[derive(Clone, Copy)]
pub struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Root,
    Field(&'a str),
    Index(usize),
    Key(&'a dyn fmt::Display),
}

impl<'a> Path<'a> {
    /// The whole value.
    pub const ROOT: Path<'static> = Path { parent: None, step: Step::Root };

    /// The property `name` of this object.
    #[must_use]
    pub const fn field(&'a self, name: &'a str) -> Path<'a> {
        Path { parent: Some(self), step: Step::Field(name) }
    }

    /// The element number `index` of this list, from 0.
    #[must_use]
    pub const fn index(&'a self, index: usize) -> Path<'a> {
        Path { parent: Some(self), step: Step::Index(index) }
    }

    /// The entry `key` of this map.
    #[must_use]
    pub const fn key(&'a self, key: &'a dyn fmt::Display) -> Path<'a> {
        Path { parent: Some(self), step: Step::Key(key) }
    }

    /// The same place as a JSON pointer (RFC 6901): `/lines/2/price`, and `""` for the whole value.
    pub fn to_pointer(&self) -> String {
        let mut pointer = self.parent.map_or_else(String::new, Path::to_pointer);
        match self.step {
            Step::Root => return pointer,
            Step::Field(name) => push_escaped(&mut pointer, name),
            Step::Index(index) => push_escaped(&mut pointer, &index.to_string()),
            Step::Key(key) => push_escaped(&mut pointer, &key.to_string()),
        }
        pointer
    }
}

fn push_escaped(pointer: &mut String, token: &str) {
    pointer.push('/');
    pointer.push_str(&token.replace('~', "~0").replace('/', "~1"));
}

fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '$'))
        && !name.starts_with(|c: char| c.is_ascii_digit())
}

fn write_name(f: &mut fmt::Formatter<'_>, name: &str, first: bool) -> fmt::Result {
    match (is_plain(name), first) {
        (true, true) => f.write_str(name),
        (true, false) => write!(f, ".{name}"),
        (false, _) => write!(f, "[{name:?}]"),
    }
}

/// `lines[2].price`; keys that are no identifiers are quoted (`rates["a b"]`); the root is `$`.
impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = match self.parent {
            None => return f.write_str("$"),
            Some(parent) if parent.parent.is_none() => true,
            Some(parent) => {
                parent.fmt(f)?;
                false
            }
        };
        match self.step {
            Step::Root => Ok(()),
            Step::Field(name) => write_name(f, name, first),
            Step::Index(index) => write!(f, "[{index}]"),
            Step::Key(key) => write_name(f, &key.to_string(), first),
        }
    }
}

impl fmt::Debug for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_print_as_people_write_them() {
        let root = Path::ROOT;
        assert_eq!(root.to_string(), "$");
        assert_eq!(root.index(0).to_string(), "[0]");
        let rates = root.field("rates");
        assert_eq!(rates.key(&"a b").to_string(), "rates[\"a b\"]");
        assert_eq!(rates.key(&"eur").to_string(), "rates.eur");
        assert_eq!(rates.key(&"a/b~c").to_pointer(), "/rates/a~1b~0c");
        assert_eq!(root.to_pointer(), "");
    }
}
