//! The lines of a JSON Lines file.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, BufRead, BufReader, Read};
use std::path::PathBuf;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::error::Category;
use serde_json::value::RawValue;

use super::pick::{Cell, Pick, Record};
use super::{Place, Problem, Source, SourceError, at};
use crate::file;
use crate::row::{Row, RowError, messages};

/// Opens the file.
pub(super) fn rows(path: PathBuf, pick: Pick) -> Result<Source, SourceError> {
    let file = file::open_buffered(&path)?;
    Ok(Source::of(Lines { path, pick, file, line: Vec::new(), number: 0, over: false }))
}

struct Lines {
    path: PathBuf,
    pick: Pick,
    file: BufReader<Box<dyn Read + Send>>,
    line: Vec<u8>,
    number: u64,
    over: bool,
}

impl Iterator for Lines {
    type Item = Result<Row, SourceError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.over {
            let read = self.read();
            let line = self.line.strip_prefix(b"\xef\xbb\xbf").filter(|_| self.number == 1);
            let line = line.unwrap_or(&self.line).trim_ascii();
            let row = match read {
                Ok(()) if line.is_empty() => continue,
                Ok(()) => row(&self.pick, line),
                Err(error) => {
                    self.over = true;
                    Err(Problem::Read(error.into()))
                }
            };
            return Some(row.map_err(at(&self.path, Place::Line(self.number))));
        }
        None
    }
}

impl Lines {
    fn read(&mut self) -> io::Result<()> {
        self.line.clear();
        self.number += 1;
        self.over = self.file.read_until(b'\n', &mut self.line)? == 0;
        Ok(())
    }
}

fn row(pick: &Pick, line: &[u8]) -> Result<Row, Problem> {
    if std::str::from_utf8(line).is_err() {
        return Err(Problem::Encoding);
    }
    match line.first() {
        Some(b'{') => pick.row(&read::<Object<'_>>(line)?),
        Some(b'"') if pick.is_usual() => Ok(Row::text(read::<String>(line)?)),
        Some(b'[') if pick.is_usual() => Ok(Row::messages(messages(line)?)),
        _ => {
            read::<serde::de::IgnoredAny>(line)?;
            Err(Problem::Line { chosen: !pick.is_usual() })
        }
    }
}

fn read<'a, T: Deserialize<'a>>(line: &'a [u8]) -> Result<T, Problem> {
    serde_json::from_slice(line).map_err(|error| match error.classify() {
        Category::Data => Problem::Line { chosen: true },
        _ => RowError::Syntax { column: error.column() }.into(),
    })
}

/// The properties of a line, each as it is written.
struct Object<'a>(Vec<(String, &'a RawValue)>);

impl Record for Object<'_> {
    fn cell(&self, column: &str) -> Result<Option<Cell<'_>>, Problem> {
        let Some((_, value)) = self.0.iter().rev().find(|(name, _)| name == column) else {
            return Ok(None);
        };
        Ok(Some(match value.get() {
            "null" => Cell::Null,
            text if text.starts_with('"') => Cell::Text(Cow::Owned(read(text.as_bytes())?)),
            other => Cell::Text(Cow::Borrowed(other)),
        }))
    }

    fn columns(&self) -> Vec<String> {
        self.0.iter().map(|(name, _)| name.clone()).collect()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Properties;
        impl<'de> Visitor<'de> for Properties {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object<'de>, A::Error> {
                let mut properties = Vec::new();
                while let Some(property) = map.next_entry()? {
                    properties.push(property);
                }
                Ok(Object(properties))
            }
        }
        deserializer.deserialize_map(Properties)
    }
}
