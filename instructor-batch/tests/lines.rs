//! Lines of four services: written, told apart, and read in any order and with whatever is beside.

use instructor_batch::line::{End, Envelope, SealError, path_of};

const OPENAI: &Envelope = Envelope::OPENAI;
const ANTHROPIC: &Envelope = Envelope::ANTHROPIC;
const GEMINI: &Envelope = Envelope::GEMINI;
const MISTRAL: &Envelope = Envelope::MISTRAL;

fn sealed(envelope: &Envelope, id: &str, path: &str, body: &str) -> Result<String, SealError> {
    let mut out = b"before\n".to_vec();
    envelope.seal(id, path, body.as_bytes(), &mut out)?;
    let text = String::from_utf8(out).unwrap();
    Ok(text.strip_prefix("before\n").unwrap().to_owned())
}

#[test]
fn a_body_is_sealed_in_fixed_order_on_one_line() {
    let chat = "/v1/chat/completions";
    let body = r#"{"model":"m","messages":[{"role":"user","content":"a \"}b\" model"}]}"#;
    let rest = r#"{"messages":[{"role":"user","content":"a \"}b\" model"}]}"#;
    for (envelope, path, expected) in [
        (
            OPENAI,
            chat,
            format!(r#"{{"custom_id":"a-1","method":"POST","url":"{chat}","body":{body}}}"#),
        ),
        (
            OPENAI,
            "/v1/responses",
            format!(r#"{{"custom_id":"a-1","method":"POST","url":"/v1/responses","body":{body}}}"#),
        ),
        (ANTHROPIC, "/v1/messages", format!(r#"{{"custom_id":"a-1","params":{body}}}"#)),
        (
            GEMINI,
            "/v1beta/models/m:generateContent",
            format!(r#"{{"key":"a-1","request":{body}}}"#),
        ),
        (MISTRAL, chat, format!(r#"{{"custom_id":"a-1","body":{rest}}}"#)),
    ] {
        assert_eq!(sealed(envelope, "a-1", path, body).unwrap(), expected.clone() + "\n");
        // However the body is laid out.
        let value: serde_json::Value = serde_json::from_str(body).unwrap();
        let pretty = serde_json::to_string_pretty(&value).unwrap().replace('\n', "\r\n");
        assert_eq!(sealed(envelope, "a-1", path, &pretty).unwrap(), expected + "\n");
    }
    assert_eq!(sealed(MISTRAL, "a", chat, "{}").unwrap(), "{\"custom_id\":\"a\",\"body\":{}}\n");
    assert_eq!(
        sealed(MISTRAL, "a", chat, r#"{"a":{"model":1},"model":"m"}"#).unwrap(),
        "{\"custom_id\":\"a\",\"body\":{\"a\":{\"model\":1}}}\n"
    );
}

#[test]
fn an_id_and_a_body_are_checked_before_anything_is_written() {
    let long = "x".repeat(64);
    for id in ["a", "A-b_9", &long] {
        assert!(sealed(OPENAI, id, "/v1/responses", "{}").is_ok(), "{id}");
    }
    for id in ["", "a b", "ä", "a.b", "a\n", "a\"", &(long + "x")] {
        assert_eq!(sealed(OPENAI, id, "/v1/responses", "{}"), Err(SealError::Id), "{id}");
    }
    for body in ["", "[]", "null", "{", "{}{}", "{\"a\":\"\n\"}"] {
        assert_eq!(sealed(OPENAI, "a", "/v1/responses", body), Err(SealError::Body), "{body}");
    }
}

/// What became of a line, in short.
fn opened(envelope: &Envelope, line: &str) -> String {
    let Some(opened) = envelope.open(line.as_bytes()) else { return "none".into() };
    let id = opened.id.as_deref().unwrap_or("-").to_owned();
    match opened.end {
        End::Response { status, body } => {
            format!("{id} {status} {}", String::from_utf8(body.into_owned()).unwrap())
        }
        End::Expired => format!("{id} expired"),
        End::Cancelled => format!("{id} cancelled"),
        End::Failed { code, message } => {
            format!("{id} failed {} {message}", code.as_deref().unwrap_or("-"))
        }
        _ => unreachable!(),
    }
}

fn check(envelope: &Envelope, cases: &[(&str, &str)]) {
    for (line, expected) in cases {
        assert_eq!(opened(envelope, line), *expected, "{line}");
        if *expected != "none" {
            let spaced = format!("\u{feff} {} \r\n", line.replace("\":", "\" : "));
            let told = opened(envelope, &spaced).replace("\" : ", "\":");
            assert_eq!(told, *expected, "{spaced}");
        }
    }
}

#[test]
fn results_of_openai_and_all_that_write_like_it() {
    let cases = [
        (
            r#"{"id":"batch_req_1","custom_id":"a","response":{"status_code":200,"request_id":"r","body":{"x":1}},"error":null}"#,
            r#"a 200 {"x":1}"#,
        ),
        // Any order, anything beside, a number as id, a status as text, and no status at all.
        (
            r#"{"error":null,"new":[{"custom_id":"no"}],"response":{"body":{"x":1},"status_code":"200"},"custom_id":7}"#,
            r#"7 200 {"x":1}"#,
        ),
        (r#"{"custom_id":"a","response":{"body":{"x":1}}}"#, r#"a 200 {"x":1}"#),
        (r#"{"custom_id":"a\u00e9","response":{"body":{}}}"#, "aé 200 {}"),
        (r#"{"custom_id":null,"response":{"body":{}}}"#, "- 200 {}"),
        (r#"{"response":{"body":{}},"error":{}}"#, "- 200 {}"),
        // Refused over HTTP.
        (
            r#"{"custom_id":"a","response":{"status_code":400,"body":{"error":{"message":"no"}}},"error":null}"#,
            r#"a 400 {"error":{"message":"no"}}"#,
        ),
        (r#"{"custom_id":"a","response":{"status_code":503,"body":null},"error":null}"#, "a 503 "),
        // vLLM: no body, and the error is a text, an object, or one within another.
        (
            r#"{"id":"vllm-1","custom_id":"a","response":{"status_code":400,"request_id":"r","body":null},"error":"too long"}"#,
            r#"a 400 {"error":"too long"}"#,
        ),
        (
            r#"{"custom_id":"a","response":{"status_code":400,"body":null},"error":{"object":"error","message":"no","code":400}}"#,
            r#"a 400 {"error":{"object":"error","message":"no","code":400}}"#,
        ),
        (
            r#"{"custom_id":"a","response":{"status_code":500,"body":null},"error":{"error":{"message":"no"}}}"#,
            r#"a 500 {"error":{"message":"no"}}"#,
        ),
        // It never came to a request.
        (
            r#"{"custom_id":"a","response":null,"error":{"code":"batch_expired","message":"late"}}"#,
            "a expired",
        ),
        (
            r#"{"custom_id":"a","response":null,"error":{"code":"batch_cancelled","message":"stop"}}"#,
            "a cancelled",
        ),
        (
            r#"{"custom_id":"a","response":null,"error":{"code":"odd","message":"no sk-abcdefgh123"}}"#,
            "a failed odd no sk-***",
        ),
        (r#"{"custom_id":"a","error":{"message":"no"}}"#, "a failed - no"),
        (r#"{"custom_id":"a","error":"no"}"#, "a failed - no"),
        // Together: the code may be a status.
        (
            r#"{"custom_id":"a","error":{"message":"slow","code":429}}"#,
            r#"a 429 {"error":{"message":"slow","code":429}}"#,
        ),
        (
            r#"{"custom_id":"a","response":{"status_code":0,"body":{"error":{"message":"lost"}}}}"#,
            "a failed - no response: lost",
        ),
        (
            r#"{"custom_id":"a","response":{"status_code":0,"body":null},"error":{"message":"lost"}}"#,
            "a failed - lost",
        ),
        // An error wins over a body that seems well.
        (
            r#"{"custom_id":"a","response":{"status_code":200,"body":{}},"error":{"message":"no"}}"#,
            "a failed - no",
        ),
        (
            r#"{"custom_id":"a","response":null,"error":null}"#,
            "a failed - the line holds neither a response nor an error",
        ),
        // No lines of a result file.
        (r#"{"custom_id":"a","method":"POST","url":"/v1","body":{}}"#, "none"),
        (r#"{"custom_id":"a","response":{"status_code":200,"body":{"x":1"#, "none"),
        (r#"{"custom_id":"a","response":{"body":{}}}{"custom_id":"b"}"#, "none"),
        (r#"["custom_id"]"#, "none"),
        ("", "none"),
        ("<html>", "none"),
    ];
    check(OPENAI, &cases);
    check(MISTRAL, &cases);
}

#[test]
fn results_of_anthropic() {
    check(
        ANTHROPIC,
        &[
            (
                r#"{"custom_id":"a","result":{"type":"succeeded","message":{"content":[]}}}"#,
                r#"a 200 {"content":[]}"#,
            ),
            (
                r#"{"result":{"message":{"content":[]},"x":0,"type":"succeeded"},"custom_id":3}"#,
                r#"3 200 {"content":[]}"#,
            ),
            (
                r#"{"custom_id":"a","result":{"type":"errored","error":{"type":"error","error":{"type":"invalid_request_error","message":"no"}}}}"#,
                r#"a 400 {"type":"error","error":{"type":"invalid_request_error","message":"no"}}"#,
            ),
            (
                r#"{"custom_id":"a","result":{"type":"errored","error":{"type":"overloaded_error","message":"no"}}}"#,
                r#"a 529 {"type":"error","error":{"type":"overloaded_error","message":"no"}}"#,
            ),
            (
                r#"{"custom_id":"a","result":{"type":"errored","error":{"type":"error","error":{"type":"new_error"}}}}"#,
                r#"a 500 {"type":"error","error":{"type":"new_error"}}"#,
            ),
            (
                r#"{"custom_id":"a","result":{"type":"errored","error":{"message":"odd"}}}"#,
                "a failed - odd",
            ),
            (
                r#"{"custom_id":"a","result":{"type":"errored"}}"#,
                "a failed - the line says that it failed, but holds no error",
            ),
            (r#"{"custom_id":"a","result":{"type":"expired"}}"#, "a expired"),
            (r#"{"custom_id":"a","result":{"type":"canceled"}}"#, "a cancelled"),
            (
                r#"{"custom_id":"a","result":{"type":"lost"}}"#,
                "a failed lost the line ended in a way that is not known",
            ),
            (r#"{"custom_id":"a","result":{}}"#, "none"),
            (r#"{"custom_id":"a","params":{}}"#, "none"),
        ],
    );
}

#[test]
fn results_of_gemini() {
    check(
        GEMINI,
        &[
            (r#"{"key":"a","response":{"candidates":[]}}"#, r#"a 200 {"candidates":[]}"#),
            (r#"{"response":{"x":1},"error":null,"key":12}"#, r#"12 200 {"x":1}"#),
            (r#"{"metadata":{"key":"a"},"response":{"x":1}}"#, r#"a 200 {"x":1}"#),
            (r#"{"request":{},"response":{"x":1},"status":""}"#, r#"- 200 {"x":1}"#),
            (
                r#"{"key":"a","error":{"code":400,"message":"no","status":"INVALID_ARGUMENT"}}"#,
                r#"a 400 {"error":{"code":400,"message":"no","status":"INVALID_ARGUMENT"}}"#,
            ),
            (
                r#"{"key":"a","status":{"code":8,"message":"slow"}}"#,
                r#"a 429 {"error":{"code":8,"message":"slow"}}"#,
            ),
            (
                r#"{"key":"a","error":{"code":"UNAVAILABLE","message":"later"}}"#,
                r#"a 503 {"error":{"code":"UNAVAILABLE","message":"later"}}"#,
            ),
            (r#"{"key":"a","error":{"code":1,"message":"stop"}}"#, "a cancelled"),
            (r#"{"key":"a","error":{"code":99,"message":"odd"}}"#, "a failed 99 odd"),
            (r#"{"key":"a","status":"no such model"}"#, "a failed - no such model"),
            (
                r#"{"key":"a","response":null}"#,
                "a failed - the line holds neither a response nor an error",
            ),
            (r#"{"key":"a","request":{}}"#, "none"),
        ],
    );
}

#[test]
fn what_was_sealed_is_asked() {
    let body = r#"{"model":"m","x":[1]}"#;
    for (envelope, path) in
        [(OPENAI, Some("/v1/chat/completions")), (ANTHROPIC, None), (GEMINI, None), (MISTRAL, None)]
    {
        let line = sealed(envelope, "a", "/v1/chat/completions", body).unwrap();
        let asked = envelope.asked(line.as_bytes()).unwrap();
        assert_eq!(asked.id.as_deref(), Some("a"));
        assert_eq!(asked.path.as_deref(), path);
        let expected = if envelope == MISTRAL { r#"{"x":[1]}"# } else { body };
        assert_eq!(asked.body, expected.as_bytes());
        assert_eq!(Envelope::of_requests(line.as_bytes()), Some(envelope));
        assert!(envelope.open(line.as_bytes()).is_none());
        assert!(envelope.asked(&line.as_bytes()[..line.len() - 2]).is_none());
    }
    let together = br#"{"body":{"model":"m"},"custom_id":5}"#;
    assert_eq!(Envelope::of_requests(together), Some(OPENAI));
    assert_eq!(OPENAI.asked(together).unwrap().id.as_deref(), Some("5"));
    for none in ["{}", "[]", "", r#"{"custom_id":"a","response":{}}"#] {
        assert_eq!(Envelope::of_requests(none.as_bytes()), None);
    }
}

#[test]
fn the_envelope_and_the_service_are_told_from_a_line() {
    for (line, expected) in [
        (r#"{"custom_id":"a","response":{"body":{"object":"chat.completion"}}}"#, "openai openai"),
        (
            r#"{"custom_id":"a","response":{"body":{"object":"response"}}}"#,
            "openai openai-responses",
        ),
        (r#"{"custom_id":"a","response":{"body":{"output":[]}}}"#, "openai openai-responses"),
        (r#"{"custom_id":"a","response":{"body":{"choices":[]}}}"#, "openai openai"),
        (r#"{"custom_id":"a","error":"no"}"#, "openai -"),
        (r#"{"custom_id":"a","result":{"type":"succeeded","message":{}}}"#, "anthropic anthropic"),
        (r#"{"custom_id":"a","result":{"type":"expired"}}"#, "anthropic -"),
        (r#"{"key":"a","response":{}}"#, "gemini google"),
        (r#"{"key":"a","status":{"code":3}}"#, "gemini -"),
        (r#"{"response":{"candidates":[]}}"#, "gemini google"),
        (r#"{"custom_id":"a"}"#, "none"),
        (r#"{"key":"a","request":{}}"#, "none"),
        ("garbage", "none"),
    ] {
        let told = match Envelope::of_results(line.as_bytes()) {
            None => "none".to_owned(),
            Some(envelope) => {
                let service = match envelope.open(line.as_bytes()).unwrap().end {
                    End::Response { status: 200, body } => envelope.service_of(&body),
                    _ => "-",
                };
                format!("{} {service}", envelope.name)
            }
        };
        assert_eq!(told, expected, "{line}");
    }
    for (line, service) in [
        (r#"{"custom_id":"a","url":"/v1/responses","body":{}}"#, "openai-responses"),
        (r#"{"custom_id":"a","url":"/v1/chat/completions","body":{}}"#, "openai"),
        (r#"{"custom_id":"a","body":{"model":"m","input":[]}}"#, "openai-responses"),
        (r#"{"custom_id":"a","body":{"messages":[]}}"#, "mistral"),
        (r#"{"custom_id":"a","params":{}}"#, "anthropic"),
        (r#"{"key":"a","request":{}}"#, "google"),
    ] {
        let envelope = Envelope::of_requests(line.as_bytes()).unwrap();
        let asked = envelope.asked(line.as_bytes()).unwrap();
        assert_eq!(envelope.service_asked(&asked), service, "{line}");
    }
}

#[test]
fn a_service_has_the_envelope_of_its_address() {
    for (service, url, expected) in [
        ("openai", "https://api.openai.com/v1/chat/completions", Some(OPENAI)),
        ("openai-responses", "https://api.openai.com/v1/responses", Some(OPENAI)),
        ("groq", "https://api.groq.com/openai/v1/chat/completions", Some(OPENAI)),
        ("mine", "http://gpu:8000/v1/chat/completions", Some(OPENAI)),
        ("mistral", "https://api.mistral.ai/v1/chat/completions", Some(MISTRAL)),
        ("anthropic", "https://api.anthropic.com/v1/messages", Some(ANTHROPIC)),
        ("google", "https://g.com/v1beta/models/m:generateContent", Some(GEMINI)),
        ("vertex", "https://v.com/v1/projects/p/models/m:generateContent", None),
        ("cohere", "https://api.cohere.com/v2/chat", None),
        ("bedrock", "https://b.com/model/m/converse", None),
    ] {
        assert_eq!(Envelope::of_service(service, &path_of(url)), expected, "{service}");
    }
    for envelope in Envelope::all() {
        assert_eq!(Envelope::find(envelope.name), Some(envelope));
    }
    assert_eq!(Envelope::find("cohere"), None);
}
