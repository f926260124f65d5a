//! Of which type bytes, files and addresses are.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use instructor_core::Media;
use instructor_core::media::MediaKind::{self, Audio, Document, Image};
use instructor_core::media::{MediaError, Source};

use crate::samples::{PNG, samples};

/// A folder of its own for each test, gone afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("instructor-media-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, bytes).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn seen(media: &Media) -> (MediaKind, &str, Option<&[u8]>) {
    let bytes = match &media.source {
        Source::Bytes(bytes) => Some(&bytes[..]),
        _ => None,
    };
    (media.kind, &media.mime, bytes)
}

#[test]
fn bytes_and_files_say_what_they_are() {
    let folder = Folder::new();
    for (name, bytes, kind, mime) in samples() {
        let media = Media::from_bytes(bytes.clone()).unwrap();
        assert_eq!(seen(&media), (kind, mime, Some(&bytes[..])), "{name}");
        assert_eq!(media.name, None);

        let media = Media::from_path(folder.file(name, &bytes)).unwrap();
        assert_eq!(seen(&media), (kind, mime, Some(&bytes[..])), "{name}");
        assert_eq!(media.name.as_deref(), Some(name));
    }
}

#[test]
fn what_is_unknown_is_refused_with_a_way_out() {
    let known = "PNG, JPEG, GIF, WebP, HEIC, WAV, MP3, Ogg, FLAC, M4A, AAC, WebM, PDF, and files of text in UTF-8; `Media::new` takes any";
    for bytes in [
        &b"\xff"[..],
        b"hello",
        b"<html><body>Please log in</body></html>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"/etc/passwd",
        b"https://example.com/a.png",
        b"PK\x03\x04\x14\0\0\0",
        b"RIFF\x24\0\0\0AVI LIST",
        b"\0\0\0\x18ftypisom\0\0\0\0isommp42",
        b"\xff\xfe\x41\0",
        b"\x1aE\xdf\xa3",
    ] {
        let error = Media::from_bytes(bytes).unwrap_err();
        let expected = format!("the attachment is of no known type: known are {known}");
        assert_eq!(error.to_string(), expected, "{bytes:?}");
    }
    assert_eq!(Media::from_bytes(&b""[..]).unwrap_err().to_string(), "the attachment is empty");
}

#[test]
fn no_beginning_of_a_file_is_taken_for_another_type_or_breaks() {
    for (name, bytes, kind, _) in samples() {
        for end in 0..bytes.len() {
            if let Ok(media) = Media::from_bytes(bytes[..end].to_vec()) {
                assert_eq!(media.kind, kind, "{name} cut at {end}");
            }
        }
    }
}

#[test]
fn a_text_file_is_known_by_its_name_and_a_disguise_is_not_believed() {
    let folder = Folder::new();
    for (name, bytes, expected) in [
        ("notes.txt", &b"Ada, born 1815"[..], Some((Document, "text/plain"))),
        ("NOTES.TXT", b"Ada", Some((Document, "text/plain"))),
        ("notes.md", b"# Ada", Some((Document, "text/markdown"))),
        ("people.csv", b"name,age\nAda,36", Some((Document, "text/csv"))),
        ("page.html", b"<html></html>", Some((Document, "text/html"))),
        ("binary.txt", b"\x80\x81\x82", None),
        ("no_ending", b"Ada", None),
        ("fake.png", b"not a picture", None),
        ("fake.pdf", b"not a document", None),
        // The bytes win over the name.
        ("really_a_picture.pdf", PNG, Some((Image, "image/png"))),
    ] {
        let found = Media::from_path(folder.file(name, bytes));
        if let Some(expected) = expected {
            let media = found.unwrap();
            assert_eq!((media.kind, media.mime.as_str()), expected, "{name}");
        } else {
            let message = found.unwrap_err().to_string();
            assert!(message.contains(name), "{message}");
            assert!(message.contains("is of no known type: known are PNG"), "{message}");
        }
    }
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let folder = Folder::new();
    let missing = folder.0.join("missing.png");
    let large = folder.file("large.png", PNG);
    fs::OpenOptions::new().write(true).open(&large).unwrap().set_len((64 << 20) + 1).unwrap();
    let check = |path: &Path, expected: &str| {
        let error = Media::from_path(path).unwrap_err();
        assert_eq!(error.to_string(), format!("`{}` {expected}", path.display()));
        error
    };
    let error = check(&missing, "cannot be read");
    assert!(matches!(error, MediaError::File { source, .. } if source.raw_os_error().is_some()));
    let MediaError::File { source, .. } = check(&folder.0, "cannot be read") else {
        panic!("a folder is not a file")
    };
    assert_eq!(source.to_string(), "it is not a file");
    check(&large, "is larger than 64 MiB");

    // As an error of the client it says everything.
    let error = instructor_core::Error::from(Media::from_path(&folder.0).unwrap_err());
    let expected = format!("`{}` cannot be read: it is not a file", folder.0.display());
    assert_eq!((error.kind(), error.to_string()), ("configuration", expected));
}

#[test]
fn the_end_of_an_address_tells_the_type_where_only_one_is_meant() {
    let image = Media::image_url as fn(&'static str) -> Media;
    let audio = Media::audio_url as fn(&'static str) -> Media;
    let document = Media::document_url as fn(&'static str) -> Media;
    for (at, url, kind, mime) in [
        (image, "https://example.com/a.png", Image, "image/png"),
        (image, "https://example.com/a/b.JPG?size=2#top", Image, "image/jpeg"),
        (image, "gs://bucket/a.webp", Image, "image/webp"),
        (image, "https://example.com/a?file=b.png", Image, ""),
        (image, "https://example.com/#/a.png", Image, ""),
        (image, "https://example.png", Image, ""),
        (image, "https://example.com/a.png/", Image, ""),
        (image, "https://example.com/a.pdf", Image, ""),
        (image, "a.png", Image, ""),
        (image, "", Image, ""),
        (audio, "https://example.com/a.mp3", Audio, "audio/mpeg"),
        (audio, "https://example.com/a.webm", Audio, "audio/webm"),
        (document, "https://example.com/a.pdf", Document, "application/pdf"),
        (document, "https://example.com/a.docx", Document, ""),
    ] {
        let media = at(url);
        assert_eq!(seen(&media), (kind, mime, None), "{url}");
        assert_eq!(media.url(), url);
        assert_eq!(media.base64(), None);
    }
    let media = image("https://example.com/1").mime("image/png").named("one.png");
    assert_eq!((media.mime.as_str(), media.name.as_deref()), ("image/png", Some("one.png")));
}

#[test]
fn a_text_document_has_a_name() {
    let media = Media::text_document("notes.txt", "Ada");
    assert_eq!(seen(&media), (Document, "text/plain", Some(&b"Ada"[..])));
    assert_eq!(media.name.as_deref(), Some("notes.txt"));
}

#[test]
fn debug_shows_neither_content_nor_address_nor_name() {
    for media in [
        Media::image_url("https://secret.example.com/secret.png?key=secret"),
        Media::image_url("data:image/png;base64,!secret"),
        Media::text_document("secret.txt", "secret"),
        Media::from_bytes(&b"%PDF-1.7 secret"[..]).unwrap(),
    ] {
        let shown = format!("{media:?} {:?}", media.source);
        assert!(!shown.contains("secret"), "{shown}");
    }
}
