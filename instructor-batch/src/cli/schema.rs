//! `instructor schema`: what services make of the schema.

use std::fmt::Write as _;
use std::sync::Arc;

use http::HeaderMap;
use instructor_core::Extract;
use instructor_core::provider::{Provider, Service, Setup, services};
use instructor_core::schema::rendered;
use serde::Serialize;

use super::args::SchemaVerb;
use super::exit::{Exit, Failure};
use super::say::Say;
use super::subject::Subject;

pub(super) fn run<T: Extract>(
    subject: Subject,
    verb: SchemaVerb,
    say: Say,
) -> Result<Exit, Failure> {
    match verb {
        SchemaVerb::Check { schema, provider, strict } => {
            subject.load(schema.as_deref())?;
            check::<T>(&provider, strict, say)
        }
        SchemaVerb::Show { schema, provider, mode } => {
            subject.load(schema.as_deref())?;
            let json = match provider {
                None => T::json_schema(),
                Some(name) => {
                    let provider = connect(find(&name)?)?;
                    let mode = mode.unwrap_or(provider.modes()[0]);
                    if !provider.modes().contains(&mode) {
                        let names: Vec<_> = provider.modes().iter().map(|m| m.name()).collect();
                        let has = names.join(", ");
                        let message =
                            format!("`{name}` does not have the mode `{mode}`: it has {has}");
                        return Err(Failure::configuration(message));
                    }
                    let rendered = rendered(T::SCHEMA, provider.dialect(mode))
                        .map_err(|e| Failure::configuration(e.to_string()))?;
                    serde_json::from_str(rendered.json.get())
                        .map_err(|e| Failure::configuration(e.to_string()))?
                }
            };
            say.result(&json, &format!("{json:#}"))?;
            Ok(Exit::Done)
        }
    }
}

/// What became of the check.
#[derive(Debug, Serialize)]
struct Report {
    fits: bool,
    services: Vec<ServiceReport>,
}

#[derive(Debug, Serialize)]
struct ServiceReport {
    service: &'static str,
    fits: bool,
    modes: Vec<ModeReport>,
}

#[derive(Debug, Serialize)]
struct ModeReport {
    mode: &'static str,
    dialect: &'static str,
    fits: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

fn check<T: Extract>(provider: &str, strict: bool, say: Say) -> Result<Exit, Failure> {
    let wanted: Vec<&Service> = match provider {
        "all" => services().collect(),
        name => vec![find(name)?],
    };
    let mut reports = Vec::new();
    for service in wanted {
        let provider = connect(service)?;
        let modes: Vec<_> =
            service.modes.iter().map(|mode| judge::<T>(&*provider, *mode)).collect();
        let fits = if strict { modes.iter().all(|m| m.fits) } else { modes.iter().any(|m| m.fits) };
        reports.push(ServiceReport { service: service.name, fits, modes });
    }
    let report = Report { fits: reports.iter().all(|report| report.fits), services: reports };
    say.result(&report, &text(&report))?;
    Ok(if report.fits { Exit::Done } else { Exit::Configuration })
}

fn judge<T: Extract>(provider: &dyn Provider, mode: instructor_core::Mode) -> ModeReport {
    let dialect = provider.dialect(mode);
    let problem = rendered(T::SCHEMA, dialect).err().map(|e| e.to_string());
    ModeReport { mode: mode.name(), dialect: dialect.name, fits: problem.is_none(), problem }
}

/// A line for each service, and one for each problem; one that many services have stands there once.
fn text(report: &Report) -> String {
    let mut text = String::new();
    let mut problems: Vec<&str> = Vec::new();
    for ServiceReport { service, fits, modes } in &report.services {
        let takes = |wanted: bool| {
            let names: Vec<_> = modes.iter().filter(|m| m.fits == wanted).map(|m| m.mode).collect();
            names.join(" ")
        };
        let (good, bad) = (takes(true), takes(false));
        let mark = if *fits { "ok" } else { "no" };
        let but = if bad.is_empty() { String::new() } else { format!("  (not {bad})") };
        let _ = writeln!(text, "{mark}  {service:<20} {good}{but}");
        for problem in modes.iter().filter_map(|mode| mode.problem.as_deref()) {
            if !problems.contains(&problem) {
                problems.push(problem);
            }
        }
    }
    for problem in problems {
        let _ = writeln!(text, "\n{problem}");
    }
    text.truncate(text.trim_end().len());
    text
}

fn find(name: &str) -> Result<&'static Service, Failure> {
    Service::find(&name.to_ascii_lowercase()).ok_or_else(|| {
        let names: Vec<_> = services().map(|service| service.name).collect();
        Failure::configuration(format!("unknown provider `{name}`: known are {}", names.join(", ")))
    })
}

/// The wire format of a service. Nothing is sent, so it needs neither a key nor an address: where
/// one must be said, any will do.
fn connect(service: &Service) -> Result<Arc<dyn Provider>, Failure> {
    let with = |variable: &dyn Fn(&str) -> Option<String>| {
        let setup = Setup {
            key: Some("none".into()),
            base_url: service.base_url.is_empty().then(|| "http://localhost/v1".to_owned()),
            headers: HeaderMap::new(),
            variable,
        };
        (service.connect)(service, setup)
    };
    with(&|_| None)
        .or_else(|_| with(&|_| Some("none".to_owned())))
        .map_err(|e| Failure::configuration(format!("`{}`: {e}", service.name)))
}
