//! What goes wrong: in a call, in a job, in the lines that come back.

/// The calls of a batch API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Call {
    /// The announcement of an upload, where the service wants one.
    Begin,
    /// A file of lines.
    Upload,
    /// What a file is, or its end.
    File,
    Create,
    Status,
    List,
    /// The results.
    Output,
    /// The lines that failed.
    Errors,
    Cancel,
    Delete,
    /// One request alone.
    Single,
    /// There is no such call.
    Unknown,
}

/// What goes wrong in one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It is answered with this error, and nothing is done.
    Status(u16),
    /// It is answered with this status and body, and nothing is done.
    Body(u16, String),
    /// Too many requests, with so many seconds to wait, and nothing is done.
    TooMany(Option<u32>),
    /// It is answered with a web page and status 200, and nothing is done.
    Page,
    /// The connection closes in the middle of the request; nothing is done.
    CutUpload,
    /// It is done, and the connection closes in the middle of the response.
    Cut,
    /// It is done, and the connection closes without a response.
    Lost,
    /// It is done and never answered.
    Silence,
    /// It is neither done nor answered.
    Deaf,
}

/// How a job ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    Completed,
    /// So many lines were done before its time was over.
    Expired(usize),
    /// So many lines were done before somebody else cancelled it.
    Cancelled(usize),
    /// Its file is wrong, or what else the code says, in this line.
    Failed(&'static str, Option<u64>),
    /// Too much waits already.
    TokenLimit,
}

/// What becomes of the lines of a result file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    Reverse,
    /// The lines with these numbers (of those that are there), in this order, and no others.
    Pick(Vec<usize>),
    /// This line comes again at the end.
    Again(usize),
    /// This line does not come.
    Drop(usize),
    /// This line has an id that nobody asked with.
    Stranger(usize),
    /// This line holds bytes that are no UTF-8, in its middle.
    InvalidUtf8(usize),
    /// Before this line comes one that is no JSON.
    Garbage(usize),
    /// Lines end with `\r\n`.
    Crlf,
    /// Between all lines are empty ones.
    Blank,
    /// The last line has no end.
    NoLastNewline,
    /// So many bytes are missing at the end of the file.
    Cut(usize),
}

/// The life of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobPlan {
    /// After so many looks at it, it is over.
    pub polls: u32,
    /// What is said about its state at the first looks, in words of nobody.
    pub odd: Vec<&'static str>,
    pub end: End,
    /// How many lines are done when it is cancelled by a call.
    pub done_when_cancelled: usize,
    /// So many looks after it is over, the results are told.
    pub late_output: u32,
    /// Where there is no file of errors, its id is "".
    pub empty_error_id: bool,
    /// Lists do not show it so many times.
    pub hidden: u32,
    /// The lines that were not done are nowhere.
    pub silent: bool,
    pub output: Vec<Edit>,
    pub errors: Vec<Edit>,
}

impl Default for JobPlan {
    fn default() -> Self {
        Self {
            polls: 2,
            odd: Vec::new(),
            end: End::Completed,
            done_when_cancelled: 0,
            late_output: 0,
            empty_error_id: false,
            hidden: 0,
            silent: false,
            output: Vec::new(),
            errors: Vec::new(),
        }
    }
}

/// A random plan that is the same for the same seed.
#[derive(Debug, Clone, Copy)]
pub struct Chaos {
    pub seed: u64,
    /// Of a thousand calls, so many fail.
    pub per_mille: u32,
}

impl Chaos {
    /// What goes wrong in this call, if anything.
    pub fn fault(&self, call: Call, number: usize) -> Option<Fault> {
        let seed = self.seed ^ (call as u64) << 48 ^ (number as u64) << 8;
        let mut random = fastrand::Rng::with_seed(seed);
        // Neighbouring seeds begin alike.
        random.u64(..);
        if random.u32(..1000) >= self.per_mille {
            return None;
        }
        Some(match random.u32(..8) {
            0 => Fault::Status(500),
            1 => Fault::Status(503),
            2 => Fault::TooMany(None),
            3 => Fault::TooMany(Some(1)),
            4 => Fault::CutUpload,
            5 => Fault::Lost,
            _ => Fault::Cut,
        })
    }
}

/// The file of these lines.
pub(super) fn write(mut lines: Vec<Vec<u8>>, edits: &[Edit]) -> Vec<u8> {
    let mut end: &[u8] = b"\n";
    let mut between: &[u8] = b"";
    let (mut last, mut cut) = (true, 0);
    for edit in edits {
        match edit {
            Edit::Reverse => lines.reverse(),
            Edit::Pick(numbers) => {
                lines = numbers.iter().filter_map(|n| lines.get(*n).cloned()).collect();
            }
            Edit::Again(n) => lines.extend(lines.get(*n).cloned()),
            Edit::Drop(n) => drop((*n < lines.len()).then(|| lines.remove(*n))),
            Edit::Stranger(n) => {
                if let Some(line) = lines.get_mut(*n) {
                    *line = stranger(line);
                }
            }
            Edit::InvalidUtf8(n) => {
                if let Some(line) = lines.get_mut(*n) {
                    line.splice(line.len() / 2..line.len() / 2, *b"\xff\xfe");
                }
            }
            Edit::Garbage(n) if *n <= lines.len() => {
                lines.insert(*n, b"{\"custom_id\": <html>\x80 502 Bad Gateway".to_vec());
            }
            Edit::Garbage(_) => {}
            Edit::Crlf => end = b"\r\n",
            Edit::Blank => between = b"\n",
            Edit::NoLastNewline => last = false,
            Edit::Cut(bytes) => cut = *bytes,
        }
    }
    let count = lines.len();
    let mut file = Vec::new();
    for (n, line) in lines.into_iter().enumerate() {
        file.extend_from_slice(&line);
        if last || n + 1 < count {
            file.extend_from_slice(end);
            file.extend_from_slice(between);
        }
    }
    file.truncate(file.len().saturating_sub(cut));
    file
}

/// The line with another id.
fn stranger(line: &[u8]) -> Vec<u8> {
    let mut line: serde_json::Value = serde_json::from_slice(line).unwrap_or_default();
    for key in ["custom_id", "key"] {
        if line.get(key).is_some() {
            line[key] = "nobody-asked".into();
        }
    }
    line.to_string().into_bytes()
}
