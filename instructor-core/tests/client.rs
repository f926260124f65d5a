//! The client against a real HTTP server: answers in every mode, and questions asked again.

mod support;

use std::sync::{Arc, Mutex};

use instructor_core::observe::{Done, Rejected, Request, Response, Retry};
use instructor_core::reply::Stop;
use instructor_core::schema::{Dialect, rendered};
use instructor_core::{Error, Extract, Message, Mode, Observer, Usage, request::Role};
use serde::Serialize;
use serde_json::{Value, json};
use support::{KEY, Person, Server, Step, called, choice, completion, said, tool_call};

const TEXT: &str = "Ada Lovelace died at 36.";

fn ada() -> Value {
    json!({"name": "Ada", "age": 36})
}

/// Asks a server with this script for a person, three attempts at most.
async fn ask(steps: impl IntoIterator<Item = Step>) -> (Result<Person, Error>, Server) {
    let server = Server::start(steps).await;
    let client = server.client().0.build().unwrap();
    (Person::extract(&client, TEXT).await, server)
}

#[tokio::test]
async fn every_mode_gives_the_value() {
    for (mode, answer) in [
        (Mode::Tools, called("Person", &ada())),
        (Mode::ToolsStrict, called("Person", &ada())),
        (Mode::JsonSchema, said(&ada().to_string())),
        (Mode::Json, said(&ada().to_string())),
        (Mode::MarkdownJson, said(&ada().to_string())),
    ] {
        let server = Server::start([answer]).await;
        let client = server.client().0.build().unwrap();
        let extracted = client.extract::<Person>(TEXT).mode(mode).send().await.unwrap();
        assert_eq!(extracted.value, Person::ada(), "{mode:?}");
        assert_eq!(extracted.usage(), Usage::new(10, 5));
        assert_eq!(extracted.model(), Some("gpt-test-2026"));
        assert_eq!(extracted.id(), Some("chatcmpl-1"));
        assert!(matches!(extracted.finish_reason(), Some(Stop::ToolCalls | Stop::End)));
        assert!(extracted.repairs().is_empty() && !extracted.attempts[0].from_text);
        assert!(extracted.reply().unwrap().raw.starts_with(b"{"));
        assert_eq!((extracted.attempts.len(), extracted.attempts.requests()), (1, 1));
        let received = server.received().remove(0);
        assert!(received.head.starts_with("POST /v1/chat/completions HTTP/1.1\r\n"));
        assert!(received.head.contains(&format!("authorization: Bearer {KEY}\r\n")));
        assert!(received.head.contains("content-type: application/json\r\n"));
    }
}

#[tokio::test]
async fn a_wrong_answer_is_asked_for_again_as_a_tool_result() {
    let wrong = json!({"name": "", "age": 900});
    let (person, server) = ask([called("Person", &wrong), called("Person", &ada())]).await;
    assert_eq!(person.unwrap(), Person::ada());
    let received = server.received();
    let [first, second] = received.as_slice() else { panic!("two requests") };
    let (question, again) = second.messages().split_at(first.messages().len());
    assert_eq!(question, first.messages(), "the question stays as it was");
    let [assistant, result] = again else { panic!("an answer and a result: {again:?}") };
    assert_eq!(assistant["role"], "assistant");
    assert_eq!(assistant["tool_calls"][0], tool_call("call_1", "Person", &wrong.to_string()));
    assert_eq!((&result["role"], &result["tool_call_id"]), (&json!("tool"), &json!("call_1")));
    let complaint = result["content"].as_str().unwrap();
    assert_eq!(
        complaint,
        "Call `Person` again without these errors:\n\
         - `name`: must not be empty\n- `age`: must be at most 150",
        "all errors at once"
    );
    for key in ["model", "tools", "tool_choice"] {
        assert_eq!(first.body[key], second.body[key]);
    }
}

