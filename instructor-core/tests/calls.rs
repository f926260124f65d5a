//! Unions as several tools, and several tool calls in one answer, against a real HTTP server.

mod support;

use instructor_core::request::Mode;
use instructor_core::{Client, Error, Extract, Parallel};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use support::{Server, Step, choice, completion, said, tool_call};

/// What to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Extract)]
enum Action {
    /// Looks something up.
    Search {
        #[extract(length(min = 3))]
        query: String,
    },
    /// Waits.
    Wait(#[extract(range(max = 60))] u32),
    Address(Address),
    Pair(i8, String),
    Stop,
}

/// Where somebody lives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Extract)]
struct Address {
    city: String,
    #[extract(range(max = 99999))]
    code: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Extract)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Internal {
    GoHome,
    Move { steps: u8 },
    Live(Address),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Extract)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    None,
    Number(#[extract(range(max = 9))] u8),
    Both { a: bool, b: Option<String> },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Extract)]
enum Expression {
    Number(i32),
    Sum { left: Box<Expression>, right: Box<Expression> },
}

/// An answer with these calls, named `call_0` and so on.
fn calls(calls: &[(&str, Value)]) -> Step {
    let calls: Vec<_> = calls
        .iter()
        .enumerate()
        .map(|(i, (name, arguments))| tool_call(&format!("call_{i}"), name, &arguments.to_string()))
        .collect();
    let message = json!({"role": "assistant", "content": null, "tool_calls": calls});
    completion(&json!([choice(&message, "tool_calls")]))
}

async fn ask<T: Extract + Send + Sync>(
    steps: impl IntoIterator<Item = Step>,
) -> (Result<T, Error>, Server) {
    let server = Server::start(steps).await;
    let client = server.client().0.build().unwrap();
    (client.extract::<T>("Do it.").await, server)
}

