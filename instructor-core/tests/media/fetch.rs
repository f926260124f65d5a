//! Fetching over real HTTP: what is followed, what is refused, and where it ends.

use std::sync::LazyLock;
use std::time::Duration;

use instructor_core::FetchPolicy;
use instructor_core::transport::{FetchError, Fetched, Network, Reqwest, Transport};

use crate::samples::PNG;
use crate::web::{Page, Web, moved, ok, page};

/// Loopback is allowed, and everything is small and quick.
fn open() -> FetchPolicy {
    let mut policy = FetchPolicy::default();
    policy.allow_http = true;
    policy.allow_private = true;
    policy.max_bytes = 1000;
    policy
}

async fn fetch(url: &str, policy: &FetchPolicy) -> Result<Fetched, FetchError> {
    static NETWORK: LazyLock<Reqwest> =
        LazyLock::new(|| Reqwest::new(&Network::default()).unwrap());
    NETWORK.fetch(url, policy).await
}

fn pages(path: &str) -> Page {
    let full = [7; 1000];
    match path {
        "/a.png" => ok("Image/PNG; charset=binary", PNG),
        "/no-length" => page("200 OK\r\ncontent-type: image/png", PNG),
        "/no-type" => page("200 OK", PNG),
        "/odd-type" => ok("<script>alert(1)</script>", PNG),
        "/chunked" => {
            page("200 OK\r\ntransfer-encoding: chunked", b"4\r\n\x89PNG\r\n3\r\nabc\r\n0\r\n\r\n")
        }
        "/full" => page("200 OK", &full),
        "/over" => page("200 OK", &[&full[..], &[7]].concat()),
        "/honest" => ok("image/png", &[7; 1001]),
        "/promise" => page("200 OK\r\ncontent-length: 99999999999999999999", b""),
        "/endless" => Page::Endless,
        "/silent" => Page::Silence,
        "/stalled" => page("200 OK\r\ncontent-length: 500", b"half"),
        "/once" => moved("/a.png"),
        "/twice" => moved("once?key=secret"),
        "/thrice" => moved("/twice"),
        "/four" => moved("/thrice"),
        "/loop" => moved("/loop"),
        "/to-file" => moved("file:///etc/passwd"),
        "/to-data" => moved("data:image/png;base64,iVBORw0KGgo="),
        "/to-login" => moved("http://me:secret@127.0.0.1/"),
        "/to-nothing" => page("302 Found\r\ncontent-length: 0", b""),
        "/to-nonsense" => moved("http://["),
        "/empty" => page("204 No Content", b""),
        "/cookie" => {
            page("302 Found\r\nset-cookie: a=b\r\nlocation: /a.png\r\ncontent-length: 0", b"")
        }
        _ => page("404 Not Found\r\ncontent-length: 0", b""),
    }
}

#[tokio::test]
async fn what_is_there_is_fetched() {
    let web = Web::start(pages).await;
    for (path, mime, bytes) in [
        ("/a.png", "image/png", PNG),
        ("/no-length", "image/png", PNG),
        ("/no-type", "", PNG),
        ("/odd-type", "", PNG),
        ("/chunked", "", b"\x89PNGabc"),
        ("/full", "", &[7; 1000]),
        ("/once", "image/png", PNG),
        ("/thrice", "image/png", PNG),
        ("/cookie", "image/png", PNG),
    ] {
        let fetched = fetch(&web.at(path), &open()).await.unwrap();
        assert_eq!((fetched.mime.as_str(), &fetched.bytes[..]), (mime, bytes), "{path}");
        assert_eq!(fetched.host, "127.0.0.1");
    }
    for head in web.heads() {
        let head = head.to_ascii_lowercase();
        assert!(head.starts_with("get /"), "{head}");
        for name in ["cookie:", "authorization:", "referer:", "proxy-"] {
            assert!(!head.contains(&format!("\r\n{name}")), "{head}");
        }
    }
}

#[tokio::test]
async fn what_is_not_there_is_named_by_its_host_only() {
    let web = Web::start(pages).await;
    let host = "`127.0.0.1`";
    let too_large = format!("{host} sends more than 1000 bytes (`FetchPolicy::max_bytes`)");
    for (path, expected) in [
        ("/missing?key=secret", format!("{host} answers with status 404")),
        ("/empty?key=secret", format!("{host} answers with status 204")),
        ("/over", too_large.clone()),
        ("/honest", too_large.clone()),
        ("/endless", too_large),
        ("/promise", format!("the connection to {host} broke")),
        ("/stalled?key=secret", format!("the connection to {host} broke")),
        ("/four", format!("{host} redirects once more after 3 redirects")),
        ("/loop?key=secret", format!("{host} redirects once more after 3 redirects")),
        ("/to-file", "`file` is not fetched, only `https`".into()),
        ("/to-data", "`data` is not fetched, only `https`".into()),
        ("/to-login", "the address holds a user name or a password".into()),
        ("/to-nothing", "the address redirects to no URL".into()),
        ("/to-nonsense", "the address redirects to no URL".into()),
    ] {
        let error = fetch(&web.at(path), &open()).await.unwrap_err();
        assert_eq!(error.to_string(), expected, "{path}");
        assert!(!format!("{error:?}").contains("secret"), "{error:?}");
    }
}

