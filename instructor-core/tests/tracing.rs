//! The spans of the client: OpenTelemetry's names for generative AI, and no content unless asked.

mod support;

use std::fmt::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::json;
use support::{KEY, Person, Server, Step, called};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Writes every field down, one on a line.
#[derive(Clone, Default)]
struct Notes {
    text: Arc<Mutex<String>>,
    spans: Arc<AtomicU64>,
}

struct Line<'a>(&'a mut String);

impl Visit for Line<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let _ = writeln!(self.0, "{}={value:?}", field.name());
    }
}

impl Subscriber for Notes {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("instructor")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut text = self.text.lock().unwrap();
        let _ = writeln!(text, "span {}", span.metadata().name());
        span.record(&mut Line(&mut text));
        Id::from_u64(self.spans.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut Line(&mut self.text.lock().unwrap()));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut Line(&mut self.text.lock().unwrap()));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// What is noted of a wrong answer, a right one, and an error.
async fn notes(trace_content: bool) -> String {
    let wrong = called("Person", &json!({"name": "", "age": 1}));
    let right = called("Person", &json!({"name": "Ada", "age": 36}));
    let server = Server::start([wrong, right, Step::text(401, "")]).await;
    let client = server.client().0.trace_content(trace_content).build().unwrap();
    let notes = Notes::default();
    let guard = tracing::subscriber::set_default(notes.clone());
    client.extract::<Person>("Ada is 36.").temperature(0.5).await.unwrap();
    client.extract::<Person>("Ada is 36.").await.unwrap_err();
    drop(guard);
    let text = notes.text.lock().unwrap().clone();
    assert!(!text.contains(KEY));
    text
}

#[tokio::test]
async fn every_attempt_has_a_span_with_the_agreed_names() {
    let notes = notes(false).await;
    assert_eq!(notes.matches("span chat\n").count(), 3, "{notes}");
    for line in [
        "otel.name=\"chat gpt-test\"",
        "otel.kind=\"client\"",
        "gen_ai.operation.name=\"chat\"",
        "gen_ai.provider.name=\"openai\"",
        "gen_ai.request.model=\"gpt-test\"",
        "gen_ai.request.temperature=0.5",
        "gen_ai.response.model=\"gpt-test-2026\"",
        "gen_ai.response.id=\"chatcmpl-1\"",
        "gen_ai.response.finish_reasons=[\"tool_calls\"]",
        "gen_ai.usage.input_tokens=10",
        "gen_ai.usage.output_tokens=5",
        "error.type=\"authentication\"",
    ] {
        assert!(notes.lines().any(|found| found == line), "{line} is missing in:\n{notes}");
    }
    assert!(!notes.contains("Ada"), "no content unless asked:\n{notes}");
}

#[tokio::test]
async fn content_is_traced_if_asked() {
    let notes = notes(true).await;
    assert!(notes.contains("instructor.request.body={") && notes.contains("Ada is 36."), "{notes}");
    assert!(notes.contains("instructor.response.body={"), "{notes}");
}
