//! What each kind of line becomes, in every envelope.

use instructor_batch::{BatchReader, Envelope};

use super::{read, told};

#[track_caller]
fn check(lines: &[(&str, &str)]) {
    for (line, expected) in lines {
        assert_eq!(read(line), [*expected], "{line}");
    }
    let file = lines.iter().map(|(line, _)| *line).collect::<Vec<_>>().join("\n");
    let all: Vec<_> = lines.iter().map(|(_, expected)| *expected).collect();
    assert_eq!(read(&file), all);
}

#[test]
fn chat_completions() {
    check(&[
        (
            r#"{"id":"batch_req_1","custom_id":"a","response":{"status_code":200,"request_id":"r","body":{"id":"c","object":"chat.completion","model":"m-1","choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"Person","arguments":"{\"name\":\"Ada\",\"age\":36}"}}],"refusal":null},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":9,"completion_tokens":5,"total_tokens":14}}},"error":null}"#,
            "a: Ada, 36; tool_calls (9 tokens in, 5 out)",
        ),
        (
            r#"{"custom_id":"a","response":{"status_code":200,"body":{"choices":[{"message":{"tool_calls":[{"id":"c","type":"function","function":{"name":"Person","arguments":"{\"name\":\"\",\"age\":200}"}}]},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":9,"completion_tokens":5}}},"error":null}"#,
            "a: rejected `name`: must have at least 1 character; `age`: must be at most 150 (9 tokens in, 5 out)",
        ),
        (
            r#"{"custom_id":"a","response":{"status_code":200,"body":{"choices":[{"message":{"content":null,"refusal":"I cannot."},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":5}}},"error":null}"#,
            "a: refused I cannot. (9 tokens in, 5 out)",
        ),
        (
            r#"{"custom_id":"a","response":{"status_code":200,"body":{"choices":[{"message":{"tool_calls":[{"id":"c","type":"function","function":{"name":"Person","arguments":"{\"name\":\"Ada\",\"age\":36}"}}]},"finish_reason":"length"}]}},"error":null}"#,
            "a: truncated",
        ),
        (
            r#"{"custom_id":"a","response":{"status_code":200,"body":{"choices":[{"message":{"content":null},"finish_reason":"content_filter"}]}},"error":null}"#,
            "a: filtered",
        ),
        (
            r#"{"custom_id":"a","response":{"status_code":400,"request_id":"r","body":{"error":{"message":"no","type":"invalid_request_error","param":null,"code":"invalid_value"}}},"error":null}"#,
            "a: provider 400 invalid_value",
        ),
        (
            r#"{"custom_id":"a","response":{"status_code":401,"body":{"error":{"message":"no","type":"invalid_request_error","code":"invalid_api_key"}}},"error":null}"#,
            "a: provider 401 invalid_api_key account",
        ),
        (
            r#"{"custom_id":"a","response":{"status_code":429,"body":{"error":{"message":"slow","code":"rate_limit_exceeded"}}},"error":null}"#,
            "a: provider 429 rate_limit_exceeded retryable",
        ),
        (
            r#"{"custom_id":"a","response":{"status_code":429,"body":{"error":{"message":"pay","type":"insufficient_quota"}}},"error":null}"#,
            "a: provider 429 insufficient_quota account",
        ),
        (
            r#"{"custom_id":"a","response":{"status_code":500,"body":{"error":{"message":"oops","code":null}}},"error":null}"#,
            "a: provider 500 - retryable",
        ),
        (
            r#"{"custom_id":"a","response":{"status_code":400,"body":null},"error":{"message":"too long","type":"BadRequestError","code":400}}"#,
            "a: provider 400 BadRequestError",
        ),
        (
            r#"{"custom_id":"a","response":null,"error":{"code":"batch_expired","message":"This request could not be executed before the completion window expired."}}"#,
            "a: expired",
        ),
        (
            r#"{"custom_id":"a","response":null,"error":{"code":"batch_cancelled","message":"x"}}"#,
            "a: cancelled",
        ),
        (r#"{"custom_id":"a","response":null,"error":null}"#, "a: provider 0 - retryable"),
        (
            r#"{"custom_id":"a","response":null,"error":{"code":"server_error","message":"x"}}"#,
            "a: provider 0 server_error retryable",
        ),
        (
            r#"{"custom_id":"a","response":{"status_code":200,"body":{"choices":[]}},"error":null}"#,
            "a: provider 200 -",
        ),
        (r#"{"response":{"status_code":200,"body":{}},"error":null}"#, ": unparsable"),
        (r#"{"custom_id":"a"}"#, ": unparsable"),
        (r#"{"custom_id":"a","response":{"status_code":200,"body":{"choi"#, ": unparsable"),
        (
            r#"{"custom_id":"a","response":{"status_code":200,"body":{"choices":[nul]}},"error":null}"#,
            "a: unparsable",
        ),
        ("null", ": unparsable"),
    ]);
}

#[test]
fn responses() {
    check(&[
        (
            r#"{"custom_id":"a","response":{"status_code":200,"body":{"object":"response","status":"completed","error":null,"incomplete_details":null,"model":"m","output":[{"type":"reasoning","id":"rs","summary":[]},{"type":"function_call","id":"fc","call_id":"c","name":"Person","arguments":"{\"name\":\"Ada\",\"age\":36}"}],"usage":{"input_tokens":9,"output_tokens":5}}},"error":null}"#,
            "a: Ada, 36; tool_calls (9 tokens in, 5 out)",
        ),
        (
            r#"{"custom_id":"a","response":{"status_code":200,"body":{"object":"response","status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"{\"name\":\"Ada\",\"age\":36}"}]}]}},"error":null}"#,
            "a: Ada, 36; stop",
        ),
        (
            r#"{"custom_id":"a","response":{"status_code":200,"body":{"object":"response","status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"output":[{"type":"message","content":[{"type":"output_text","text":"{\"name\":\"Ada\",\"age\":36}"}]}],"usage":{"input_tokens":9,"output_tokens":5}}},"error":null}"#,
            "a: truncated (9 tokens in, 5 out)",
        ),
        (
            r#"{"custom_id":"a","response":{"status_code":200,"body":{"object":"response","status":"completed","output":[{"type":"message","content":[{"type":"refusal","refusal":"No."}]}]}},"error":null}"#,
            "a: refused No.",
        ),
    ]);
}

#[test]
fn anthropic() {
    check(&[
        (
            r#"{"custom_id":"a","result":{"type":"succeeded","message":{"id":"msg","type":"message","role":"assistant","model":"claude","content":[{"type":"tool_use","id":"t","name":"Person","input":{"name":"Ada","age":36}}],"stop_reason":"tool_use","usage":{"input_tokens":9,"output_tokens":5}}}}"#,
            "a: Ada, 36; tool_calls (9 tokens in, 5 out)",
        ),
        (
            r#"{"custom_id":"a","result":{"type":"succeeded","message":{"content":[{"type":"text","text":"{\"name\":\"Ada\",\"age\":36}"}],"stop_reason":"end_turn"}}}"#,
            "a: Ada, 36; stop",
        ),
        (
            r#"{"custom_id":"a","result":{"type":"succeeded","message":{"content":[{"type":"tool_use","id":"t","name":"Person","input":{"name":"Ada"}}],"stop_reason":"tool_use"}}}"#,
            "a: rejected `age`: is missing",
        ),
        (
            r#"{"custom_id":"a","result":{"type":"succeeded","message":{"content":[{"type":"tool_use","id":"t","name":"Person","input":{}}],"stop_reason":"max_tokens","usage":{"input_tokens":9,"output_tokens":5}}}}"#,
            "a: truncated (9 tokens in, 5 out)",
        ),
        (
            r#"{"custom_id":"a","result":{"type":"succeeded","message":{"content":[{"type":"text","text":"No."}],"stop_reason":"refusal"}}}"#,
            "a: refused No.",
        ),
        (
            r#"{"custom_id":"a","result":{"type":"errored","error":{"type":"error","error":{"type":"invalid_request_error","message":"max_tokens: required","details":null},"request_id":"r"}}}"#,
            "a: provider 400 invalid_request_error",
        ),
        (
            r#"{"custom_id":"a","result":{"type":"errored","error":{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Anthropic API."}}}}"#,
            "a: provider 400 invalid_request_error account",
        ),
        (
            r#"{"custom_id":"a","result":{"type":"errored","error":{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}}}"#,
            "a: provider 529 overloaded_error retryable",
        ),
        (
            r#"{"custom_id":"a","result":{"type":"errored","error":{"type":"error","error":{"type":"permission_error","message":"no"}}}}"#,
            "a: provider 403 permission_error account",
        ),
        (r#"{"custom_id":"a","result":{"type":"expired"}}"#, "a: expired"),
        (r#"{"custom_id":"a","result":{"type":"canceled"}}"#, "a: cancelled"),
        (r#"{"custom_id":"a","result":{"type":"paused"}}"#, "a: provider 0 paused retryable"),
        (r#"{"result":{"type":"expired"}}"#, ": unparsable"),
    ]);
}

#[test]
fn gemini() {
    check(&[
        (
            r#"{"key":"a","response":{"candidates":[{"content":{"parts":[{"functionCall":{"name":"Person","args":{"name":"Ada","age":36}}}],"role":"model"},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":5},"modelVersion":"gemini"}}"#,
            "a: Ada, 36; tool_calls (9 tokens in, 5 out)",
        ),
        (
            r#"{"key":"a","response":{"candidates":[{"content":{"parts":[{"text":"{\"name\":\"Ada\",\"age\":36}"}]},"finishReason":"STOP"}]}}"#,
            "a: Ada, 36; stop",
        ),
        (
            r#"{"key":"a","response":{"candidates":[{"content":{"parts":[{"text":"{\"name\":\"A"}]},"finishReason":"MAX_TOKENS"}]}}"#,
            "a: truncated",
        ),
        (
            r#"{"key":"a","response":{"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":9}}}"#,
            "a: filtered (9 tokens in, 0 out)",
        ),
        (
            r#"{"key":"a","error":{"code":8,"message":"exhausted","status":"RESOURCE_EXHAUSTED"}}"#,
            "a: provider 429 RESOURCE_EXHAUSTED retryable",
        ),
        (r#"{"key":"a","error":{"code":3,"message":"bad"}}"#, "a: provider 400 3"),
        (r#"{"response":{"candidates":[]}}"#, ": unparsable"),
    ]);
}

#[test]
fn mistral() {
    let line = r#"{"id":"1","custom_id":"a","response":{"status_code":200,"body":{"choices":[{"message":{"content":"","tool_calls":[{"id":"c","function":{"name":"Person","arguments":"{\"name\":\"Ada\",\"age\":36}"}}]},"finish_reason":"tool_calls"}]}},"error":null}"#;
    let told: Vec<_> = BatchReader::from_text(line)
        .envelope(Envelope::MISTRAL)
        .map(|result| told(&result))
        .collect();
    assert_eq!(told, ["a: Ada, 36; tool_calls"]);
    assert_eq!(read(line), told);
}