#[track_caller]
fn tool_names(body: &Value) -> Vec<&str> {
    let tools = body["tools"].as_array().unwrap();
    tools.iter().map(|tool| tool["function"]["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn each_variant_is_a_tool() {
    let (_, server) = ask::<Action>([calls(&[("Stop", json!({}))])]).await;
    let body = &server.received()[0].body;
    assert_eq!(tool_names(body), ["Search", "Wait", "Address", "Pair", "Stop"]);
    assert_eq!(body["tool_choice"], "required");
    assert_eq!(body["parallel_tool_calls"], false);
    let described: Vec<_> = body["tools"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tool| tool["function"]["description"].as_str().unwrap())
        .collect();
    assert_eq!(
        described,
        [
            "Looks something up.\n\nWhat to do.",
            "Waits.\n\nWhat to do.",
            "Where somebody lives.\n\nWhat to do.",
            "Pair. What to do.",
            "Stop. What to do.",
        ]
    );
    for tool in body["tools"].as_array().unwrap() {
        assert_eq!(tool["function"]["parameters"]["type"], "object");
    }
}

async fn the_tool_selects<T>(cases: impl IntoIterator<Item = (&'static str, Value, T)>)
where
    T: Extract + Send + Sync + PartialEq + std::fmt::Debug,
{
    for (tool, arguments, expected) in cases {
        let (found, server) = ask::<T>([calls(&[(tool, arguments.clone())])]).await;
        assert_eq!(found.unwrap_or_else(|e| panic!("{tool} {arguments}: {e}")), expected);
        assert_eq!(server.received().len(), 1);
    }
}

#[tokio::test]
async fn the_name_of_the_tool_selects_the_variant() {
    let home = Address { city: "Ulm".into(), code: 89073 };
    let address = json!({"city": "Ulm", "code": 89073});
    the_tool_selects([
        ("Search", json!({"query": "tea"}), Action::Search { query: "tea".into() }),
        ("Wait", json!({"value": 5}), Action::Wait(5)),
        ("Wait", json!({"value": "5"}), Action::Wait(5)),
        ("Address", address.clone(), Action::Address(home.clone())),
        ("Pair", json!({"value": [1, "x"]}), Action::Pair(1, "x".into())),
        ("Stop", json!({}), Action::Stop),
        // Names that models get a little wrong.
        ("functions.stop", json!({}), Action::Stop),
        // The whole enum as one tool.
        ("Action", json!({"value": {"Wait": 5}}), Action::Wait(5)),
    ])
    .await;
    the_tool_selects([
        ("go_home", json!({}), Internal::GoHome),
        ("move", json!({"steps": 3}), Internal::Move { steps: 3 }),
        ("move", json!({"kind": "move", "steps": 3}), Internal::Move { steps: 3 }),
        ("live", address, Internal::Live(home)),
    ])
    .await;
    the_tool_selects([
        ("None", json!({}), Adjacent::None),
        ("Number", json!({"value": 7}), Adjacent::Number(7)),
        ("Both", json!({"a": true}), Adjacent::Both { a: true, b: None }),
    ])
    .await;
    let number = |n| Box::new(Expression::Number(n));
    the_tool_selects([
        ("Number", json!({"value": 1}), Expression::Number(1)),
        (
            "Sum",
            json!({"left": {"Number": 1}, "right": {"Sum": {"left": {"Number": 2}, "right": {"Number": 3}}}}),
            Expression::Sum {
                left: number(1),
                right: Box::new(Expression::Sum { left: number(2), right: number(3) }),
            },
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_wrong_variant_is_asked_for_again_in_the_words_of_its_tool() {
    for (tool, wrong, complaint) in [
        ("Search", json!({"query": "x"}), "- `query`: must have at least 3 characters"),
        ("Wait", json!({"value": 61}), "must be at most 60, but is 61"),
        ("Address", json!({"city": "Ulm", "code": 100_000}), "- `code`: must be at most 99999"),
        ("Search", json!({"q": "tea"}), "- `query`: is missing"),
    ] {
        let (found, server) =
            ask::<Action>([calls(&[(tool, wrong)]), calls(&[("Stop", json!({}))])]).await;
        assert_eq!(found.unwrap(), Action::Stop, "another variant may be the answer");
        let received = server.received();
        let told = received[1].messages().last().unwrap()["content"].as_str().unwrap().to_owned();
        assert!(
            told.starts_with(&format!("Call `{tool}` again without these errors:\n")),
            "{told}"
        );
        assert!(told.contains(complaint), "{told}");
    }
}

#[tokio::test]
async fn enums_without_data_and_untagged_ones_are_one_tool() {
    #[derive(Debug, PartialEq, Deserialize, Extract)]
    enum Color {
        Red,
        Blue,
    }
    #[derive(Debug, PartialEq, Deserialize, Extract)]
    #[serde(untagged)]
    enum Either {
        Number(i32),
        Text(String),
    }
    let (color, server) = ask::<Color>([calls(&[("Color", json!({"value": "Blue"}))])]).await;
    assert_eq!(color.unwrap(), Color::Blue);
    assert_eq!(tool_names(&server.received()[0].body), ["Color"]);
    let (either, server) = ask::<Either>([calls(&[("Either", json!({"value": 4}))])]).await;
    assert_eq!(either.unwrap(), Either::Number(4));
    assert_eq!(tool_names(&server.received()[0].body), ["Either"]);
}

#[tokio::test]
async fn an_example_calls_the_tool_of_its_variant() {
    let server = Server::start([calls(&[("Stop", json!({}))])]).await;
    let client = server.client().0.build().unwrap();
    let question = client
        .extract::<Action>("Halt.")
        .example("Wait five.", &Action::Wait(5))
        .example("Enough!", &Action::Stop);
    assert_eq!(question.await.unwrap(), Action::Stop);
    let received = server.received();
    let called: Vec<_> =
        received[0].messages().iter().filter_map(|m| m.pointer("/tool_calls/0/function")).collect();
    assert_eq!(
        called,
        [
            &json!({"name": "Wait", "arguments": r#"{"value":5}"#}),
            &json!({"name": "Stop", "arguments": "{}"}),
        ]
    );
}

#[tokio::test]
async fn an_example_that_is_none_is_refused() {
    let client = Client::offline();
    let empty = client.extract::<Parallel<Action>>("x").example("Nothing.", &Parallel(Vec::new()));
    let wrong = client.extract::<Action>("x").example("Wait.", &Action::Wait(99));
    for (error, expected) in [
        (empty.await.unwrap_err(), "must hold at least one call"),
        (wrong.await.unwrap_err(), "an example breaks its own rules: `Wait`: must be at most 60"),
    ] {
        assert!(matches!(error, Error::Configuration(_)));
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[tokio::test]
async fn several_calls_come_in_their_order_with_their_ids() {
    let answer = calls(&[
        ("Wait", json!({"value": 5})),
        ("Search", json!({"query": "tea"})),
        ("Wait", json!({"value": 6})),
    ]);
    let (found, server) = ask::<Parallel<Action>>([answer]).await;
    let found = found.unwrap();
    assert_eq!(
        found.values().collect::<Vec<_>>(),
        [&Action::Wait(5), &Action::Search { query: "tea".into() }, &Action::Wait(6)]
    );
    assert_eq!(
        found.iter().map(|c| c.id.as_str()).collect::<Vec<_>>(),
        ["call_0", "call_1", "call_2"]
    );
    let body = &server.received()[0].body;
    assert_eq!(tool_names(body), ["Search", "Wait", "Address", "Pair", "Stop"]);
    assert_eq!(
        (&body["tool_choice"], &body["parallel_tool_calls"]),
        (&json!("required"), &json!(true))
    );
}

#[tokio::test]
async fn a_struct_is_one_tool_that_is_called_for_each_value() {
    let home = |city: &str| json!({"city": city, "code": 1});
    let answer = calls(&[("Address", home("Ulm")), ("Address", home("Bonn"))]);
    let (found, server) = ask::<Parallel<Address>>([answer]).await;
    let cities: Vec<_> = found.unwrap().into_values().map(|address| address.city).collect();
    assert_eq!(cities, ["Ulm", "Bonn"]);
    let body = &server.received()[0].body;
    assert_eq!(tool_names(body), ["Address"]);
    assert_eq!(body["tool_choice"], "required");
}

#[tokio::test]
async fn only_wrong_calls_are_asked_for_again() {
    let first = calls(&[
        ("Wait", json!({"value": 99})),
        ("Stop", json!({})),
        ("Search", json!({"query": "x"})),
        ("Fly", json!({})),
    ]);
    // Only one of the three is called again, and wrong again.
    let second = calls(&[("Wait", json!({"value": 98}))]);
    let third = calls(&[
        ("Wait", json!({"value": 9})),
        ("Search", json!({"query": "tea"})),
        ("Stop", json!({})),
    ]);
    let (found, server) = ask::<Parallel<Action>>([first, second, third]).await;
    assert_eq!(
        found.unwrap().into_values().collect::<Vec<_>>(),
        [Action::Wait(9), Action::Stop, Action::Search { query: "tea".into() }],
        "what was accepted counts once, and a tool that is none is no value"
    );
    let received = server.received();
    let results = |i: usize, count: usize| -> Vec<String> {
        let messages = received[i].messages();
        let last = &messages[messages.len() - count..];
        assert!(last.iter().all(|message| message["role"] == "tool"), "{last:?}");
        last.iter().map(|message| message["content"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(
        results(1, 4),
        [
            "Call `Wait` again without these errors:\n- `value`: must be at most 60, but is 99",
            "Accepted: do not call it again.",
            "Call `Search` again without these errors:\n- `query`: must have at least 3 characters, but is \"x\"",
            "There is no such tool. Call one of the tools `Search`, `Wait`, `Address`, `Pair`, `Stop`.",
        ]
    );
    let [told] = results(2, 1).try_into().unwrap();
    assert!(told.starts_with("Call `Wait` again"), "{told}");
    assert!(told.contains("\n\nCall `Search` again without"), "{told}");
}

#[tokio::test]
async fn a_fix_goes_to_the_call_that_it_is_for() {
    let search = |query: &str| ("Search", json!({"query": query}));
    let address = |city: &str, code: u32| ("Address", json!({"city": city, "code": code}));
    // Only the second is called again, then the first.
    let steps = [
        calls(&[search("t"), address("Ulm", 100_000), address("Bonn", 200_000)]),
        calls(&[address("Bonn", 53111)]),
        calls(&[address("Ulm", 89073), search("tea")]),
    ];
    let (found, server) = ask::<Parallel<Action>>(steps).await;
    let home = |city: &str, code| Action::Address(Address { city: city.into(), code });
    assert_eq!(
        found.unwrap().into_values().collect::<Vec<_>>(),
        [Action::Search { query: "tea".into() }, home("Ulm", 89073), home("Bonn", 53111)]
    );
    let received = server.received();
    let told = received[2].messages().last().unwrap()["content"].as_str().unwrap().to_owned();
    assert!(told.starts_with("Accepted: do not call it again.\n\nCall `Search` again"), "{told}");
    assert!(told.contains("100000") && !told.contains("200000"), "{told}");
}

#[tokio::test]
async fn what_was_accepted_counts_once_however_often_it_is_said() {
    let address = |city: &str, code: u32| ("Address", json!({"city": city, "code": code}));
    let steps = [
        calls(&[address("Ulm", 1), address("Ulm", 1), address("Bonn", 200_000)]),
        calls(&[address("Ulm", 1), address("Ulm", 1), address("Bonn", 2)]),
    ];
    let (found, _) = ask::<Parallel<Address>>(steps).await;
    let found = found.unwrap();
    let codes: Vec<_> = found.values().map(|address| address.code).collect();
    assert_eq!(codes, [1, 1, 2]);
    let mut ids: Vec<_> = found.iter().map(|call| call.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 3, "each call has an id of its own");
    // A mended call may become what another one said.
    let steps = [calls(&[address("Ulm", 1), address("Ulm", 200_000)]), calls(&[address("Ulm", 1)])];
    let (found, server) = ask::<Parallel<Address>>(steps).await;
    assert_eq!((found.unwrap().len(), server.received().len()), (2, 2));
}

#[tokio::test]
async fn tools_that_differ_only_in_case_are_told_apart() {
    #[derive(Debug, PartialEq, Deserialize, Extract)]
    enum Http {
        #[serde(rename = "get")]
        Lower { x: u8 },
        #[serde(rename = "GET")]
        Upper { y: u8 },
    }
    the_tool_selects([
        ("get", json!({"x": 1}), Http::Lower { x: 1 }),
        ("GET", json!({"y": 2}), Http::Upper { y: 2 }),
        ("http.get", json!({"x": 3}), Http::Lower { x: 3 }),
    ])
    .await;
}

#[tokio::test]
async fn what_is_wrong_with_a_wrapped_value_is_told_with_its_property() {
    for (wrong, complaint) in [
        (
            json!({"value": [{"city": "Ulm", "code": 100_000}]}),
            "- `value[0].code`: must be at most",
        ),
        (json!({"value": "Ulm"}), "- `value"),
    ] {
        let steps =
            [calls(&[("AddressList", wrong)]), calls(&[("AddressList", json!({"value": []}))])];
        let (found, server) = ask::<Vec<Address>>(steps).await;
        assert_eq!(found.unwrap(), []);
        let received = server.received();
        let told = received[1].messages().last().unwrap()["content"].as_str().unwrap().to_owned();
        assert!(told.contains(complaint), "{told}");
    }
}

#[tokio::test]
async fn what_stays_wrong_is_told_with_the_number_of_its_call() {
    let wrong =
        || calls(&[("Stop", json!({})), ("Address", json!({"city": "Ulm", "code": 100_000}))]);
    let again = || calls(&[("Address", json!({"city": "Ulm", "code": 100_001}))]);
    let (found, _) = ask::<Parallel<Action>>([wrong(), again(), again()]).await;
    let Err(Error::Rejected { rejection, attempts }) = found else { panic!("{found:?}") };
    assert_eq!(attempts.len(), 3);
    let [violation] = rejection.violations() else { panic!("{rejection}") };
    assert_eq!((violation.path.as_str(), violation.pointer.as_str()), ("[1].code", "/1/code"));
}

#[tokio::test]
async fn elsewhere_several_calls_are_a_list() {
    let listed = said(r#"{"value": [{"Wait": 5}, "Stop"]}"#);
    let server = Server::start([listed]).await;
    let client = server.client().0.mode(Mode::JsonSchema).build().unwrap();
    let found = client.extract::<Parallel<Action>>("Do it.").await.unwrap();
    assert_eq!(found.into_values().collect::<Vec<_>>(), [Action::Wait(5), Action::Stop]);
    assert!(server.received()[0].body["response_format"].is_object());
}

#[tokio::test]
async fn the_mode_for_several_calls_wants_the_type_for_them() {
    let client = Client::offline();
    let error = client.extract::<Address>("x").mode(Mode::Parallel).await.unwrap_err();
    assert!(matches!(&error, Error::Configuration(message) if message.contains("`Parallel<T>`")));
}

#[test]
fn a_parallel_is_a_list_for_serde() {
    let json = r#"[{"Wait":5},"Stop"]"#;
    let found = Parallel::<Action>::from_json(json).unwrap();
    assert_eq!(serde_json::to_string(&found).unwrap(), json);
    assert_eq!(found.len(), 2);
    let wrong = Parallel::<Action>::from_json(r#"["Stop",{"Wait":61}]"#).unwrap_err();
    assert_eq!(wrong.violations()[0].path, "[1].Wait");
}
