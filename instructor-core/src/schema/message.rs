//! Messages that are put together while compiling.

/// A message put together while compiling.
pub(in crate::schema) struct Message {
    bytes: [u8; Self::SIZE],
    length: usize,
}

impl Message {
    const SIZE: usize = 512;

    pub(in crate::schema) const fn new() -> Self {
        Self { bytes: [0; Self::SIZE], length: 0 }
    }

    /// Adds a text; one that is too long is left out.
    pub(in crate::schema) const fn text(mut self, text: &str) -> Self {
        let text = text.as_bytes();
        let mut i = 0;
        while i < text.len() && self.length + text.len() - i <= Self::SIZE {
            self.bytes[self.length] = text[i];
            self.length += 1;
            i += 1;
        }
        self
    }

    /// Adds a field's name in backticks; without a name it is "the value".
    pub(in crate::schema) const fn name(self, name: &str) -> Self {
        if name.is_empty() { self.text("the value") } else { self.text("`").text(name).text("`") }
    }

    pub(in crate::schema) const fn uint(mut self, value: u128) -> Self {
        if value >= 10 {
            self = self.uint(value / 10);
        }
        let digit = b'0' + (value % 10) as u8;
        match std::str::from_utf8(&[digit]) {
            Ok(digit) => self.text(digit),
            Err(_) => self,
        }
    }

    pub(in crate::schema) const fn int(self, value: i128) -> Self {
        if value < 0 {
            self.text("-").uint(value.unsigned_abs())
        } else {
            self.uint(value.unsigned_abs())
        }
    }

    #[track_caller]
    pub(in crate::schema) const fn fail(&self) -> ! {
        match std::str::from_utf8(self.bytes.split_at(self.length).0) {
            Ok(text) => panic!("{}", text),
            Err(_) => panic!("this does not suit the type"),
        }
    }
}
