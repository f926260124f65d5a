//! `data:` URLs become bytes; a wrong one is refused when it is sent.

use instructor_core::media::Source;
use instructor_core::{Client, Media};

use crate::support::{KEY, Person, Server, called};

fn bytes(media: &Media) -> Option<(&str, &[u8])> {
    match &media.source {
        Source::Bytes(bytes) => Some((&media.mime, bytes)),
        _ => None,
    }
}

#[test]
fn a_data_url_is_read() {
    for (url, expected) in [
        ("data:image/svg+xml;base64,QWRh", ("image/svg+xml", &b"Ada"[..])),
        ("data:image/bmp;base64,QWRhIQ==", ("image/bmp", b"Ada!")),
        ("data:image/bmp;base64,QWRhIQ", ("image/bmp", b"Ada!")),
        ("DATA:Image/BMP;Base64,QW Rh\n", ("image/bmp", b"Ada")),
        (" data:image/bmp;base64,QWRhIQ%3D%3D", ("image/bmp", b"Ada!")),
        ("data:text/plain;charset=utf-8;base64,QWRh", ("text/plain", b"Ada")),
        ("data:text/plain,Ada%20L%C3%B6we", ("text/plain", "Ada Löwe".as_bytes())),
        ("data:,Ada,1815", ("text/plain", b"Ada,1815")),
        ("data:;base64,QWRh", ("text/plain", b"Ada")),
        ("data:image/bmp;base64,", ("image/bmp", b"")),
        // The bytes know better than the label.
        ("data:image/jpeg;base64,iVBORw0KGgo=", ("image/png", b"\x89PNG\r\n\x1a\n")),
        ("data:;base64,iVBORw0KGgo=", ("image/png", b"\x89PNG\r\n\x1a\n")),
    ] {
        assert_eq!(bytes(&Media::image_url(url)), Some(expected), "{url}");
    }
}

#[test]
fn what_is_written_is_read() {
    for length in 0..40_u8 {
        let content: Vec<u8> = (0..length).map(|i| i.wrapping_mul(37) ^ 0xA5).collect();
        let media =
            Media::new(instructor_core::media::MediaKind::Image, "image/x", content.clone());
        assert_eq!(bytes(&Media::image_url(media.url())), Some(("image/x", &content[..])));
    }
}

#[tokio::test]
async fn a_wrong_data_url_is_refused_and_nothing_is_sent() {
    let server = Server::start([called("Person", &serde_json::json!({}))]).await;
    let client = Client::builder()
        .model("openai/gpt-test")
        .api_key(KEY)
        .base_url(server.url())
        .no_proxy()
        .build()
        .unwrap();
    for url in [
        "data:",
        "data:image/png;base64",
        "data:image/png;base64,secret!",
        "data:image/png;base64,A",
        "data:image/png,%",
        "data:image/png,%4",
        "data:image/png,%+1",
        "data:image/png,%é",
        "Data:image/png",
    ] {
        let question = client.extract::<Person>("Who is it?").attach(Media::image_url(url));
        let error = question.send().await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "the `data:` URL of the image (attachment 1) is malformed; pass the bytes with `Media::from_bytes`",
            "{url}"
        );
    }
    assert!(server.received().is_empty());
}
