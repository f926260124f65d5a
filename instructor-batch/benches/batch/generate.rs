//! A result file of OpenAI's batch API: about 1.6 kB a line, three in a hundred bad.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use super::{Address, Invoice, Line, Payment};

/// What is wrong with a line.
#[derive(Clone, Copy, PartialEq)]
enum Fault {
    Nothing,
    Refused,
    Truncated,
    Rejected,
    BadRequest,
    Expired,
    BadJson,
}

/// Six lines in two hundred are bad, each in its own way.
fn fault(number: usize) -> Fault {
    match number % 200 {
        7 => Fault::Refused,
        41 => Fault::Truncated,
        77 => Fault::Rejected,
        113 => Fault::BadRequest,
        151 => Fault::Expired,
        187 => Fault::BadJson,
        _ => Fault::Nothing,
    }
}

/// How many of so many lines hold a valid invoice.
pub(crate) fn good(lines: usize) -> usize {
    (0..lines).filter(|number| fault(*number) == Fault::Nothing).count()
}

/// Writes the file.
pub(crate) fn file(path: &Path, lines: usize) {
    let file = File::create(path).expect("a file");
    let mut file = BufWriter::with_capacity(1 << 20, file);
    for number in 0..lines {
        writeln!(file, "{}", line(number)).expect("room");
    }
    file.flush().expect("room");
}

fn invoice(number: usize) -> Invoice {
    const ITEMS: [&str; 8] = [
        "Steel bolt M8 \u{d7} 40, zinc plated",
        "Machine part no. 4711, hardened",
        "Bearing 6204-2RS",
        "Lubricant \"Long Life\", 5 l",
        "Assembly, per hour",
        "Gear wheel, module 2, 48 teeth",
        "Shipping",
        "Copper wire 2.5 mm\u{b2}, 100 m",
    ];
    let price =
        |n: usize| f64::from(u32::try_from((number * 31 + n * 977) % 100_000).unwrap_or(0)) / 100.0;
    let line = |n: usize| Line {
        item: ITEMS[(number + n) % ITEMS.len()].to_owned(),
        quantity: u32::try_from((number + n * 7) % 400).unwrap_or(0) + 1,
        price: price(n),
    };
    Invoice {
        number: format!("INV-2026-{number:07}"),
        seller: format!("Babbage & Sons No. {}", number % 1000),
        address: Address {
            street: format!("{} Analytical Lane", number % 250 + 1),
            city: "London".into(),
            country: "GB".into(),
        },
        contact: (!number.is_multiple_of(3))
            .then(|| format!("billing{}@babbage.example", number % 1000)),
        lines: (0..5 + number % 3).map(line).collect(),
        payment: match number % 3 {
            0 => Payment::Transfer,
            1 => Payment::Card,
            _ => Payment::Cash,
        },
        total: price(3) * 10.0,
    }
}

fn line(number: usize) -> String {
    let fault = fault(number);
    let id = format!("s0001-{number:08}-1f3a9c07");
    let head =
        format!(r#"{{"id": "batch_req_68f0c2d1a4b48190{number:016x}", "custom_id": "{id}", "#);
    let request = format!("{number:032x}");
    match fault {
        Fault::Expired => {
            return format!(
                r#"{head}"response": null, "error": {{"code": "batch_expired", "message": "This request could not be executed before the completion window expired."}}}}"#
            );
        }
        Fault::BadRequest => {
            return format!(
                r#"{head}"response": {{"status_code": 400, "request_id": "{request}", "body": {{"error": {{"message": "Invalid value: 'temperature'.", "type": "invalid_request_error", "param": "temperature", "code": "invalid_value"}}}}}}, "error": null}}"#
            );
        }
        _ => {}
    }
    let mut invoice = invoice(number);
    if fault == Fault::Rejected {
        invoice.lines[1].quantity = 0;
    }
    let mut arguments = serde_json::to_string(&invoice).expect("JSON");
    let mut finish = "tool_calls";
    if fault == Fault::Truncated {
        arguments.truncate(arguments.char_indices().nth(120).map_or(0, |(at, _)| at));
        finish = "length";
    }
    let arguments = serde_json::to_string(&arguments).expect("JSON");
    let message = if fault == Fault::Refused {
        finish = "stop";
        r#"{"role": "assistant", "content": null, "refusal": "I'm sorry, I can't help with that.", "annotations": []}"#.to_owned()
    } else {
        format!(
            r#"{{"role": "assistant", "content": null, "tool_calls": [{{"id": "call_{number:024x}", "type": "function", "function": {{"name": "Invoice", "arguments": {arguments}}}}}], "refusal": null, "annotations": []}}"#
        )
    };
    let (input, output) = (300 + number % 100, 150 + number % 40);
    let total = input + output;
    let mut line = format!(
        r#"{head}"response": {{"status_code": 200, "request_id": "{request}", "body": {{"id": "chatcmpl-{number:029x}", "object": "chat.completion", "created": 1760000000, "model": "gpt-4.1-mini-2025-04-14", "choices": [{{"index": 0, "message": {message}, "logprobs": null, "finish_reason": "{finish}"}}], "usage": {{"prompt_tokens": {input}, "completion_tokens": {output}, "total_tokens": {total}, "prompt_tokens_details": {{"cached_tokens": 0, "audio_tokens": 0}}, "completion_tokens_details": {{"reasoning_tokens": 0, "audio_tokens": 0, "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0}}}}, "service_tier": "default", "system_fingerprint": "fp_71b02749fa"}}}}, "error": null}}"#
    );
    if fault == Fault::BadJson {
        line.truncate(line.char_indices().nth(900).map_or(0, |(at, _)| at));
    }
    line
}
