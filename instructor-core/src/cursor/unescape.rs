//! Texts with escapes, as they are without.

use super::marks::{WINDOW, special_in};

/// So many bytes are copied together.
const BLOCK: usize = 16;

/// What is beyond the place that is written to: a window, and what is copied in excess.
const AHEAD: usize = WINDOW + 2 * BLOCK;

/// Enough for most texts, and little enough for an allocator to have it at hand.
const USUAL: usize = 1024;

/// The text behind an opening quote, and how many bytes it takes up together with the closing one.
pub(super) fn unescaped(json: &[u8]) -> Option<(String, usize)> {
    // Not zeros: allocators keep memory at hand that was used, and zeroed memory only sometimes.
    let mut text = vec![b' '; USUAL];
    let (mut from, mut to) = (0, 0);
    while let Some(window) = json.get(from..).and_then(|rest| rest.first_chunk::<AHEAD>()) {
        if text.len() < to + AHEAD {
            text.resize(text.len() * 2, b' ');
        }
        let end = from + WINDOW;
        let mut marks = special_in(window.first_chunk()?);
        while marks != 0 {
            let plain = marks.trailing_zeros() as usize;
            copy(json, from, &mut text, to, plain)?;
            (from, to) = (from + plain, to + plain);
            let (read, written) = match *json.get(from)? {
                b'\\' => escape(json.get(from + 1..)?, text.get_mut(to..)?)?,
                b'"' => return finished(text, to, from),
                _ => return None,
            };
            (from, to) = (from + read, to + written);
            let passed = u32::try_from(plain + read).unwrap_or(u32::MAX);
            marks = marks.checked_shr(passed).unwrap_or_default();
        }
        if let Some(plain) = end.checked_sub(from) {
            copy(json, from, &mut text, to, plain)?;
            (from, to) = (end, to + plain);
        }
    }
    loop {
        if text.len() < to + AHEAD {
            text.resize(text.len() * 2, b' ');
        }
        let (read, written) = match *json.get(from)? {
            b'\\' => escape(json.get(from + 1..)?, text.get_mut(to..)?)?,
            b'"' => return finished(text, to, from),
            ..b' ' => return None,
            byte => {
                *text.get_mut(to)? = byte;
                (1, 1)
            }
        };
        (from, to) = (from + read, to + written);
    }
}

fn finished(mut text: Vec<u8>, length: usize, quote: usize) -> Option<(String, usize)> {
    text.truncate(length);
    Some((String::from_utf8(text).ok()?, quote + 1))
}

/// Copies so many bytes, and some more: whole blocks are copied faster than parts.
#[inline]
fn copy(json: &[u8], from: usize, text: &mut [u8], to: usize, count: usize) -> Option<()> {
    let mut copied = 0;
    loop {
        let block: &[u8; BLOCK] = json.get(from + copied..)?.first_chunk()?;
        *text.get_mut(to + copied..)?.first_chunk_mut()? = *block;
        copied += BLOCK;
        if copied >= count {
            return Some(());
        }
    }
}

/// Writes what is meant by an escape, whose backslash is not given; how many bytes were read together
/// with it, and how many written.
#[expect(clippy::inline_always, reason = "a call takes longer than most escapes")]
#[inline(always)]
fn escape(json: &[u8], text: &mut [u8]) -> Option<(usize, usize)> {
    let escape = *json.first()?;
    let byte = escaped(escape);
    if byte != 0 {
        *text.first_mut()? = byte;
        return Some((2, 1));
    }
    if escape == b'u' { numbered(&json[1..], text) } else { None }
}

/// The same for the digits behind `\u`.
#[cold]
fn numbered(digits: &[u8], text: &mut [u8]) -> Option<(usize, usize)> {
    let (character, length) = character(digits)?;
    Some((2 + length, character.encode_utf8(text.get_mut(..4)?).len()))
}

/// What stands for itself behind a backslash, or for a control character; 0 for anything else.
#[inline]
pub(super) fn escaped(escape: u8) -> u8 {
    const ESCAPES: [u8; 256] = {
        let mut escapes = [0; 256];
        let known = *b"\"\\/btnfr";
        let meant = *b"\"\\/\x08\t\n\x0c\r";
        let mut i = 0;
        while i < known.len() {
            escapes[known[i] as usize] = meant[i];
            i += 1;
        }
        escapes
    };
    ESCAPES[usize::from(escape)]
}

/// The character whose digits stand behind `\u`, and how many bytes they take up, together with
/// those of the second half where it has two.
fn character(digits: &[u8]) -> Option<(char, usize)> {
    let first = hexadecimal(digits)?;
    if let Some(character) = char::from_u32(first) {
        return Some((character, 4));
    }
    let [b'\\', b'u', second @ ..] = digits.get(4..)? else { return None };
    let halves = [first, hexadecimal(second)?].map(|half| u16::try_from(half).unwrap_or_default());
    let character = char::decode_utf16(halves).next()?.ok()?;
    Some((character, 10))
}

pub(super) fn hexadecimal(digits: &[u8]) -> Option<u32> {
    let digits = digits.first_chunk::<4>()?;
    let digit = |digit: u8| char::from(digit).to_digit(16);
    digits.iter().try_fold(0, |number, each| Some(number << 4 | digit(*each)?))
}
