//! Where the request goes, and with which key.

use http::HeaderMap;
use instructor_core::provider::{ProviderError, ProviderErrorKind as Kind, Service, Setup};
use instructor_core::request::Mode;

use crate::support::{KEY, Person};
use crate::{provider, request_for};

#[test]
fn the_key_is_sent_in_a_header_and_never_printed() {
    let provider = provider();
    let http = provider.encode(&request_for::<Person>("m", Mode::Tools)).unwrap();
    assert_eq!(http.headers["x-goog-api-key"], KEY);
    assert_eq!(
        http.url,
        "https://generativelanguage.googleapis.com/v1beta/models/m:generateContent"
    );
    for printed in [format!("{provider:?}"), format!("{http:?}"), format!("{:?}", http.headers)] {
        assert!(!printed.contains("5ecret"), "{printed}");
    }
}

/// The address of a model, at a base URL and in an environment.
fn address(
    service: &str,
    base_url: Option<&str>,
    environment: &[(&str, &str)],
    model: &str,
) -> Result<String, ProviderError> {
    let service = Service::find(service).unwrap();
    let variable = |name: &str| {
        environment.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
    };
    let setup = Setup {
        key: Some(KEY.into()),
        base_url: base_url.map(str::to_owned),
        headers: HeaderMap::new(),
        variable: &variable,
    };
    let provider = (service.connect)(service, setup)?;
    let http = provider.encode(&request_for::<Person>(model, Mode::Tools))?;
    if service.name == "vertex" {
        assert_eq!(http.headers["authorization"], format!("Bearer {KEY}"));
        assert!(!format!("{provider:?}").contains("5ecret"));
    } else {
        assert_eq!(http.headers["x-goog-api-key"], KEY);
    }
    Ok(http.url)
}

#[test]
fn every_form_of_address() {
    const P: &[(&str, &str)] = &[("GOOGLE_CLOUD_PROJECT", "p")];
    let in_place = |location| [("GOOGLE_CLOUD_PROJECT", "p"), ("GOOGLE_CLOUD_LOCATION", location)];
    let at = |base, model| address("google", base, &[], model).unwrap();
    for (base, model, expected) in [
        (None, "models/m", "https://generativelanguage.googleapis.com/v1beta/models/m"),
        (None, "tunedModels/m", "https://generativelanguage.googleapis.com/v1beta/tunedModels/m"),
        (Some("http://localhost:1"), "m", "http://localhost:1/v1beta/models/m"),
        (Some("http://localhost:1/v1/"), "m", "http://localhost:1/v1/models/m"),
        (
            None,
            "a/../b?c#d",
            "https://generativelanguage.googleapis.com/v1beta/models/a%2F..%2Fb%3Fc%23d",
        ),
    ] {
        assert_eq!(at(base, model), format!("{expected}:generateContent"));
    }
    let express = address("vertex-express", None, &[], "m").unwrap();
    let expected =
        "https://aiplatform.googleapis.com/v1/publishers/google/models/m:generateContent";
    assert_eq!(express, expected);

    let google = "projects/p/locations/global/publishers/google/models/m";
    for (base, environment, model, expected) in [
        (None, P, "m", format!("https://aiplatform.googleapis.com/v1/{google}")),
        (
            None,
            P,
            "publishers/google/models/m",
            format!("https://aiplatform.googleapis.com/v1/{google}"),
        ),
        (
            None,
            &in_place("europe-west4"),
            "m@001",
            "https://europe-west4-aiplatform.googleapis.com/v1/projects/p/locations/europe-west4/publishers/google/models/m@001".into(),
        ),
        (
            None,
            &in_place("eu"),
            "endpoints/7",
            "https://aiplatform.eu.rep.googleapis.com/v1/projects/p/locations/eu/endpoints/7".into(),
        ),
        (Some("http://localhost:1/v1"), P, "m", format!("http://localhost:1/v1/{google}")),
        (
            Some("http://localhost:1/v1/projects/q/locations/l"),
            &[],
            "m",
            "http://localhost:1/v1/projects/q/locations/l/publishers/google/models/m".into(),
        ),
        (
            Some("http://localhost:1/v1/projects/q/locations/l/publishers/google/"),
            P,
            "m",
            "http://localhost:1/v1/projects/q/locations/l/publishers/google/models/m".into(),
        ),
    ] {
        let found = address("vertex", base, environment, model).unwrap();
        assert_eq!(found, format!("{expected}:generateContent"));
    }
}

#[test]
fn what_has_no_address_is_refused_with_the_way_out() {
    let bad = [("GOOGLE_CLOUD_PROJECT", "p"), ("GOOGLE_CLOUD_LOCATION", "evil.com/")];
    for (service, base, environment, model, told) in [
        ("vertex", None, &[][..], "m", "GOOGLE_CLOUD_PROJECT"),
        ("vertex", Some("http://localhost:1/v1"), &[], "m", "GOOGLE_CLOUD_PROJECT"),
        ("vertex", None, &bad[..1], "claude-sonnet-4-5@20250929", "Google's own models"),
        ("vertex", None, &bad[..1], "publishers/anthropic/models/c", "Google's own models"),
        ("vertex-express", None, &[], "publishers/meta/models/llama", "Google's own models"),
        ("vertex", None, &bad, "m", "GOOGLE_CLOUD_LOCATION"),
        ("google", Some("localhost"), &[], "m", "base URL"),
        ("google", None, &[], "models/", "name is missing"),
    ] {
        let error = address(service, base, environment, model).unwrap_err();
        assert_eq!(error.kind, Kind::Encode);
        assert!(error.message.contains(told), "{error}");
    }
}
