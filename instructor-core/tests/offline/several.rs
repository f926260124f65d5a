//! Several tools, and several calls in one answer.

use std::collections::HashSet;

use instructor_core::offline::{Answer, Offline};
use serde_json::{Value, json};

use crate::{object, reply, tools};

/// A request for one call of any of the tools or, if `several`, for as many as there are.
fn request(messages: &Value, several: bool) -> Value {
    let text = json!({"type": "string"});
    let time = json!({"type": "string", "format": "time"});
    let tool = |name: &str, does: &str, properties: Value| {
        let function = json!({"name": name, "description": format!("{does}\n\nA command."), "parameters": object(properties)});
        json!({"type": "function", "function": function})
    };
    json!({
        "messages": messages,
        "tools": [
            tool("send_message", "Sends a message to somebody.", json!({"recipient": text, "text": text})),
            tool("set_alarm", "Sets an alarm.", json!({"time": time})),
            tool("play", "Plays a song.", json!({"song": text})),
        ],
        "tool_choice": "required",
        "parallel_tool_calls": several,
    })
}

fn asked(text: &str) -> Value {
    json!([{"role": "user", "content": text}])
}

/// The names and arguments of the calls.
fn calls(reply: &Value) -> Vec<(String, Value)> {
    let choice = &reply["choices"][0];
    let calls = choice["message"]["tool_calls"].as_array().expect("calls");
    let ids: HashSet<_> = calls.iter().map(|call| call["id"].as_str().expect("an id")).collect();
    assert_eq!(ids.len(), calls.len(), "each call has an id of its own");
    let function = |call: &Value| {
        let arguments = call["function"]["arguments"].as_str().expect("arguments");
        let name = call["function"]["name"].as_str().expect("a name");
        (name.to_owned(), serde_json::from_str(arguments).expect("JSON"))
    };
    calls.iter().map(function).collect()
}

fn expected(calls: &Value) -> Vec<(String, Value)> {
    serde_json::from_value(calls.clone()).expect("pairs")
}

const LINES: &str = "- Play the song Help!\n- Set an alarm for 7:30\n- Play the song Yesterday";

#[tokio::test]
async fn the_tool_that_fits_the_text_is_called() {
    for (text, call) in [
        ("Play the song Bohemian Rhapsody", json!([["play", {"song": "Bohemian Rhapsody"}]])),
        ("Wake me up, set an alarm for 7:30", json!([["set_alarm", {"time": "07:30:00"}]])),
        (
            "Send a message to Bob: I am running late",
            json!([["send_message", {"recipient": "Bob", "text": "I am running late"}]]),
        ),
        (LINES, json!([["play", {"song": "Help"}]])),
        // One must be called, so the first is.
        ("", json!([["send_message", {"recipient": "", "text": ""}]])),
    ] {
        let reply = reply(&Offline::default(), &request(&asked(text), false)).await;
        let found = calls(&reply);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        if text != LINES {
            assert_eq!(found, expected(&call), "{text}");
        }
        assert_eq!(reply["choices"][0]["finish_reason"], "tool_calls");
    }
}

#[tokio::test]
async fn each_item_gets_a_call_of_its_own() {
    for (text, found) in [
        (
            LINES,
            json!([["play", {"song": "Help"}], ["set_alarm", {"time": "07:30:00"}], ["play", {"song": "Yesterday"}]]),
        ),
        (
            "Set an alarm for 6:15. Play the song Yesterday.",
            json!([["set_alarm", {"time": "06:15:00"}], ["play", {"song": "Yesterday"}]]),
        ),
        ("Set an alarm for 6:15.", json!([["set_alarm", {"time": "06:15:00"}]])),
    ] {
        let reply = reply(&Offline::default(), &request(&asked(text), true)).await;
        assert_eq!(calls(&reply), expected(&found), "{text}");
    }
}

#[tokio::test]
async fn one_tool_may_be_called_several_times() {
    let node =
        json!({"name": {"type": "string"}, "age": {"type": "integer"}, "boss?": {"$ref": "#"}});
    let mut body = tools(&object(node), &asked("Alice is 30 and Bob is 25."));
    body["tools"][0]["function"]["name"] = "Person".into();
    body["tool_choice"] = "required".into();
    body["parallel_tool_calls"] = true.into();
    let reply = reply(&Offline::default(), &body).await;
    let people =
        json!([["Person", {"name": "Alice", "age": 30}], ["Person", {"name": "Bob", "age": 25}]]);
    assert_eq!(calls(&reply), expected(&people));
}

