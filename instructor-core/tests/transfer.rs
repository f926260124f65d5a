//! Files over real HTTP: up and down whole, or not at all.
#![cfg(feature = "client")]

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use http::{HeaderValue, Method};
use instructor_core::transport::{
    Files, HttpRequest, HttpResponse, Network, Recorder, Replay, Reqwest, Sign, Transport,
    TransportError,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

const KEY: &str = "sk-test-5ecret5ecret5ecret";

/// More than any buffer holds, and no multiple of one.
const SIZE: usize = 8 * 1024 * 1024 + 17;

/// A folder that is deleted in the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("instructor-transfer-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, content).unwrap();
        path
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).unwrap();
        let mut names: Vec<_> =
            entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Bytes of which no part is like another.
fn noise() -> Vec<u8> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    (0..SIZE).map(|_| next()).collect()
}

/// What a server does with the one request that it gets.
enum Does {
    /// Reads all of it and sends these bytes.
    Answers(Vec<u8>),
    /// Reads all of it, sends these bytes, and then nothing more.
    Stalls(Vec<u8>),
    /// Reads the head and a little, and closes the connection.
    Closes,
    /// Reads the head and a little, and then nothing more.
    Ignores,
}

fn response(status: u16, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// A server and what it receives: the head and the body.
async fn server(does: Does) -> (String, JoinHandle<(String, Vec<u8>)>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url =
        format!("http://127.0.0.1:{}/v1/files?key={KEY}", listener.local_addr().unwrap().port());
    let received = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let (head, body) = read(&mut stream, matches!(does, Does::Closes | Does::Ignores)).await;
        match does {
            Does::Answers(bytes) => {
                stream.write_all(&bytes).await.unwrap();
                stream.shutdown().await.unwrap();
            }
            Does::Stalls(bytes) => {
                stream.write_all(&bytes).await.unwrap();
                std::future::pending::<()>().await;
            }
            Does::Closes => {}
            Does::Ignores => std::future::pending::<()>().await,
        }
        (head, body)
    });
    (url, received)
}

async fn read(stream: &mut TcpStream, only_head: bool) -> (String, Vec<u8>) {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        assert_ne!(stream.read_buf(&mut bytes).await.unwrap(), 0, "a head");
    };
    let mut body = bytes.split_off(end);
    let head = String::from_utf8(bytes).unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let length = length.map_or(0, |length| length.parse().unwrap());
    while body.len() < length && !only_head {
        assert_ne!(stream.read_buf(&mut body).await.unwrap(), 0, "a body");
    }
    (head, body)
}

fn network() -> Reqwest {
    let mut network = Network::default();
    network.proxy = false;
    Reqwest::new(&network).unwrap()
}

fn request(method: Method, url: &str, body: &'static str) -> HttpRequest {
    let mut request = HttpRequest::json(url, body);
    request.headers.insert("authorization", format!("Bearer {KEY}").parse().unwrap());
    request.method = method;
    request.timeout = Some(Duration::from_secs(20));
    request
}

async fn upload(url: &str, path: &Path) -> Result<HttpResponse, TransportError> {
    let files = Files::upload(path, "after");
    network().transfer(request(Method::POST, url, "before"), files).await
}

async fn download(url: &str, path: &Path) -> Result<HttpResponse, TransportError> {
    network().transfer(request(Method::GET, url, ""), Files::download(path)).await
}

/// The error and its causes, which must not hold the key.
fn told(error: &TransportError) -> String {
    let mut told = format!("{error:?} {error}");
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(each) = cause {
        told.push_str(&each.to_string());
        cause = each.source();
    }
    assert!(!told.contains(KEY), "{told}");
    told
}

#[tokio::test]
async fn what_goes_up_comes_down() {
    let folder = Folder::new();
    let content = noise();
    let path = folder.file("up.jsonl", &content);
    let (url, received) = server(Does::Answers(response(200, b"{\"id\":\"file-1\"}"))).await;
    let answer = upload(&url, &path).await.unwrap();
    assert_eq!((answer.status.as_u16(), &answer.body[..]), (200, &b"{\"id\":\"file-1\"}"[..]));
    let (head, body) = received.await.unwrap();
    let length = format!("content-length: {}\r\n", "before".len() + SIZE + "after".len());
    assert!(head.starts_with("POST /v1/files") && head.contains(&length), "{head}");
    assert!(!head.contains("transfer-encoding") && head.contains("content-type"), "{head}");
    assert!(body == [b"before", &content[..], b"after"].concat(), "{} bytes", body.len());

    let place = folder.file("down.jsonl", b"an older one");
    let (url, received) = server(Does::Answers(response(200, &content))).await;
    let answer = download(&url, &place).await.unwrap();
    assert_eq!((answer.status.as_u16(), answer.body.len()), (200, 0));
    assert_eq!(answer.headers["content-length"], SIZE.to_string());
    assert!(received.await.unwrap().0.starts_with("GET /v1/files"));
    assert!(fs::read(&place).unwrap() == content, "what came is another");
    assert_eq!(folder.names(), ["down.jsonl", "up.jsonl"]);
}

