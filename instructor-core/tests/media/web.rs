//! A web server on loopback whose responses are written byte by byte.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What a path is answered with, whatever the query.
pub(crate) enum Page {
    /// These bytes, head and all; then the connection is closed.
    Raw(Vec<u8>),
    /// Bytes without end, until the other side hangs up.
    Endless,
    /// Nothing.
    Silence,
}

/// A response with these header lines and this body, without a length.
pub(crate) fn page(head: &str, body: &[u8]) -> Page {
    Page::Raw([format!("HTTP/1.1 {head}\r\n\r\n").as_bytes(), body].concat())
}

pub(crate) fn ok(mime: &str, body: &[u8]) -> Page {
    let length = body.len();
    page(&format!("200 OK\r\ncontent-type: {mime}\r\ncontent-length: {length}"), body)
}

pub(crate) fn moved(place: &str) -> Page {
    page(&format!("302 Found\r\nlocation: {place}\r\ncontent-length: 0"), b"")
}

type Pages = fn(&str) -> Page;

pub(crate) struct Web {
    pub(crate) port: u16,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Web {
    pub(crate) async fn start(pages: Pages) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heads = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&heads);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, pages, Arc::clone(&log)));
            }
        });
        Self { port, heads }
    }

    pub(crate) fn at(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// The heads of all requests.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

async fn serve(mut stream: TcpStream, pages: Pages, log: Arc<Mutex<Vec<String>>>) {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let body = bytes.split_off(end + 4);
            let head = String::from_utf8_lossy(&bytes).into_owned();
            // What is not read would break the connection when it is closed.
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.map_or(0, |length| length.parse().unwrap());
            let mut rest = vec![0; length - body.len()];
            if stream.read_exact(&mut rest).await.is_err() {
                return;
            }
            break head;
        }
        // A greeting of TLS is none of HTTP.
        if !matches!(stream.read_buf(&mut bytes).await, Ok(1..)) || bytes[0] == 0x16 {
            return;
        }
    };
    let place = head.split(' ').nth(1).unwrap_or_default();
    let path = place.split('?').next().unwrap_or_default().to_owned();
    log.lock().unwrap().push(head);
    match pages(&path) {
        Page::Raw(bytes) => {
            let _ = stream.write_all(&bytes).await;
            let _ = stream.shutdown().await;
        }
        Page::Endless => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: image/png\r\n\r\n").await;
            while stream.write_all(&[0x89; 4096]).await.is_ok() {}
        }
        Page::Silence => std::future::pending().await,
    }
}