#[tokio::test]
async fn references_and_maps_stay_those_of_their_tool() {
    let place = |format: &str| {
        let mut schema = object(json!({"when": {"$ref": "#/$defs/When"}}));
        schema["$defs"] = json!({"When": {"type": "string", "format": format}});
        schema
    };
    let tool = |name: &str, schema: Value| json!({"type": "function", "function": {"name": name, "parameters": schema}});
    let prices = json!({"type": "object", "additionalProperties": {"type": "number"}});
    let body = |text: &str| {
        json!({
            "messages": asked(text),
            "tools": [tool("Meet/on", place("date")), tool("CallAt", place("time")), tool("Prices", prices.clone())],
            "tool_choice": "required",
        })
    };
    for (text, found) in [
        ("We meet on 2024-05-01.", json!([["Meet/on", {"when": "2024-05-01"}]])),
        ("Please call at 10:30.", json!([["CallAt", {"when": "10:30:00"}]])),
        ("Prices\nTea: 2.20\nLatte: 3.80", json!([["Prices", {"Tea": 2.2, "Latte": 3.8}]])),
    ] {
        let reply = reply(&Offline::default(), &body(text)).await;
        assert_eq!(calls(&reply), expected(&found), "{text}");
    }
}

/// The turns after an answer with calls, each with its result.
fn again(text: &str, reply: &Value, results: &[&str]) -> Value {
    let message = &reply["choices"][0]["message"];
    let calls = message["tool_calls"].as_array().expect("calls");
    let results = calls.iter().zip(results).map(
        |(call, result)| json!({"role": "tool", "tool_call_id": call["id"], "content": result}),
    );
    let before = [json!({"role": "user", "content": text}), message.clone()];
    before.into_iter().chain(results).collect()
}

#[tokio::test]
async fn only_what_was_complained_about_is_said_again() {
    let first = reply(&Offline::default(), &request(&asked(LINES), true)).await;
    let wrong = "Call `play` again without these errors:\n- `[2].song`: must be by Queen";
    let messages = again(LINES, &first, &["Correct.", "Correct.", wrong]);
    let second = reply(&Offline::default(), &request(&messages, true)).await;
    let second = calls(&second);
    assert_eq!(second.len(), 1, "{second:?}");
    assert_ne!(second[0].1, json!({"song": "Yesterday"}));

    let text = "Set an alarm for 6:15 or for 7:30.";
    let first = reply(&Offline::default(), &request(&asked(text), false)).await;
    let early = calls(&first).remove(0);
    assert_eq!(early, ("set_alarm".to_owned(), json!({"time": "06:15:00"})));
    let messages = again(text, &first, &["Call again:\n- `time`: must not be before seven"]);
    let second = reply(&Offline::default(), &request(&messages, false)).await;
    let later = calls(&second).remove(0);
    assert_eq!(later.0, "set_alarm");
    assert_ne!(later.1, early.1);
}

#[tokio::test]
async fn examples_with_several_calls_are_no_answers() {
    let example = reply(&Offline::default(), &request(&asked(LINES), true)).await;
    let mut messages = again(LINES, &example, &["Correct."; 3]);
    let text = "Set an alarm for 7:30. Play the song Help!";
    messages.as_array_mut().expect("turns").push(json!({"role": "user", "content": text}));
    let reply = reply(&Offline::default(), &request(&messages, true)).await;
    assert_eq!(calls(&reply).len(), 2);
}

#[tokio::test]
async fn scripts_name_the_tools_or_the_arguments_do() {
    let offline = Offline::default().answers([
        Answer::call("play", json!({"song": "Help!"})),
        Answer::calls([
            ("set_alarm", json!({"time": "x"})),
            ("nonsense", json!(1)),
            ("set_alarm", json!({"time": "x"})),
        ]),
        Answer::json(json!({"time": "now"})),
        Answer::json(json!({"recipient": "Bob"})),
        Answer::json(json!(["?"])),
    ]);
    for found in [
        json!([["play", {"song": "Help!"}]]),
        json!([["set_alarm", {"time": "x"}], ["nonsense", 1], ["set_alarm", {"time": "x"}]]),
        json!([["set_alarm", {"time": "now"}]]),
        json!([["send_message", {"recipient": "Bob"}]]),
        json!([["send_message", ["?"]]]),
    ] {
        let reply = reply(&offline, &request(&asked(LINES), true)).await;
        assert_eq!(calls(&reply), expected(&found));
    }
    let schema = object(json!({"song": {"type": "string"}}));
    let format =
        json!({"type": "json_schema", "json_schema": {"name": "Answer", "schema": schema}});
    let body = json!({"messages": asked("?"), "response_format": format});
    let offline = Offline::default().answers([
        Answer::call("play", json!({"song": "Help!"})),
        Answer::calls([("play", json!(1)), ("play", json!(2))]),
    ]);
    for content in ["{\"song\":\"Help!\"}", "[1,2]"] {
        assert_eq!(reply(&offline, &body).await["choices"][0]["message"]["content"], content);
    }
}

#[tokio::test]
async fn several_calls_end_at_the_limit_of_tokens() {
    let mut body = request(&asked(LINES), true);
    body["max_tokens"] = 4.into();
    let reply = reply(&Offline::default(), &body).await;
    assert_eq!(reply["choices"][0]["finish_reason"], "length");
    assert_eq!(reply["usage"]["completion_tokens"], 4);
    let calls = reply["choices"][0]["message"]["tool_calls"].as_array().expect("calls");
    assert_eq!(calls.len(), 2);
}