#[tokio::test]
async fn a_body_without_a_length_ends_with_the_connection_or_its_last_chunk() {
    let folder = Folder::new();
    for raw in [
        "HTTP/1.1 200 X\r\n\r\na\nb\n",
        "HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\n2\r\na\n\r\n2\r\nb\n\r\n0\r\n\r\n",
    ] {
        let (url, _) = server(Does::Answers(raw.into())).await;
        let place = folder.0.join("lines");
        download(&url, &place).await.unwrap();
        assert_eq!(fs::read_to_string(&place).unwrap(), "a\nb\n", "{raw}");
    }
    let (url, _) = server(Does::Answers(response(200, b""))).await;
    download(&url, &folder.0.join("lines")).await.unwrap();
    assert_eq!(fs::read(folder.0.join("lines")).unwrap(), b"");
}

#[tokio::test]
async fn nothing_is_left_of_what_is_cut() {
    let folder = Folder::new();
    let place = folder.file("old", b"old");
    let half = response(200, &noise())[..SIZE / 2].to_vec();
    let chunk = b"HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\n5\r\nlines\r\n".to_vec();
    for cut in [half, chunk] {
        let (url, _) = server(Does::Answers(cut)).await;
        let error = download(&url, &place).await.unwrap_err();
        assert!(matches!(error, TransportError::Interrupted(_)), "{error:?}");
        told(&error);
        assert_eq!(
            (folder.names(), fs::read(&place).unwrap()),
            (vec!["old".into()], b"old".to_vec())
        );
    }

    let (url, _) = server(Does::Closes).await;
    let error = upload(&url, &folder.file("up", &noise())).await.unwrap_err();
    assert!(matches!(error, TransportError::Interrupted(_)), "{error:?}");
    told(&error);
}

#[tokio::test]
async fn a_download_that_is_dropped_leaves_nothing() {
    let folder = Folder::new();
    let half = response(200, &noise())[..SIZE / 2].to_vec();
    let (url, server) = server(Does::Stalls(half)).await;
    let (place, part) = (folder.0.join("new"), folder.0.join("new.part"));
    let begun = async {
        while fs::metadata(&part).map_or(0, |part| part.len()) == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        () = begun => {}
        ended = download(&url, &place) => panic!("{ended:?}"),
    }
    assert!(folder.names().is_empty(), "{:?}", folder.names());
    server.abort();
}

#[tokio::test]
async fn an_error_is_in_the_response_and_not_in_the_file() {
    let folder = Folder::new();
    let place = folder.0.join("new");
    for status in [400, 401, 404, 429, 500] {
        let body = format!("{{\"error\":{status}}}");
        let (url, _) = server(Does::Answers(response(status, body.as_bytes()))).await;
        let answer = download(&url, &place).await.unwrap();
        assert_eq!((answer.status.as_u16(), &answer.body[..]), (status, body.as_bytes()));
        assert!(folder.names().is_empty());
    }
    let path = folder.file("up", &noise());
    let (url, _) = server(Does::Answers(response(413, b"too large"))).await;
    let answer = upload(&url, &path).await.unwrap();
    assert_eq!((answer.status.as_u16(), &answer.body[..]), (413, &b"too large"[..]));
}