#[tokio::test]
async fn a_wrong_text_is_asked_for_again_as_a_turn_of_the_user() {
    let wrong = json!({"name": "Ada", "age": 900}).to_string();
    let server = Server::start([said(&wrong), said(&ada().to_string())]).await;
    let client = server.client().0.mode(Mode::JsonSchema).build().unwrap();
    assert_eq!(client.extract::<Person>(TEXT).await.unwrap(), Person::ada());
    let received = server.received();
    let again = &received[1].messages()[received[0].messages().len()..];
    let complaint = "Answer again without these errors:\n- `age`: must be at most 150";
    assert_eq!(
        again,
        [
            json!({"role": "assistant", "content": wrong}),
            json!({"role": "user", "content": complaint})
        ]
    );
}

#[tokio::test]
async fn prose_and_foreign_tools_are_sent_back() {
    for (answer, role) in
        [(said("She was 36."), "user"), (called("search", &json!({"q": "Ada"})), "tool")]
    {
        let (person, server) = ask([answer, called("Person", &ada())]).await;
        assert_eq!(person.unwrap(), Person::ada());
        let last = server.received()[1].messages().last().unwrap().clone();
        assert_eq!(last["role"], role);
        let complaint = last["content"].as_str().unwrap();
        assert!(complaint.contains("must be given as a call of the tool `Person`"), "{complaint}");
    }
}

#[tokio::test]
async fn json_in_the_text_is_taken_although_a_tool_was_asked_for() {
    let server = Server::start([said(&ada().to_string())]).await;
    let client = server.client().0.build().unwrap();
    let extracted = client.extract::<Person>(TEXT).send().await.unwrap();
    assert_eq!(extracted.value, Person::ada());
    assert!(extracted.attempts[0].from_text);
}

#[tokio::test]
async fn the_right_one_of_several_calls_is_read() {
    let call = |id, name, arguments: Value| tool_call(id, name, &arguments.to_string());
    let calls = json!([
        call("a", "search", json!({})),
        call("b", "Person", json!({"name": "Ada", "age": 900})),
        call("c", "Person", ada()),
    ]);
    let message = json!({"role": "assistant", "tool_calls": calls});
    let (person, _) = ask([completion(&json!([choice(&message, "tool_calls")]))]).await;
    assert_eq!(person.unwrap(), Person::ada());

    let calls = json!([
        call("a", "search", json!({})),
        call("b", "Person", json!({"name": "Ada", "age": 900})),
    ]);
    let message = json!({"role": "assistant", "tool_calls": calls});
    let wrong = completion(&json!([choice(&message, "tool_calls")]));
    let (person, server) = ask([wrong, called("Person", &ada())]).await;
    assert_eq!(person.unwrap(), Person::ada());
    let received = server.received();
    let [_, _, ignored, complaint] = received[1].messages() else { panic!("four messages") };
    assert_eq!((&ignored["tool_call_id"], &complaint["tool_call_id"]), (&json!("a"), &json!("b")));
    assert_eq!(ignored["content"], "Ignored: one call of `Person` is enough.");
    assert!(complaint["content"].as_str().unwrap().contains("at most 150"));
}

