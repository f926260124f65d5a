//! What the command line keeps in the directory of a run, so that only `create` needs it: the schema,
//! and where the service is.

use std::fs;
use std::io;
use std::path::Path;

use super::args::{RunArgs, Service};
use super::exit::Failure;
use super::say::Say;
use super::subject::Subject;
use crate::run::RunError;

/// The schema.
const SCHEMA: &str = "schema.json";
/// Where the service is, if not at its own address.
const BASE_URL: &str = "base-url";

/// Whether something stands in the directory.
pub(super) fn is_there(dir: &Path) -> bool {
    fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some())
}

/// Keeps what a run was created with.
pub(super) fn keep(run: &RunArgs, schema: Option<&str>, say: Say) -> Result<(), Failure> {
    if let Some(url) = &run.service.base_url {
        // A password or a token may stand there, and no secret is written into a run.
        if url.contains(['@', '?']) {
            say.hint(
                &"the base URL may hold a secret and is not kept: `run resume` needs it again",
            );
        } else {
            write(run, BASE_URL, url)?;
        }
    }
    schema.map_or(Ok(()), |schema| write(run, SCHEMA, schema))
}

fn write(run: &RunArgs, name: &str, text: &str) -> Result<(), Failure> {
    let to = run.dir.join(name);
    fs::write(&to, text).map_err(|e| Failure::configuration(format!("{}: {e}", to.display())))
}

/// Loads the schema that was given, or else that which the run was created with.
pub(super) fn load(subject: Subject, run: &RunArgs) -> Result<(), Failure> {
    let kept = run.dir.join(SCHEMA);
    match &run.schema {
        Some(schema) => subject.load(Some(schema)),
        None if subject == Subject::Type => Ok(None),
        None if !is_there(&run.dir) => Err(RunError::NotARun { dir: run.dir.clone() }.into()),
        None => subject.load(kept.exists().then_some(&kept)),
    }
    .map(drop)
}

/// Where the service is: as was given, or else as the run was created.
pub(super) fn service(run: &RunArgs) -> Result<Service, Failure> {
    if run.service.base_url.is_some() {
        return Ok(run.service.clone());
    }
    let path = run.dir.join(BASE_URL);
    match fs::read_to_string(&path) {
        Ok(url) => Ok(Service { base_url: Some(url.trim().to_owned()) }),
        Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(Service::default())
        }
        Err(e) => Err(Failure::configuration(format!("{}: {e}", path.display()))),
    }
}
