//! Solved examples in the form the answer should have.

use serde::Serialize;
use serde_json::Value;

use crate::align::{Target, lower_to};
use crate::extract::Extract;
use crate::path::Path;
use crate::request::{ExampleAnswer, Mode, Request};
use crate::validate::{Rejection, Report, Violation};

/// A value as JSON; an error is what is wrong with it as an example.
pub(super) fn written<T: Extract + Serialize>(value: &T) -> Result<String, String> {
    let mut report = Report::new();
    value.validate(Path::ROOT, &mut report);
    if let Err(rejection) = report.finish_sync() {
        return Err(format!("an example breaks its own rules: {rejection}"));
    }
    serde_json::to_string(value).map_err(|e| format!("an example cannot be written as JSON: {e}"))
}

/// The answers that stand for a value: one, or one for each tool call of a list of them.
pub(super) fn answers(json: &str, request: &Request) -> Result<Vec<ExampleAnswer>, Rejection> {
    let alternatives = request.alternatives();
    if alternatives.is_empty() {
        let json = lower_to(json, Target::new(request.rendered))?;
        return Ok(vec![ExampleAnswer { tool: &request.rendered.name, json }]);
    }
    let value: Value = serde_json::from_str(json)
        .map_err(|error| Violation::new(Path::ROOT, "syntax", error.to_string()))?;
    let values = match value {
        Value::Array(values) if request.mode == Mode::Parallel => values,
        value => vec![value],
    };
    if values.is_empty() {
        let message = "must hold at least one call: an answer without any is none";
        return Err(Violation::new(Path::ROOT, "length", message).into());
    }
    let answer = |value: &Value| {
        let found = alternatives.iter().find_map(|each| Some((each, each.data(value)?)));
        let Some((alternative, data)) = found else {
            let message = "must be of a variant that the model is told of";
            return Err(Violation::new(Path::ROOT, "variant", message).into());
        };
        let json = lower_to(&data.to_string(), Target::new(&alternative.tool))?;
        Ok(ExampleAnswer { tool: &alternative.tool.name, json })
    };
    values.iter().map(answer).collect()
}
