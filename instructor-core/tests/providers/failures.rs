//! What services do when they fail; and no key in any output.

use std::time::Duration;

use instructor_core::{Error, RetryPolicy};
use serde_json::json;

use super::support::{KEY, Person, Step};
use super::{Candidate, candidates};

/// Asks once for each step; pauses are written down.
async fn fails(candidate: &Candidate, steps: Vec<Step>) -> (Error, usize, Vec<Duration>) {
    let retries = u32::try_from(steps.len()).unwrap() - 1;
    let (builder, server) = candidate.client(steps).await;
    let (_, pauses) = server.client();
    let policy = RetryPolicy { max_retries: retries, ..RetryPolicy::default() };
    let client = builder.retry(policy).transport(pauses.clone()).build().unwrap();
    let error = client.extract::<Person>("Ada, 36").await.unwrap_err();
    for shown in [format!("{error} {error:?}"), format!("{client:?}")] {
        assert!(!shown.contains(KEY), "{}: {shown}", candidate.name());
    }
    (error, server.received().len(), pauses.made())
}

impl Candidate {
    /// An error of the service, in whose words the key stands.
    fn error(&self, status: u16) -> Step {
        Step::status(status, &self.wire.error(status, &format!("not with key {KEY}")))
    }
}

#[tokio::test]
async fn each_status_is_an_error_of_its_own() {
    for candidate in candidates() {
        for (status, kind) in [
            (400, "bad_request"),
            (401, "authentication"),
            (403, "permission_denied"),
            (404, "not_found"),
        ] {
            let (error, requests, _) = fails(&candidate, vec![candidate.error(status); 2]).await;
            assert_eq!((error.kind(), requests), (kind, 1), "{}: {error}", candidate.name());
            assert!(error.to_string().contains("not with key"), "{}: {error}", candidate.name());
        }
    }
}

#[tokio::test]
async fn a_rate_limit_is_waited_for() {
    for candidate in candidates() {
        let limited = candidate.error(429);
        let told = limited.clone().header("retry-after", "7");
        let (error, requests, pauses) =
            fails(&candidate, vec![told, limited.clone(), limited]).await;
        let name = candidate.name();
        assert_eq!((error.kind(), requests), ("rate_limited", 3), "{name}: {error}");
        assert_eq!((pauses.len(), pauses[0]), (2, Duration::from_secs(7)), "{name}");
    }
}

#[tokio::test]
async fn a_failing_service_is_asked_again() {
    for candidate in candidates() {
        for status in [500, 502, 503] {
            let (error, requests, _) = fails(&candidate, vec![candidate.error(status); 2]).await;
            let name = candidate.name();
            assert_eq!((error.kind(), requests), ("unavailable", 2), "{name}: {error}");
        }
    }
}

#[tokio::test]
async fn garbage_is_an_error_and_no_panic() {
    let html = "<html><body>Welcome to the proxy</body></html>";
    let deep = "[".repeat(200);
    let bodies = ["", "{}", "[]", "null", "1", html, "{\"choices\":[]}", "\u{0}", &deep];
    for candidate in candidates() {
        for body in bodies {
            let (error, requests, _) = fails(&candidate, vec![Step::text(200, body)]).await;
            let name = candidate.name();
            assert_eq!((error.kind(), requests), ("invalid_reply", 1), "{name} {body}: {error}");
            let (error, ..) = fails(&candidate, vec![Step::text(404, body)]).await;
            assert_eq!(error.kind(), "not_found", "{name} {body}: {error}");
        }
    }
}

#[tokio::test]
async fn a_reply_with_parts_of_a_wrong_type_is_an_error_and_no_panic() {
    for candidate in candidates() {
        let good =
            candidate.wire.reply(candidate.mode, &[("Person", json!({"name": "Ada", "age": 36}))]);
        // Every top-level part replaced in turn by something it is not.
        for key in good.as_object().unwrap().keys() {
            for wrong in [json!(7), json!("x"), json!([[]]), json!({"x": {}})] {
                let mut body = good.clone();
                body[key] = wrong;
                let (client, _) = candidate.built([Step::status(200, &body)]).await;
                // Some parts do not matter; none may bring the client down or show the key.
                if let Err(error) = client.extract::<Person>("Ada").max_reasks(0).await {
                    assert!(!format!("{error:?}").contains(KEY));
                }
            }
        }
    }
}