#[tokio::test]
async fn the_first_valid_choice_wins() {
    let with = |arguments: &Value, stop| {
        let call = tool_call("x", "Person", &arguments.to_string());
        choice(&json!({"role": "assistant", "tool_calls": [call]}), stop)
    };
    let old = json!({"name": "Ada", "age": 900});
    let (person, server) = ask([completion(&json!([
        with(&ada(), "length"),
        with(&old, "stop"),
        with(&ada(), "stop"),
    ]))])
    .await;
    assert_eq!(person.unwrap(), Person::ada());
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn the_attempts_are_bounded_and_reported() {
    let wrong = || called("Person", &json!({"name": "", "age": 900}));
    let (person, server) = ask([wrong(), wrong(), wrong(), wrong()]).await;
    let error = person.unwrap_err();
    assert_eq!(server.received().len(), 3, "one question and two more");
    assert_eq!(error.usage(), Usage::new(30, 15));
    assert_eq!(error.attempts().len(), 3);
    for attempt in error.attempts() {
        assert_eq!(attempt.rejection.as_ref().unwrap().violations().len(), 2);
        assert_eq!(attempt.usage(), Some(Usage::new(10, 5)));
    }
    assert_eq!(
        error.to_string(),
        "the answer is wrong after 3 attempts: `name`: must not be empty; `age`: must be at most 150"
    );
    assert_eq!(error.rejection().unwrap().violations()[1].path, "age");
}

#[tokio::test]
async fn the_budget_stops_questions_but_not_answers() {
    let wrong = || called("Person", &json!({"name": "", "age": 1}));
    let run = |budget, steps: Vec<Step>| async move {
        let server = Server::start(steps).await;
        let client = server.client().0.build().unwrap();
        let asked = client.extract::<Person>(TEXT).max_reasks(9).token_budget(budget).await;
        (asked, server.received().len())
    };
    let (asked, requests) = run(30, vec![wrong(), wrong(), called("Person", &ada())]).await;
    assert_eq!(requests, 2);
    let Error::TokenBudgetExceeded { budget: 30, spent: 30, .. } = asked.unwrap_err() else {
        panic!("the budget is spent");
    };
    let (asked, _) = run(31, vec![wrong(), wrong(), called("Person", &ada())]).await;
    assert_eq!(asked.unwrap(), Person::ada(), "a valid answer wins over the budget");

    let uncounted =
        Step::status(200, &json!({"choices": [choice(&json!({"content": "{}"}), "stop")]}));
    let (asked, requests) = run(1, vec![uncounted]).await;
    assert_eq!((asked.unwrap_err().kind(), requests), ("token_budget_exceeded", 1));
}

#[tokio::test]
async fn the_conversation_can_be_kept_short() {
    for (short, lengths) in [(true, [1, 3, 3]), (false, [1, 3, 5])] {
        let wrong = |age: u16| called("Person", &json!({"name": "Ada", "age": age}));
        let server = Server::start([wrong(901), wrong(902), called("Person", &ada())]).await;
        let client = server.client().0.build().unwrap();
        let extraction = client.extract::<Person>(TEXT);
        let extraction = if short { extraction.keep_last_attempt_only() } else { extraction };
        extraction.await.unwrap();
        let received = server.received();
        let found: Vec<_> = received.iter().map(|request| request.messages().len()).collect();
        assert_eq!(found, lengths);
        assert!(received[2].body.to_string().contains("902"));
        assert_eq!(received[2].body.to_string().contains("901"), !short);
    }
}

#[tokio::test]
async fn everything_said_reaches_the_service_and_the_callers_messages_stay() {
    let wrong = called("Person", &json!({"name": "", "age": 1}));
    let server = Server::start([wrong, called("Person", &ada())]).await;
    let client = server.client().0.header("x-team", "research").build().unwrap();
    let messages =
        vec![Message::user("Who?"), Message::assistant("Ada."), Message::system("Go on.")];
    let before = messages.clone();
    client
        .extract::<Person>(TEXT)
        .system("Be exact.")
        .messages(messages.iter().cloned())
        .example("Bob is 4.", &Person { name: "Bob".into(), age: 4 })
        .temperature(0.5)
        .max_tokens(100)
        .seed(1)
        .extra(json!({"top_p": 0.9}))
        .extra(json!({"user": "u"}))
        .await
        .unwrap();
    assert_eq!(messages, before);
    assert_eq!(messages[1].role, Role::Assistant);
    let first = server.received().remove(0);
    assert!(first.head.contains("x-team: research\r\n"));
    let roles: Vec<_> = first.messages().iter().map(|m| m["role"].as_str().unwrap()).collect();
    assert_eq!(
        roles,
        ["system", "user", "assistant", "tool", "user", "assistant", "system", "user"]
    );
    let example = &first.messages()[2]["tool_calls"][0]["function"];
    assert_eq!(example, &json!({"name": "Person", "arguments": r#"{"name":"Bob","age":4}"#}));
    assert_eq!(first.messages()[7]["content"], TEXT);
    for (key, value) in [
        ("temperature", json!(0.5)),
        ("max_completion_tokens", json!(100)),
        ("seed", json!(1)),
        ("top_p", json!(0.9)),
        ("user", json!("u")),
    ] {
        assert_eq!(first.body[key], value, "{key}");
    }
}

#[tokio::test]
async fn roots_that_are_no_object_can_be_asked_for() {
    async fn check<T>(answer: Value, expected: T)
    where
        T: Extract + Serialize + Send + Sync + PartialEq + std::fmt::Debug,
    {
        let tool = rendered(T::SCHEMA, &Dialect::TOOL).unwrap();
        let arguments = if tool.wrapped { json!({"value": answer}) } else { answer };
        let server = Server::start([called(&tool.name, &arguments)]).await;
        let client = server.client().0.build().unwrap();
        let extraction = client.extract::<T>(TEXT).example("Like this.", &expected);
        assert_eq!(extraction.await.unwrap(), expected);
        let received = server.received();
        let example = &received[0].messages()[1]["tool_calls"][0]["function"];
        let shown: Value = serde_json::from_str(example["arguments"].as_str().unwrap()).unwrap();
        assert_eq!(shown, arguments, "an example looks like an answer");
    }
    check(json!([1, 2]), vec![1_u32, 2]).await;
    check(json!(36), 36_u32).await;
    check(json!("x"), "x".to_owned()).await;
    check(json!(null), None::<u32>).await;
    check(ada(), Some(Person::ada())).await;
    check(json!([ada()]), vec![Person::ada()]).await;
}

#[tokio::test]
async fn one_pool_serves_all_clones_at_once() {
    fn is_shared<T: Clone + Send + Sync + 'static>(_: &T) {}
    let server = Server::start(vec![called("Person", &ada()); 64]).await;
    let client = server.client().0.build().unwrap();
    is_shared(&client);
    let tasks: Vec<_> = (0..64)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { Person::extract(&client, TEXT).await })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap().unwrap(), Person::ada());
    }
    assert_eq!(server.received().len(), 64);
}

#[derive(Default)]
struct Log(Mutex<Vec<String>>);

impl Log {
    fn add(&self, line: String) {
        self.0.lock().unwrap().push(line);
    }
}

impl Observer for Log {
    fn request(&self, event: &Request<'_>) {
        let question = event.question;
        assert!(event.body.starts_with(b"{"));
        self.add(format!(
            "request {} {} {} {}",
            event.number, question.provider, question.model, question.tool
        ));
    }

    fn response(&self, event: &Response<'_>) {
        self.add(format!("response {} {}", event.number, event.attempt.usage().unwrap()));
    }

    fn rejection(&self, event: &Rejected<'_>) {
        self.add(format!("rejection {} {}", event.number, event.rejection));
    }

    fn retry(&self, event: &Retry<'_>) {
        self.add(format!("retry {} {} {}", event.number, event.retry, event.error));
    }

    fn done(&self, event: &Done<'_>) {
        let error = event.error.map_or("well", Error::kind);
        self.add(format!("done {} {error}", event.attempts.len()));
    }
}

#[tokio::test]
async fn an_observer_is_told_everything_in_order() {
    let wrong = called("Person", &json!({"name": "", "age": 1}));
    let busy = Step::status(500, &json!({"error": {"message": "busy"}}));
    let steps = [wrong, busy, called("Person", &ada()), Step::text(401, "")];
    let server = Server::start(steps).await;
    let log = Arc::new(Log::default());
    let client = server.client().0.observer(log.clone()).build().unwrap();
    client.extract::<Person>(TEXT).await.unwrap();
    client.extract::<Person>(TEXT).await.unwrap_err();
    assert_eq!(
        *log.0.lock().unwrap(),
        [
            "request 1 openai gpt-test Person",
            "response 1 10 tokens in, 5 out",
            "rejection 1 `name`: must not be empty",
            "request 2 openai gpt-test Person",
            "retry 2 1 busy",
            "response 2 10 tokens in, 5 out",
            "done 2 well",
            "request 1 openai gpt-test Person",
            "done 1 authentication",
        ]
    );
}
