//! HTTP as far as services speak it: whole requests in; whole, cut or chunked responses out.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use serde_json::Value;

/// A request.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    pub method: String,
    pub path: String,
    pub query: HashMap<String, String>,
    /// The names in lower case.
    pub headers: HashMap<String, String>,
    pub body: Vec<u8>,
}

impl Asked {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The value of a parameter of the query that is a number.
    pub fn number(&self, name: &str) -> Option<usize> {
        self.query.get(name)?.parse().ok()
    }

    /// The parts of a form: names, file names and contents.
    pub fn form(&self) -> Vec<(String, Option<String>, Vec<u8>)> {
        let kind = self.header("content-type").unwrap_or_default();
        let Some((_, boundary)) = kind.split_once("boundary=") else { return Vec::new() };
        let boundary = format!("\r\n--{}", boundary.trim_matches('"'));
        // The first boundary has no line before it.
        let body = [b"\r\n", &self.body[..]].concat();
        let mut parts = Vec::new();
        let mut rest = &body[..];
        while let Some(start) = memchr::memmem::find(rest, boundary.as_bytes()) {
            rest = &rest[start + boundary.len()..];
            let Some(end) = memchr::memmem::find(rest, boundary.as_bytes()) else { break };
            let Some(blank) = memchr::memmem::find(&rest[..end], b"\r\n\r\n") else { continue };
            let head = String::from_utf8_lossy(&rest[..blank]).into_owned();
            let word = |key: &str| {
                let (_, after) = head.split_once(&format!("{key}=\""))?;
                Some(after.split('"').next()?.to_owned())
            };
            let name = word("; name").unwrap_or_default();
            parts.push((name, word("filename"), rest[blank + 4..end].to_vec()));
        }
        parts
    }
}

/// A response.
#[derive(Debug, Clone, Default)]
pub(super) struct Said {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
    /// The length is not told before.
    pub(super) chunked: bool,
}

impl Said {
    pub(super) fn json(status: u16, body: &Value) -> Self {
        let kind = ("content-type", "application/json".to_owned());
        Self { status, headers: vec![kind], body: body.to_string().into_bytes(), chunked: false }
    }

    /// Writes it; only the first half, if it is to be cut.
    pub(super) fn write(&self, stream: &mut TcpStream, cut: bool) -> std::io::Result<()> {
        let mut bytes = format!("HTTP/1.1 {} X\r\n", self.status).into_bytes();
        for (name, value) in &self.headers {
            write!(bytes, "{name}: {value}\r\n")?;
        }
        let body = if cut { &self.body[..self.body.len() / 2] } else { &self.body[..] };
        if self.chunked {
            bytes.extend_from_slice(b"transfer-encoding: chunked\r\n\r\n");
            for chunk in body.chunks(16 * 1024) {
                write!(bytes, "{:x}\r\n", chunk.len())?;
                bytes.extend_from_slice(chunk);
                bytes.extend_from_slice(b"\r\n");
            }
            if !cut {
                bytes.extend_from_slice(b"0\r\n\r\n");
            }
        } else {
            write!(bytes, "content-length: {}\r\n\r\n", self.body.len())?;
            bytes.extend_from_slice(body);
        }
        stream.write_all(&bytes)
    }
}

/// Reads the head of the next request.
pub(super) fn head(reader: &mut BufReader<TcpStream>) -> Option<Asked> {
    let first = line(reader)?;
    let mut words = first.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let query = query.split('&').filter_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        Some((name.to_owned(), value.to_owned()))
    });
    let (path, query) = (path.to_owned(), query.collect());
    let mut headers = HashMap::new();
    loop {
        let line = line(reader)?;
        if line.is_empty() {
            return Some(Asked { method, path, query, headers, body: Vec::new() });
        }
        let (name, value) = line.split_once(':')?;
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
}

/// Reads the body; only the first half, if it is to be cut.
pub(super) fn body(reader: &mut BufReader<TcpStream>, asked: &Asked, cut: bool) -> Option<Vec<u8>> {
    if let Some(length) = asked.header("content-length").and_then(|text| text.parse().ok()) {
        let length: usize = length;
        let mut body = vec![0; if cut { length / 2 } else { length }];
        reader.read_exact(&mut body).ok()?;
        return Some(body);
    }
    let mut body = Vec::new();
    if asked.header("transfer-encoding").is_some() {
        loop {
            let size = usize::from_str_radix(line(reader)?.trim(), 16).ok()?;
            let start = body.len();
            body.resize(start + size, 0);
            reader.read_exact(&mut body[start..]).ok()?;
            line(reader)?;
            if size == 0 || cut {
                break;
            }
        }
    }
    Some(body)
}

fn line(reader: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = String::new();
    let read = reader.read_line(&mut line).ok()?;
    (read > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned())
}
