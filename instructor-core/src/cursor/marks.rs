//! Where the bytes of a text are that do not stand for themselves, many at a time.
//!
//! The bytes of a number are compared together. Their highest bits are free for the results, because
//! all characters that matter are ASCII, and no sum reaches into the next byte.

/// So many bytes are looked at together for one mark.
const BLOCK: usize = 16;

/// So many bytes are looked at together for all marks.
pub(super) const WINDOW: usize = 64;

/// How many bytes there are before a quote, a backslash or a control character.
#[inline]
pub fn plain(json: &[u8]) -> usize {
    before(json, |block| special_of_16(block) & !block)
}

/// The same, but also before what is not ASCII.
#[inline]
pub(super) fn plain_ascii(json: &[u8]) -> usize {
    before(json, |block| special_of_16(block) | block)
}

/// How many bytes there are before the first whose highest bit is set by `marks`.
#[inline]
fn before(json: &[u8], marks: impl Fn(u128) -> u128) -> usize {
    const HIGHEST: u128 = u128::MAX / 255 * 0x80;
    let first = |block| (marks(u128::from_le_bytes(block)) & HIGHEST).trailing_zeros() as usize / 8;
    let mut before = 0;
    while let Some(block) = json[before..].first_chunk::<BLOCK>() {
        let passed = first(*block);
        before += passed;
        if passed < BLOCK {
            return before;
        }
    }
    let mut last = [0; BLOCK];
    let rest = &json[before..];
    last[..rest.len()].copy_from_slice(rest);
    before + first(last).min(rest.len())
}

/// A bit for each quote, backslash and control character.
#[inline]
pub(crate) fn special_in(window: &[u8; WINDOW]) -> u64 {
    const HIGHEST: u64 = u64::MAX / 255 * 0x80;
    // Moves the highest bits of eight bytes into the highest byte.
    const GATHER: u64 = 0x0002_0408_1020_4081;
    let (words, _) = window.as_chunks();
    words.iter().rev().fold(0, |bits, word| {
        let word = u64::from_le_bytes(*word);
        let marks = special_of_8(word) & !word & HIGHEST;
        bits << 8 | marks.wrapping_mul(GATHER) >> 56
    })
}

/// Sets the highest bit of a quote, a backslash and a control character; that of a byte beyond ASCII
/// means nothing.
macro_rules! special {
    ($name:ident, $number:ty) => {
        #[inline]
        fn $name(bytes: $number) -> $number {
            const ONES: $number = <$number>::MAX / 255;
            let bytes = bytes & (ONES * 0x7f);
            let not = |byte: u8| (bytes ^ (ONES * <$number>::from(byte))) + ONES * 0x7f;
            let no_control = bytes + ONES * 0x60;
            !(not(b'"') & not(b'\\') & no_control)
        }
    };
}

special!(special_of_8, u64);
special!(special_of_16, u128);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_at_every_place() {
        for byte in 0..=u8::MAX {
            let special = matches!(byte, b'"' | b'\\' | ..b' ');
            for place in 0..WINDOW {
                for around in [b'a', 0x7f, 0x80, 0xff] {
                    let mut window = [around; WINDOW];
                    window[place] = byte;
                    assert_eq!(special_in(&window), u64::from(special) << place, "{byte}");
                    let end = if special { place } else { WINDOW };
                    assert_eq!(plain(&window), end, "{byte}");
                    let end = if byte < 0x80 { end } else { place };
                    let end = if around < 0x80 { end } else { 0 };
                    let known = around < 0x80 || place > 0;
                    assert!(!known || plain_ascii(&window) == end, "{byte}");
                }
                let text = [b'a'; WINDOW];
                assert_eq!(plain(&text[..place]), place);
                assert_eq!(plain_ascii(&text[..place]), place);
            }
        }
        assert_eq!(special_in(&[b'"'; WINDOW]), u64::MAX);
    }
}
