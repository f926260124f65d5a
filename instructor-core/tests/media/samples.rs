//! The first bytes of real files.

use instructor_core::media::MediaKind::{self, Audio, Document, Image};

pub(crate) const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0";

/// What it is called, the bytes, and what they are.
pub(crate) fn samples() -> Vec<(&'static str, Vec<u8>, MediaKind, &'static str)> {
    // An EBML header and a long enough segment after it.
    let mut webm =
        b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08".to_vec();
    webm.extend_from_slice(b"B\x82\x84webmB\x87\x81\x04B\x85\x81\x02");
    webm.resize(400, 0);
    let opus = b"OggS\0\x02\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\x01\x13OpusHead\x01\x02";
    vec![
        ("a.png", PNG.to_vec(), Image, "image/png"),
        ("a.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01".to_vec(), Image, "image/jpeg"),
        ("a.jpeg", b"\xff\xd8\xff\xe1\0\x10Exif\0\0".to_vec(), Image, "image/jpeg"),
        ("a.gif", b"GIF89a\x01\0\x01\0\x80\0\0".to_vec(), Image, "image/gif"),
        ("old.gif", b"GIF87a\x01\0\x01\0\x80\0\0".to_vec(), Image, "image/gif"),
        ("a.webp", b"RIFF\x1a\0\0\0WEBPVP8L\r\0\0\0".to_vec(), Image, "image/webp"),
        ("a.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec(), Image, "image/heic"),
        ("b.heic", b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic".to_vec(), Image, "image/heic"),
        ("a.wav", b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0".to_vec(), Audio, "audio/wav"),
        ("tagged.mp3", b"ID3\x04\0\0\0\0\0\0".to_vec(), Audio, "audio/mpeg"),
        ("a.mp3", b"\xff\xfb\x90\x64\0\0".to_vec(), Audio, "audio/mpeg"),
        ("crc.mp3", b"\xff\xfa\x90\x64\0\0".to_vec(), Audio, "audio/mpeg"),
        ("low.mp3", b"\xff\xf3\x40\xc4\0\0".to_vec(), Audio, "audio/mpeg"),
        ("lowest.mp3", b"\xff\xe3\x18\xc4\0\0".to_vec(), Audio, "audio/mpeg"),
        ("a.ogg", b"OggS\0\x02\0\0\0\0\0\0\0\0".to_vec(), Audio, "audio/ogg"),
        ("a.opus", opus.to_vec(), Audio, "audio/ogg"),
        ("a.flac", b"fLaC\0\0\0\x22\x10\0".to_vec(), Audio, "audio/flac"),
        ("a.m4a", b"\0\0\0\x1cftypM4A \0\0\0\0M4A mp42isom".to_vec(), Audio, "audio/mp4"),
        ("a.aac", b"\xff\xf1\x50\x80\x02\x1f\xfc".to_vec(), Audio, "audio/aac"),
        ("a.webm", webm, Audio, "audio/webm"),
        ("a.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec(), Document, "application/pdf"),
        ("mail.pdf", b"\r\n\r\n%PDF-1.4\n".to_vec(), Document, "application/pdf"),
    ]
}