#[tokio::test]
async fn redirects_are_followed_only_as_often_as_allowed() {
    let web = Web::start(pages).await;
    for (path, redirects) in [("/a.png", 0), ("/once", 1), ("/twice", 2), ("/thrice", 3)] {
        let mut policy = open();
        policy.max_redirects = redirects;
        assert!(fetch(&web.at(path), &policy).await.is_ok(), "{path}");
        let Some(fewer) = redirects.checked_sub(1) else { continue };
        policy.max_redirects = fewer;
        let error = fetch(&web.at(path), &policy).await.unwrap_err();
        assert_eq!(error, FetchError::Redirects { host: "127.0.0.1".into(), limit: fewer });
    }
}

#[tokio::test]
async fn it_does_not_wait_longer_than_allowed() {
    let web = Web::start(pages).await;
    let mut policy = open();
    policy.timeout = Duration::from_millis(50);
    let error = fetch(&web.at("/silent"), &policy).await.unwrap_err();
    assert_eq!(error.to_string(), "it was not there within 50ms (`FetchPolicy::timeout`)");
}

#[tokio::test]
async fn a_port_where_nobody_answers_is_unreachable() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/?key=secret", listener.local_addr().unwrap());
    drop(listener);
    // Neither does a server without TLS speak `https`.
    let plain = Web::start(pages).await.at("/?key=secret").replacen("http", "https", 1);
    for url in [url, plain] {
        let error = fetch(&url, &open()).await.unwrap_err();
        assert!(error.to_string().starts_with("no connection to `127.0.0.1`: "), "{error}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}

#[tokio::test]
async fn only_https_is_fetched_unless_http_is_allowed() {
    let web = Web::start(pages).await;
    let mut policy = open();
    policy.allow_http = false;
    let error = fetch(&web.at("/a.png"), &policy).await.unwrap_err();
    let expected = "`http` is not fetched, only `https` (`FetchPolicy::allow_http` allows it)";
    assert_eq!(error.to_string(), expected);
    for (url, expected) in [
        ("file:///etc/passwd", "`file` is not fetched, only `https`"),
        ("ftp://example.com/a", "`ftp` is not fetched, only `https`"),
        ("gs://bucket/a.png", "`gs` is not fetched, only `https`"),
        ("/etc/passwd", "the address is no URL"),
        ("", "the address is no URL"),
        ("https://", "the address is no URL"),
        ("https://me@example.com/", "the address holds a user name or a password"),
        ("https://:secret@example.com/", "the address holds a user name or a password"),
    ] {
        let error = fetch(url, &open()).await.unwrap_err();
        assert_eq!(error.to_string(), expected, "{url}");
    }
    assert!(web.heads().is_empty());
}

#[tokio::test]
async fn private_addresses_are_refused_however_they_are_written() {
    let web = Web::start(pages).await;
    let mut policy = open();
    policy.allow_private = false;
    for host in [
        "127.0.0.1",
        "127.1",
        "127.0.0.1.",
        "0x7f.1",
        "0x7f000001",
        "2130706433",
        "017700000001",
        "0177.0.0.1",
        "１２７.0.0.1",
        "127。0。0。1",
        "%31%32%37.0.0.1",
        "0.0.0.0",
        "0",
        "10.0.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "192.168.1.1",
        "255.255.255.255",
        "[::1]",
        "[::]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:10.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::a9fe:a9fe]",
        "[2002:7f00:1::]",
        "[fd00::1]",
        "[fe80::1]",
        "[ff02::1]",
        // Names that lead there.
        "localhost",
        "LOCALHOST",
    ] {
        for scheme in ["http", "https"] {
            let url = format!("{scheme}://{host}:{}/a.png?key=secret", web.port);
            let error = fetch(&url, &policy).await.unwrap_err();
            assert!(matches!(error, FetchError::NotPublic { .. }), "{url}: {error}");
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }
    assert!(web.heads().is_empty(), "nothing may be asked");
}

#[tokio::test]
async fn a_name_that_leads_here_is_asked_when_that_is_allowed() {
    let web = Web::start(pages).await;
    let url = format!("http://localhost:{}/a.png", web.port);
    assert_eq!(fetch(&url, &open()).await.unwrap().bytes, PNG);
}
