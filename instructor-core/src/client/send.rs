//! One request with its retries, in a span.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tracing::field::{Empty, debug};
use tracing::{Instrument, Span};

use super::{Settings, Shared};
use crate::advice::Advice;
use crate::attempt::Attempt;
use crate::error::Failure;
use crate::observe::{self, Question};
use crate::rate::Limiter;
use crate::reply::{Reply, Stop};
use crate::request::Request;
use crate::transport::HttpRequest;

/// Sends the request, and sends it again as the policy says; the cost is written into `attempt`. In
/// a `hurry`, another key is at hand, and nobody waits for this one.
pub(super) async fn send(
    shared: &Shared,
    request: &Request,
    settings: &Settings,
    hurry: bool,
    number: usize,
    attempt: &mut Attempt,
) -> Result<Reply, Failure> {
    let span = span(shared, request, number);
    let result =
        exchange(shared, request, settings, hurry, number, attempt).instrument(span.clone()).await;
    if !span.is_disabled() {
        record(&span, &result);
    }
    result
}

async fn exchange(
    shared: &Shared,
    request: &Request,
    settings: &Settings,
    hurry: bool,
    number: usize,
    attempt: &mut Attempt,
) -> Result<Reply, Failure> {
    let mut http = shared.provider.encode(request)?;
    http.timeout = Some(settings.timeout());
    if let Some(signer) = &shared.signer {
        http.signer = Some(Arc::clone(signer));
    }
    attempt.request_bytes = http.body.len();
    let question = question(shared, request);
    if let Some(observer) = &shared.observer {
        observer.request(&observe::Request { question, number, body: &http.body });
    }
    if shared.trace_content {
        let body = String::from_utf8_lossy(&http.body);
        tracing::info!(instructor.request.body = %body, "request");
    }
    let estimate = u32::try_from(http.body.len() / 4).unwrap_or(u32::MAX);
    let mut elapsed = Duration::ZERO;
    loop {
        if let Some(limiter) = &settings.limiter {
            limiter.ready(estimate, &*shared.transport).await;
        }
        let started = Instant::now();
        let result = once(shared, http.clone()).await;
        attempt.latency = started.elapsed();
        elapsed += attempt.latency;
        if let Some(limiter) = &settings.limiter {
            account(limiter, estimate, &result);
        }
        let failure = match result {
            Ok(reply) => return Ok(reply),
            Err(failure) => failure,
        };
        if hurry && failure.kind() == "rate_limited" {
            return Err(failure);
        }
        let pause = shared.retry.next(attempt.retries, failure.advice(), elapsed);
        let held = hold(settings, &failure, pause, shared.retry.budget);
        let Some(pause) = pause else {
            return Err(failure);
        };
        attempt.retries += 1;
        tracing::debug!(retry = attempt.retries, ?pause, error = %failure, "sending again");
        if let Some(observer) = &shared.observer {
            let retry = attempt.retries;
            observer.retry(&observe::Retry { question, number, retry, pause, error: &failure });
        }
        if held < pause {
            shared.transport.sleep(pause).await;
        }
        elapsed = elapsed.saturating_add(pause);
    }
}

async fn once(shared: &Shared, http: HttpRequest) -> Result<Reply, Failure> {
    let response = shared.transport.send(http).await?;
    if shared.trace_content {
        let body = String::from_utf8_lossy(&response.body);
        tracing::info!(instructor.response.body = %body, "response");
    }
    Ok(shared.provider.decode(&response)?)
}

/// Tells the limiter what a request of so many estimated tokens really had.
fn account(limiter: &Limiter, estimate: u32, result: &Result<Reply, Failure>) {
    match result {
        Ok(Reply { usage: Some(usage), .. }) => limiter.settle(estimate, usage.total_tokens()),
        // A request that was turned away costs no tokens.
        Err(Failure::Provider(_)) => limiter.settle(estimate, 0),
        Ok(_) | Err(Failure::Transport(_)) => {}
    }
}

/// Has all questions wait after this failure, and says how long: as the service asks, or, where it
/// only says that there were too many, for the `pause` before the retry. Nobody waits for a limit
/// that is over only beyond the `budget` of a request.
fn hold(
    settings: &Settings,
    failure: &Failure,
    pause: Option<Duration>,
    budget: Duration,
) -> Duration {
    let Some(limiter) = &settings.limiter else { return Duration::ZERO };
    let held = match failure.advice() {
        Advice::After(asked) if asked <= budget => asked,
        Advice::Backoff if failure.kind() == "rate_limited" => pause.unwrap_or_default(),
        _ => return Duration::ZERO,
    };
    limiter.hold(held);
    held
}

/// How the question is named to observers.
pub(super) fn question<'a>(shared: &'a Shared, request: &'a Request) -> Question<'a> {
    Question::new(shared.provider.name(), &request.model, &request.rendered.name)
}

/// A span with the names of the OpenTelemetry conventions for generative AI.
fn span(shared: &Shared, request: &Request, number: usize) -> Span {
    let span = tracing::info_span!(
        "chat",
        otel.name = Empty,
        otel.kind = "client",
        gen_ai.operation.name = "chat",
        gen_ai.output.type = "json",
        gen_ai.provider.name = shared.provider.name(),
        gen_ai.request.model = request.model,
        gen_ai.request.temperature = request.options.temperature,
        gen_ai.request.max_tokens = request.options.max_tokens,
        gen_ai.request.seed = request.options.seed,
        gen_ai.response.id = Empty,
        gen_ai.response.model = Empty,
        gen_ai.response.finish_reasons = Empty,
        gen_ai.usage.input_tokens = Empty,
        gen_ai.usage.output_tokens = Empty,
        error.type = Empty,
        instructor.tool = request.rendered.name,
        instructor.attempt = number,
    );
    if !span.is_disabled() {
        span.record("otel.name", format!("chat {}", request.model));
    }
    span
}

fn record(span: &Span, result: &Result<Reply, Failure>) {
    match result {
        Ok(reply) => {
            let reasons: Vec<_> = reply.choices.iter().map(|choice| choice.stop.as_str()).collect();
            span.record("gen_ai.response.id", reply.id.as_deref());
            span.record("gen_ai.response.model", reply.model.as_deref());
            span.record("gen_ai.response.finish_reasons", debug(reasons));
            if let Some(usage) = reply.usage {
                span.record("gen_ai.usage.input_tokens", usage.input_tokens);
                span.record("gen_ai.usage.output_tokens", usage.output_tokens);
            }
            if let Stop::Length | Stop::ContentFilter = reply.stop() {
                span.record("error.type", reply.stop().as_str());
            }
        }
        Err(failure) => {
            span.record("error.type", failure.kind());
        }
    }
}
