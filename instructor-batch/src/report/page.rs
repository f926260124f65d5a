//! The page as a whole.

use std::fmt::Write as _;

use super::Facts;
use super::html::{Number, Text};
use super::rows::rows;
use crate::run::{Outcome, RunState};

const STYLE: &str = include_str!("style.css");
const FILTER: &str = include_str!("filter.js");

pub(super) fn page(facts: &Facts) -> String {
    let mut page = String::new();
    head(&mut page, facts);
    summary(&mut page, facts);
    outcomes(&mut page, facts);
    failures(&mut page, facts);
    rows(&mut page, facts);
    let _ = write!(page, "</main>\n<script>\n{FILTER}</script>\n</body>\n</html>\n");
    page
}

fn head(page: &mut String, facts: &Facts) {
    let name = Text(&facts.name);
    let (model, engine) = (Text(&facts.model), facts.engine);
    let (class, state) = match facts.state {
        RunState::Open => ("open", "not over"),
        RunState::Paused => ("bad", "paused"),
        RunState::Cancelled => ("bad", "cancelled"),
        RunState::Done => ("good", "done"),
    };
    let _ = write!(
        page,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n\
         <title>Run {name}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <header><h1>{name}</h1><p>{model} · {engine} engine · \
         <span class=\"tag {class}\">{state}</span></p></header>\n"
    );
    if let Some(problem) = &facts.problem {
        let _ = writeln!(page, "<p class=\"problem\">{}</p>", Text(problem));
    }
}

fn summary(page: &mut String, facts: &Facts) {
    let receipt = &facts.receipt;
    let usage = &receipt.usage;
    page.push_str("<dl class=\"tiles\">");
    let mut tile = |name: &str, value: String, note: String| {
        let _ = write!(page, "<div><dt>{name}</dt><dd>{value}<small>{note}</small></dd></div>");
    };
    let good = receipt.outcomes.succeeded;
    tile(
        "Rows",
        Number(receipt.rows).to_string(),
        format!("{} over", Number(receipt.outcomes.total())),
    );
    tile("Succeeded", percent(good, receipt.rows), format!("{} rows", Number(good)));
    let cached = match usage.cached_input_tokens {
        0 => String::new(),
        cached => format!(", {} cached", Number(cached)),
    };
    let parts =
        format!("{} in{cached}, {} out", Number(usage.input_tokens), Number(usage.output_tokens));
    tile("Tokens", Number(usage.total_tokens()).to_string(), parts);
    if let Some(cost) = receipt.cost {
        #[expect(clippy::cast_precision_loss, reason = "nobody pays for so many rows")]
        let each = cost / good.max(1) as f64;
        tile("Cost", format!("{cost:.4}"), format!("{each:.6} a success"));
    }
    let jobs = if receipt.jobs == 1 { "job" } else { "jobs" };
    let rounds = if receipt.rounds == 1 { "round" } else { "rounds" };
    let note = format!("{} {rounds}, {} {jobs}", receipt.rounds, receipt.jobs);
    tile("Time", time(receipt.seconds), note);
    if receipt.faults > 0 {
        tile("Odd lines", Number(receipt.faults).to_string(), "of no row, or twice".to_owned());
    }
    page.push_str("</dl>\n");
}

/// Hours, minutes and seconds.
fn time(seconds: u64) -> String {
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) => format!("{rest} s"),
        (0, _) => format!("{minutes} min {rest} s"),
        _ => format!("{hours} h {minutes} min"),
    }
}

/// With one digit; not 100 % unless it is all.
fn percent(part: u64, whole: u64) -> String {
    let tenths = u128::from(part) * 1000 / u128::from(whole.max(1));
    format!("{}.{} %", tenths / 10, tenths % 10)
}

fn outcomes(page: &mut String, facts: &Facts) {
    let receipt = &facts.receipt;
    let open = receipt.rows.saturating_sub(receipt.outcomes.total());
    let counts: Vec<_> = Outcome::ALL
        .iter()
        .map(|outcome| (outcome.name(), receipt.outcomes.of(*outcome)))
        .chain([("open", open)])
        .filter(|(_, rows)| *rows > 0)
        .collect();
    page.push_str("<section><h2>Outcomes</h2>\n<div class=\"bar\" aria-hidden=\"true\">");
    for (name, rows) in &counts {
        let _ = write!(page, "<i class=\"{name}\" style=\"flex-grow:{rows}\"></i>");
    }
    page.push_str("</div>\n<table><thead><tr><th>Outcome<th class=\"n\">Rows<th class=\"n\">Share");
    page.push_str("</thead><tbody>\n");
    for (name, rows) in &counts {
        let share = percent(*rows, receipt.rows);
        let rows = Number(*rows);
        let shown = if *name == "open" { "not over" } else { name };
        let _ = writeln!(
            page,
            "<tr><td><i class=\"dot {name}\"></i>{shown}<td class=\"n\">{rows}<td class=\"n\">{share}"
        );
    }
    page.push_str("</tbody></table></section>\n");
}

fn failures(page: &mut String, facts: &Facts) {
    if facts.kinds.is_empty() {
        return;
    }
    page.push_str(
        "<section><h2>Failures by kind</h2>\n<table><thead><tr><th>Kind<th class=\"n\">Rows",
    );
    page.push_str("</thead><tbody>\n");
    for (kind, rows) in &facts.kinds {
        let _ = writeln!(page, "<tr><td>{kind}<td class=\"n\">{}", Number(*rows));
    }
    page.push_str("</tbody></table></section>\n");
    if facts.places.is_empty() {
        return;
    }
    page.push_str(
        "<section><h2>What was wrong, by place and rule</h2>\n<table><thead><tr><th>Place",
    );
    page.push_str("<th>Rule<th>Such as<th class=\"n\">Times</thead><tbody>\n");
    for place in facts.places.iter().take(100) {
        let (path, message) = (Text(&place.path), Text(&place.message));
        let (rule, count) = (place.rule, Number(place.count));
        let _ = writeln!(
            page,
            "<tr><td><code>{path}</code><td>{rule}<td>{message}<td class=\"n\">{count}"
        );
    }
    page.push_str("</tbody></table></section>\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_people() {
        assert_eq!(percent(9_999, 10_000), "99.9 %");
        assert_eq!(percent(0, 0), "0.0 %");
        assert_eq!(time(59), "59 s");
        assert_eq!(time(3_600 * 5 + 61), "5 h 1 min");
    }
}