#[tokio::test(start_paused = true)]
async fn silence_ends_after_the_limit_and_slowness_does_not() {
    let folder = Folder::new();
    let place = folder.0.join("new");
    let limited = |url: &str| {
        let mut request = request(Method::GET, url, "");
        request.timeout = Some(Duration::from_secs(100));
        request
    };
    let half = b"HTTP/1.1 200 X\r\ncontent-length: 10\r\n\r\nhalf";
    for sent in [&b""[..], b"HTTP/1.1 200 X\r\n", half] {
        let (url, server) = server(Does::Stalls(sent.to_vec())).await;
        let transfer = network().transfer(limited(&url), Files::download(&place)).await;
        let error = transfer.unwrap_err();
        assert!(matches!(error, TransportError::Timeout), "{error:?}");
        told(&error);
        assert!(folder.names().is_empty());
        server.abort();
    }

    let path = folder.file("up", &noise());
    let (url, server) = server(Does::Ignores).await;
    let error = network().transfer(limited(&url), Files::upload(&path, "")).await.unwrap_err();
    assert!(matches!(error, TransportError::Timeout), "{error:?}");
    server.abort();

    // Ten parts, each within the limit, and all together beyond it.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        read(&mut stream, false).await;
        stream.write_all(b"HTTP/1.1 200 X\r\ncontent-length: 10\r\n\r\n").await.unwrap();
        for _ in 0..10 {
            tokio::time::sleep(Duration::from_secs(60)).await;
            stream.write_all(b"x").await.unwrap();
        }
    });
    network().transfer(limited(&url), Files::download(&place)).await.unwrap();
    assert_eq!(fs::read(&place).unwrap(), b"xxxxxxxxxx");
}

#[tokio::test]
async fn a_file_that_is_not_there_is_an_error_of_this_machine() {
    let folder = Folder::new();
    let (url, server) = server(Does::Answers(response(200, b"lines"))).await;
    let missing = folder.0.join("no/such/file");
    for error in [
        upload(&url, &missing).await.unwrap_err(),
        download(&url, &missing).await.unwrap_err(),
        download("http://127.0.0.1:1", Path::new("/")).await.unwrap_err(),
        download("no address", &missing).await.unwrap_err(),
    ] {
        match &error {
            TransportError::File(cause) => assert_eq!(cause.kind(), io::ErrorKind::NotFound),
            TransportError::Unreachable { .. } | TransportError::Invalid(_) => {}
            other => panic!("{other:?}"),
        }
        told(&error);
    }
    // The upload was not begun: the one request is the download's.
    assert!(server.await.unwrap().0.starts_with("GET "));
    assert!(folder.names().is_empty());
}

/// Signs with the length of the body that it sees.
#[derive(Debug)]
struct Signer;

impl Sign for Signer {
    fn sign(&self, request: &mut HttpRequest, _: SystemTime) -> Result<(), TransportError> {
        let length = HeaderValue::from(request.body.len());
        request.headers.insert("x-signed", length);
        Ok(())
    }
}

#[tokio::test]
async fn a_transfer_is_signed() {
    let folder = Folder::new();
    let path = folder.file("up", b"lines");
    let (url, received) = server(Does::Answers(response(200, b""))).await;
    let mut request = request(Method::POST, &url, "before");
    request.signer = Some(Arc::new(Signer));
    network().transfer(request, Files::upload(&path, "")).await.unwrap();
    let (head, body) = received.await.unwrap();
    assert!(head.contains("x-signed: 6\r\n"), "{head}");
    assert_eq!(body, b"beforelines");
}

#[tokio::test]
async fn a_cassette_holds_files_both_ways() {
    let folder = Folder::new();
    let (cassette, down) = (folder.0.join("cassette.jsonl"), folder.0.join("down"));
    let up = folder.file("up", b"{\"a\":1}\n{\"a\":2}\n");
    let (url, _) = server(Does::Answers(response(200, b"x\ny\n"))).await;
    let both = || {
        let mut files = Files::upload(&up, "after");
        files.download = Some(&down);
        files
    };
    let recorder = Recorder::new(Arc::new(network()), &cassette).unwrap();
    recorder.transfer(request(Method::POST, &url, "before"), both()).await.unwrap();
    assert_eq!(fs::read(&down).unwrap(), b"x\ny\n");

    fs::remove_file(&down).unwrap();
    let replay = Replay::open(&cassette).unwrap();
    let answer = replay.transfer(request(Method::POST, &url, "before"), both()).await.unwrap();
    assert_eq!((fs::read(&down).unwrap(), answer.body.len()), (b"x\ny\n".to_vec(), 0));
    let again = replay.transfer(request(Method::POST, &url, "before"), both()).await;
    told(&again.unwrap_err());
    assert_eq!(folder.names(), ["cassette.jsonl", "down", "up"]);

    let missing = Files::upload(Path::new("no/such/file"), "");
    let error = replay.transfer(request(Method::POST, &url, ""), missing).await.unwrap_err();
    assert!(matches!(error, TransportError::File(_)), "{error:?}");
}
