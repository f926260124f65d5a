//! The rows that failed: what was asked, what came back, what is wrong.

use std::fmt::Write as _;

use serde_json::Value;

use super::html::{Number, Text, shortened};
use super::{Facts, Failed};
use crate::run::Outcome;

/// The most characters of a text that the page shows.
const MOST: usize = 4000;

pub(super) fn rows(page: &mut String, facts: &Facts) {
    let all = facts.receipt.outcomes.failed();
    if all == 0 {
        return;
    }
    let shown = facts.failed.len() as u64;
    let _ =
        write!(page, "<section><h2>Rows that failed</h2>\n<p class=\"quiet\">{}", Number(shown));
    let _ = if shown < all {
        write!(page, " of {}; <code>run results</code> gives all of them", Number(all))
    } else {
        write!(page, " in all")
    };
    page.push_str(".</p>\n<form id=\"filter\" hidden>");
    page.push_str(
        "<input type=\"search\" placeholder=\"Filter\" aria-label=\"Filter by any text\">",
    );
    page.push_str("<select aria-label=\"Outcome\"><option value=\"\">every outcome</option>");
    for outcome in &Outcome::ALL[1..] {
        if facts.receipt.outcomes.of(*outcome) > 0 {
            let _ = write!(page, "<option>{outcome}</option>");
        }
    }
    page.push_str("</select> <output></output></form>\n<div id=\"rows\">\n");
    for row in &facts.failed {
        card(page, row);
    }
    page.push_str("</div></section>\n");
}

fn card(page: &mut String, row: &Failed) {
    let (key, outcome, reason) = (Text(&row.key), row.outcome, Text(&row.reason));
    let sent = match row.rounds {
        0 => "never sent".to_owned(),
        1 => "sent once".to_owned(),
        2 => "sent twice".to_owned(),
        times => format!("sent {times} times"),
    };
    let _ = write!(
        page,
        "<details class=\"row\" data-outcome=\"{outcome}\"><summary><code>{key}</code>\
         <span class=\"tag {outcome}\">{outcome}</span><span class=\"why\">{reason}</span>\
         <small>{sent}</small></summary>\n<div class=\"sides\">"
    );
    side(page, "Asked", &row.asked);
    if row.raw.is_empty() {
        page.push_str("<div><h3>Answered</h3><p class=\"quiet\">Nothing came back.</p></div>");
    } else {
        side(page, "Answered", &unfolded(&row.raw));
    }
    page.push_str("<div><h3>Wrong</h3>");
    if row.violations.is_empty() {
        let _ = write!(page, "<p>{reason}</p>");
    } else {
        page.push_str("<ul>");
        for wrong in &row.violations {
            let (path, rule, message) = (Text(&wrong.path), wrong.rule, Text(&wrong.message));
            let _ = write!(page, "<li><code>{path}</code> {message} <small>{rule}</small>");
            if let Some(found) = &wrong.found {
                let _ =
                    write!(page, "<br><span class=\"quiet\">found <q>{}</q></span>", Text(found));
            }
            page.push_str("</li>");
        }
        page.push_str("</ul>");
    }
    if let Some(refusal) = &row.refusal {
        let _ = write!(page, "<blockquote dir=\"auto\">{}</blockquote>", Text(refusal));
    }
    page.push_str("</div></div></details>\n");
}

fn side(page: &mut String, name: &str, text: &str) {
    let (shown, more) = shortened(text, MOST);
    let _ = write!(page, "<div><h3>{name}</h3><pre dir=\"auto\">{}</pre>", Text(shown));
    if more > 0 {
        let _ = write!(page, "<p class=\"quiet\">and {} characters more</p>", Number(more as u64));
    }
    page.push_str("</div>");
}

/// A line of results over several lines, JSON that stands in its texts unfolded as well.
fn unfolded(raw: &str) -> String {
    match serde_json::from_str(raw) {
        Ok(value) => format!("{:#}", unfold(value)),
        Err(_) => raw.to_owned(),
    }
}

fn unfold(value: Value) -> Value {
    match value {
        Value::String(text) if text.trim_start().starts_with(['{', '[']) => {
            match serde_json::from_str(&text) {
                Ok(inner) => inner,
                Err(_) => Value::String(text),
            }
        }
        Value::Array(items) => items.into_iter().map(unfold).collect(),
        Value::Object(properties) => {
            properties.into_iter().map(|(key, value)| (key, unfold(value))).collect()
        }
        value => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_in_texts_is_unfolded() {
        let raw = r#"{"a":"{\"b\":1}","c":["{no json"],"d":"x"}"#;
        let expected = serde_json::json!({"a": {"b": 1}, "c": ["{no json"], "d": "x"});
        assert_eq!(unfolded(raw), format!("{expected:#}"));
        assert_eq!(unfolded("cut {"), "cut {");
    }
}
