//! Which items of an answer may be sent back, and in what form.

use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};

/// The service ran these tools itself and knows their items by their ids.
const HOSTED: &[&str] = &[
    "web_search_call",
    "file_search_call",
    "code_interpreter_call",
    "image_generation_call",
    "mcp_call",
    "mcp_list_tools",
];

/// The items of `output` that the service takes as input. If it has not stored them, it refuses ids
/// it does not know, and understands reasoning only where its encrypted content came along.
///
/// Whatever is dropped takes the reasoning before it along, because reasoning is refused without the
/// item that follows it. Calls of other tools than functions are dropped because nobody answered
/// them.
pub(super) fn sendable(output: &str, stored: bool) -> serde_json::Result<Vec<Box<RawValue>>> {
    let output: Vec<Box<RawValue>> = serde_json::from_str(output)?;
    let mut items = Vec::with_capacity(output.len());
    let mut reasoning = Vec::new();
    for item in output {
        let head: wire::Head = serde_json::from_str(item.get())?;
        let encrypted = head.encrypted_content.is_some_and(|content| !content.is_empty());
        match head.kind.as_deref().unwrap_or_default() {
            "reasoning" if stored || encrypted => reasoning.push(item),
            "reasoning" => {}
            "message" | "function_call" => {
                items.append(&mut reasoning);
                items.push(if stored { item } else { without_id(&item)? });
            }
            kind if stored && HOSTED.contains(&kind) => {
                items.append(&mut reasoning);
                items.push(item);
            }
            _ => reasoning.clear(),
        }
    }
    Ok(items)
}

fn without_id(item: &RawValue) -> serde_json::Result<Box<RawValue>> {
    let mut item: Map<String, Value> = serde_json::from_str(item.get())?;
    item.shift_remove("id");
    to_raw_value(&item)
}

mod wire {
    use serde::Deserialize;

    #[derive(Deserialize)]
    pub(super) struct Head {
        #[serde(rename = "type")]
        pub(super) kind: Option<String>,
        pub(super) encrypted_content: Option<String>,
    }
}

#[cfg(test)]
mod tests {
    use super::sendable;

    #[test]
    fn only_what_the_service_takes_is_sent_back() {
        const SECRET: &str = r#"{"type":"reasoning","id":"r","encrypted_content":"x"}"#;
        const BARE: &str = r#"{"type":"reasoning","id":"r","encrypted_content":null}"#;
        const CALL: &str = r#"{"id":"f","type":"function_call","call_id":"c"}"#;
        const CALL_ALONE: &str = r#"{"type":"function_call","call_id":"c"}"#;
        const SEARCH: &str = r#"{"type":"web_search_call","id":"w"}"#;
        const CUSTOM: &str = r#"{"type":"custom_tool_call","id":"t"}"#;
        let cases: &[(bool, &[&str], &[&str])] = &[
            (true, &[BARE, CALL], &[BARE, CALL]),
            (true, &[BARE, SEARCH, SECRET, CALL], &[BARE, SEARCH, SECRET, CALL]),
            (true, &[CALL, BARE], &[CALL]),
            (true, &[BARE], &[]),
            (true, &[BARE, CUSTOM, CALL], &[CALL]),
            (false, &[BARE, CALL], &[CALL_ALONE]),
            (false, &[SECRET, SECRET, CALL], &[SECRET, SECRET, CALL_ALONE]),
            (false, &[SECRET, SEARCH, CALL], &[CALL_ALONE]),
            (false, &["{}", SECRET], &[]),
        ];
        for (stored, output, expected) in cases {
            let items = sendable(&format!("[{}]", output.join(",")), *stored).unwrap();
            let items: Vec<_> = items.iter().map(|item| item.get()).collect();
            assert_eq!(items, *expected, "{stored} {output:?}");
        }
        assert!(sendable("{}", true).is_err());
        assert!(sendable("[1]", true).is_err());
    }
}
