//! Lines that were written when the process ended, and of which the ledger was not told any more.

use std::fs::File;
use std::io::{BufRead, BufReader, Seek, SeekFrom};

use instructor_core::Extract;

use super::super::collect::parse_id;
use super::super::ledger::{Answer, Place};
use super::super::{Inner, RunError};
use super::{ask, keep};
use crate::line::{Envelope, Opened};

/// How many answers are written down at a time.
const AT_ONCE: usize = 1000;

/// Tells the ledger of them, so that nothing that came back is paid for again.
pub(super) async fn recover<T: Extract + Send + Sync>(run: &Inner<T>) -> Result<(), RunError> {
    // Every other file was looked through before the next one was begun.
    let Some((_, name)) = keep::latest(&run.dir)? else { return Ok(()) };
    let path = run.dir.result(&name);
    let number = run.ledger.file(&name, Envelope::OPENAI.name)?;
    let mut at = run.ledger.known_until(number)?;
    let mut file = File::open(&path).map_err(RunError::file(&path))?;
    file.seek(SeekFrom::Start(at)).map_err(RunError::file(&path))?;
    let mut reader = BufReader::new(file);
    let mut answers = Vec::new();
    loop {
        let mut line = Vec::new();
        let read = reader.read_until(b'\n', &mut line).map_err(RunError::file(&path))?;
        // The last one may be cut.
        let cut = line.pop() != Some(b'\n');
        if cut || answers.len() >= AT_ONCE {
            run.ledger.record(None, &answers, &[])?;
            answers.clear();
        }
        if cut {
            return Ok(());
        }
        let place = Place { file: number, at, bytes: line.len() as u64 };
        at += read as u64;
        answers.extend(answer(run, &line, place).await?);
    }
}

/// The answer on a line, unless the ledger knows it.
async fn answer<T: Extract + Send + Sync>(
    run: &Inner<T>,
    line: &[u8],
    place: Place,
) -> Result<Option<Answer>, RunError> {
    let Some(Opened { id: Some(id), end }) = Envelope::OPENAI.open(line) else { return Ok(None) };
    let Some((n, sent)) = parse_id(&run.id, &id) else { return Ok(None) };
    let Some(item) = run.ledger.item(n)?.filter(|item| item.sent + 1 == sent) else {
        return Ok(None);
    };
    let form = &run.form;
    let mut conversation = run.past.conversation(form, &run.ledger, &item, sent).await?;
    let (mut answer, _) = ask::judge(run, &item, end, &id, line, &mut conversation).await?;
    answer.place = Some(place);
    Ok(Some(answer))
}
