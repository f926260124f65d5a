//! The exam that every provider passes in every mode, over real HTTP.

#[path = "../support/mod.rs"]
mod support;
mod wire;
mod wires;
mod answers;
mod failures;
mod requests;

use http::HeaderMap;
use instructor_core::media::{Media, MediaKind};
use instructor_core::provider::{ProviderErrorKind, Service, Setup, services};
use instructor_core::request::{Message, Request};
use instructor_core::schema::rendered;
use instructor_core::{Client, ClientBuilder, Extract, Mode};
use support::{KEY, Person, Server, Step};
use wire::Wire;

/// A service in one of its modes.
struct Candidate {
    service: &'static Service,
    mode: Mode,
    wire: Box<dyn Wire>,
}

impl Candidate {
    /// "anthropic in mode Tools".
    fn name(&self) -> String {
        format!("{} in mode {}", self.service.name, self.mode)
    }

    /// A server that sends these bodies, and a client that asks it; pauses are not made.
    async fn client(&self, steps: impl IntoIterator<Item = Step>) -> (ClientBuilder, Server) {
        let server = Server::start(steps).await;
        let base = self.wire.base_url(self.service.name, &server.url());
        let builder = server.client().0.model(format!("{}/model-1", self.service.name));
        (builder.base_url(base).mode(self.mode).api_key(KEY), server)
    }

    async fn built(&self, steps: impl IntoIterator<Item = Step>) -> (Client, Server) {
        let (builder, server) = self.client(steps).await;
        (builder.build().unwrap_or_else(|e| panic!("{}: {e}", self.name())), server)
    }
}

/// Every service in every mode that answers with one value.
fn candidates() -> impl Iterator<Item = Candidate> {
    let wire = |service: &Service| {
        let wire = wires::wires().into_iter().find(|wire| wire.speaks(service.name));
        wire.unwrap_or_else(|| panic!("nobody knows what `{}` speaks", service.name))
    };
    services().flat_map(move |service| {
        let modes = service.modes.iter().filter(|mode| **mode != Mode::Parallel);
        modes.map(move |mode| Candidate { service, mode: *mode, wire: wire(service) })
    })
}

/// Every service that can call several tools, in that mode.
fn parallel() -> impl Iterator<Item = Candidate> {
    let able = candidates().filter(|candidate| candidate.mode == candidate.service.modes[0]);
    able.filter(|candidate| candidate.service.modes.contains(&Mode::Parallel))
        .map(|candidate| Candidate { mode: Mode::Parallel, ..candidate })
}

#[test]
fn media_that_nobody_can_read_is_refused_with_the_way_out() {
    for service in ["openai", "openai-responses", "azure", "anthropic", "google", "bedrock"] {
        let setup = Setup {
            key: Some(KEY.into()),
            base_url: Some("http://localhost:1/v1".into()),
            headers: HeaderMap::new(),
            variable: &|_| None,
        };
        let row = Service::find(service).unwrap();
        let provider = (row.connect)(row, setup).unwrap();
        for (mime, way_out) in
            [("image/svg+xml", "PNG"), ("Image/SVG+XML; q=1", "PNG"), ("", "`Media::mime`")]
        {
            let dialect = provider.dialect(Mode::Tools);
            let mut request =
                Request::new("m", rendered(Person::SCHEMA, dialect).unwrap(), Mode::Tools);
            let media = Media::new(MediaKind::Image, mime, "x");
            request.messages.push(Message::user("Who?").attach(media));
            let error = provider.encode(&request).unwrap_err();
            assert_eq!(error.kind, ProviderErrorKind::Encode, "{service}");
            assert!(error.message.contains(way_out), "{service}: {error}");
        }
    }
}

#[test]
fn every_service_has_modes_and_no_mode_twice() {
    let mut names = Vec::new();
    for service in services() {
        assert!(!service.modes.is_empty(), "{}", service.name);
        assert_ne!(service.modes[0], Mode::Parallel, "{}: no default for one value", service.name);
        for (i, mode) in service.modes.iter().enumerate() {
            assert!(!service.modes[..i].contains(mode), "{} has {mode} twice", service.name);
        }
        assert!(!service.title.is_empty() && !service.base_url.ends_with('/'), "{}", service.name);
        names.push(service.name);
        names.extend(service.aliases);
    }
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "a name stands for two services");
}

#[tokio::test]
async fn a_mode_that_a_service_lacks_is_refused_with_those_it_has() {
    use instructor_core::Error;
    let all = [
        Mode::Tools,
        Mode::ToolsStrict,
        Mode::JsonSchema,
        Mode::Json,
        Mode::MarkdownJson,
        Mode::Parallel,
    ];
    for candidate in candidates().filter(|candidate| candidate.mode == candidate.service.modes[0]) {
        for mode in all {
            let (builder, _) = candidate.client([]).await;
            match builder.mode(mode).build() {
                Ok(_) => assert!(candidate.service.modes.contains(&mode)),
                Err(Error::UnsupportedMode { modes, .. }) => {
                    assert_eq!(modes, candidate.service.modes);
                    assert!(!modes.contains(&mode));
                }
                Err(error) => panic!("{}: {error}", candidate.name()),
            }
        }
    }
}
