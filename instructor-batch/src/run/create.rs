//! From a source to a directory with a ledger; nothing is sent.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use instructor_core::{Client, Extract};

use super::dir::{Dir, sync_folder};
use super::ledger::{Ledger, Loader};
use super::past::Past;
use super::shard::Writer;
use super::stop::Stop;
use super::{Engine, Inner, Run, RunError, RunSettings, envelope, form, model_of, now};
use crate::judge::Judge;
use crate::provider;
use crate::source::Source;

pub(super) fn create<T: Extract + Send + Sync>(
    path: &Path,
    source: Source,
    settings: RunSettings,
) -> Result<Run<T>, RunError> {
    let dir = Dir::new(path);
    if !dir.is_free()? {
        return Err(RunError::Exists { dir: path.to_owned() });
    }
    let mut kept = settings.kept;
    let client = match settings.client {
        Some(client) => client,
        None => Client::from_env(&kept.model)?,
    };
    kept.model = model_of(&client);
    let (form, envelope) = (form::<T>(&client, &kept)?, envelope(&client, &kept)?);
    let draft = Draft::new(path)?;
    let building = Dir::new(&draft.0);
    building.make()?;
    let ledger = Ledger::create(&building)?;
    let id = new_id();
    let limit = match kept.engine {
        Engine::Batch => {
            let limits = provider::connect(&client)?.limits();
            limits.line_bytes.min(limits.bytes)
        }
        Engine::Online { .. } | Engine::File => u64::MAX,
    };
    let writer = Writer::new(&form, envelope, &id)?;
    let rows_path = building.rows();
    let file_error = || RunError::file(&rows_path);
    let mut file = BufWriter::new(File::create(&rows_path).map_err(file_error())?);
    let mut loader = Loader::new(&ledger);
    let (mut at, mut line, mut request) = (0_u64, Vec::new(), Vec::new());
    let mut request_bytes = 0_u64;
    for (n, row) in (0_u64..).zip(source) {
        let row = row?;
        request.clear();
        writer
            .first(n, &row.ask, &mut request)
            .map_err(|source| RunError::Row { row: n, source })?;
        let bytes = request.len() as u64;
        if bytes > limit {
            return Err(RunError::RowTooLarge { row: n, bytes, limit });
        }
        request_bytes += bytes;
        line.clear();
        row.write(&mut line);
        file.write_all(&line).map_err(file_error())?;
        loader.add(row.key, at, line.len() as u64)?;
        at += line.len() as u64;
    }
    if loader.finish()? == 0 {
        return Err(RunError::Empty);
    }
    let file = file.into_inner().map_err(|error| file_error()(error.into_error()))?;
    file.sync_all().map_err(file_error())?;
    let settings = serde_json::to_string(&kept)
        .map_err(|error| RunError::Settings(format!("the settings cannot be kept: {error}")))?;
    let rendered = form.rendered();
    for (name, value) in [
        ("id", id.as_str()),
        ("created", &now().to_string()),
        ("library", env!("CARGO_PKG_VERSION")),
        ("settings", &settings),
        ("tool", &rendered.name),
        ("schema", rendered.json.get()),
        ("request_bytes", &request_bytes.to_string()),
    ] {
        ledger.set_fact(name, Some(value))?;
    }
    // SQLite lets go of its files before they move.
    drop(ledger);
    draft.keep(path)?;
    let (ledger, past) = (Ledger::open(&dir)?, Past::new(&dir)?);
    let judge = Judge::new(envelope, form.clone());
    Ok(Run(Arc::new(Inner {
        dir,
        ledger,
        past,
        client,
        form,
        envelope,
        judge,
        kept,
        id,
        stop: Stop::default(),
    })))
}

/// A folder that is thrown away unless it is kept.
struct Draft(PathBuf);

impl Draft {
    /// Beside the folder that it is to become.
    fn new(path: &Path) -> Result<Self, RunError> {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".creating-{:08x}", fastrand::u32(..)));
        let draft = path.with_file_name(name);
        fs::create_dir_all(&draft).map_err(RunError::file(&draft))?;
        Ok(Self(draft))
    }

    fn keep(self, path: &Path) -> Result<(), RunError> {
        // An empty folder may be in the way.
        if path.is_dir() {
            fs::remove_dir(path).map_err(RunError::file(path))?;
        }
        fs::rename(&self.0, path).map_err(RunError::file(path))?;
        sync_folder(path).map_err(RunError::file(path))
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // After `keep`, it is not there any more.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Eight letters and digits, the first a letter.
fn new_id() -> String {
    let rest = std::iter::repeat_with(|| fastrand::char('a'..='z')).take(8);
    rest.collect()
}
