//! The other engine: it takes the files of a run and writes what `vllm run-batch` would.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::PathBuf;

use instructor_batch::Run;
use serde_json::json;

use super::Ticket;

/// Of so many rows, one is refused.
const REFUSED: usize = 50;

/// How many of so many rows get a value.
pub(crate) fn good(rows: usize) -> usize {
    rows - rows.div_ceil(REFUSED)
}

/// Answers all files that wait; gives the files of results.
pub(crate) fn answer(run: &Run<Ticket>) -> Vec<PathBuf> {
    let mut row = 0;
    let shards = run.status().expect("the ledger").shards;
    let mut paths = Vec::new();
    for shard in shards {
        let asked = run.dir().join(format!("shards/{:05}.jsonl", shard.number));
        let path = run.dir().join("results").join(shard.job.expect("a name"));
        let mut file = BufWriter::with_capacity(1 << 20, File::create(&path).expect("a file"));
        for line in BufReader::with_capacity(1 << 20, File::open(asked).expect("a file")).lines() {
            let line = line.expect("a line");
            let id = line.strip_prefix(r#"{"custom_id":""#).and_then(|rest| rest.split('"').next());
            writeln!(file, "{}", of(row, id.expect("an id"))).expect("room");
            row += 1;
        }
        file.into_inner().expect("room").sync_all().expect("room");
        paths.push(path);
    }
    paths
}

fn of(row: usize, id: &str) -> String {
    let ticket = Ticket {
        subject: format!("Analytical Engine no. {row} stops after \"{}\" turns", row % 1000),
        sender: Some(format!("ada{row}@engines.example")),
        priority: u8::try_from(row % 5).unwrap_or(0) + 1,
        topics: vec!["mill".into(), "store".into(), format!("engine {row}")],
    };
    let arguments = serde_json::to_string(&ticket).expect("JSON");
    let calls = json!([{
        "id": format!("chatcmpl-tool-{row:032x}"), "type": "function",
        "function": {"name": "Ticket", "arguments": arguments},
    }]);
    let message = if row.is_multiple_of(REFUSED) {
        json!({"role": "assistant", "content": null, "refusal": "I would rather not."})
    } else {
        json!({"role": "assistant", "content": null, "tool_calls": calls})
    };
    json!({
        "id": format!("vllm-{row:032x}"), "custom_id": id,
        "response": {"status_code": 200, "request_id": format!("vllm-batch-{row:032x}"), "body": {
            "id": format!("chatcmpl-{row:032x}"), "object": "chat.completion",
            "created": 1_790_000_000, "model": "some/model",
            "choices": [{"index": 0, "finish_reason": "tool_calls", "message": message}],
            "usage": {"prompt_tokens": 310, "completion_tokens": 48, "total_tokens": 358},
        }},
        "error": null,
    })
    .to_string()
}
