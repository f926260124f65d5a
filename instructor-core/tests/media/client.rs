//! Attachments from a question to the service.

use std::sync::{Arc, Mutex};

use instructor_core::media::MediaKind::{Audio, Document, Image};
use instructor_core::media::Source;
use instructor_core::provider::{Content, Provider, ProviderError, Service, Takes, services};
use instructor_core::reply::{Choice, Reply};
use instructor_core::request::{Part, Request};
use instructor_core::schema::Dialect;
use instructor_core::transport::{HttpRequest, HttpResponse, Network, Recorder, Replay, Reqwest};
use instructor_core::{Client, ClientBuilder, Error, FetchPolicy, Media, Message, Mode};
use serde_json::json;

use crate::samples::PNG;
use crate::support::{KEY, Person, Server, called};
use crate::web::{Page, Web, ok, page};

/// A wire that takes what it is told to, writes down what it is shown, and answers each question
/// with Ada.
#[derive(Debug)]
struct Fake {
    content: Content,
    url: String,
    shown: Mutex<Vec<Media>>,
}

impl Provider for Fake {
    fn name(&self) -> &'static str {
        "fake"
    }

    fn modes(&self) -> &[Mode] {
        &[Mode::Json]
    }

    fn content(&self) -> Content {
        self.content
    }

    fn dialect(&self, _: Mode) -> &'static Dialect {
        &Dialect::TOOL
    }

    fn encode(&self, request: &Request) -> Result<HttpRequest, ProviderError> {
        let parts = request.messages.iter().flat_map(|message| &message.parts);
        let media = parts.filter_map(|part| match part {
            Part::Media(media) => Some(media.clone()),
            _ => None,
        });
        self.shown.lock().unwrap().extend(media);
        Ok(HttpRequest::json(self.url.clone(), "{}"))
    }

    fn decode(&self, response: &HttpResponse) -> Result<Reply, ProviderError> {
        let content = Some(r#"{"name": "Ada", "age": 36}"#.to_owned());
        let mut choice = Choice::default();
        choice.content = content;
        Ok(Reply::new(vec![choice], response.body.clone()))
    }
}

fn pages(path: &str) -> Page {
    match path {
        "/a" => ok("application/octet-stream", PNG),
        "/notes.txt" => ok("text/plain; charset=utf-8", "Ada Löwe".as_bytes()),
        "/latin.txt" => ok("text/plain", b"Ada L\xf6we"),
        "/data.xyz" => ok("application/x-xyz", b"\x01\x02"),
        "/login" => ok("text/html", b"<html>Please log in</html>"),
        "/a.pdf" => ok("application/pdf", b"%PDF-1.7"),
        "/nothing" => page("200 OK", b""),
        "/answer" => ok("application/json", b"{}"),
        _ => page("404 Not Found\r\ncontent-length: 0", b""),
    }
}

fn loopback() -> FetchPolicy {
    let mut policy = FetchPolicy::default();
    policy.allow_http = true;
    policy.allow_private = true;
    policy
}

fn fake(web: &Web, content: Content) -> (ClientBuilder, Arc<Fake>) {
    let fake = Arc::new(Fake { content, url: web.at("/answer"), shown: Mutex::default() });
    let provider = Arc::clone(&fake);
    (Client::builder().model("m").provider(provider).no_proxy().fetch(loopback()), fake)
}

const ALL: fn(Takes) -> Content = |takes| Content { images: takes, audio: takes, documents: takes };

async fn ask(client: &Client, media: Media) -> Result<Person, Error> {
    client.extract::<Person>("Who is it?").attach(media).await
}

#[tokio::test]
async fn what_a_service_takes_only_as_bytes_is_fetched_in_order() {
    let web = Web::start(pages).await;
    let (builder, fake) = fake(&web, ALL(Takes::Bytes));
    let before = Message::user("Look.").attach(Media::document_url(web.at("/notes.txt")));
    let mut question = builder.build().unwrap().extract::<Person>("Who?").messages([before]);
    for media in [
        Media::image_url(web.at("/a")),
        Media::text_document("here.txt", "here"),
        Media::document_url(web.at("/a.pdf")).named("paper.pdf"),
        Media::document_url(web.at("/data.xyz")).mime("application/x-xyz"),
        Media::document_url(web.at("/login")).mime("text/html"),
    ] {
        question = question.attach(media);
    }
    assert_eq!(question.await.unwrap(), Person::ada());

    let shown = fake.shown.lock().unwrap();
    let shown: Vec<_> = shown
        .iter()
        .map(|media| match &media.source {
            Source::Bytes(bytes) => {
                (media.kind, media.mime.as_str(), media.name.as_deref(), &bytes[..])
            }
            _ => panic!("an address reached the wire"),
        })
        .collect();
    assert_eq!(
        shown,
        [
            (Document, "text/plain", None, "Ada Löwe".as_bytes()),
            (Image, "image/png", None, PNG),
            (Document, "text/plain", Some("here.txt"), b"here"),
            (Document, "application/pdf", Some("paper.pdf"), b"%PDF-1.7"),
            (Document, "application/x-xyz", None, b"\x01\x02"),
            (Document, "text/html", None, b"<html>Please log in</html>"),
        ]
    );
}

#[tokio::test]
async fn what_was_fetched_stands_in_a_cassette_and_is_played() {
    let web = Web::start(pages).await;
    let path = std::env::temp_dir().join(format!("instructor-media-{}.jsonl", std::process::id()));
    let mut network = Network::default();
    network.proxy = false;
    let recorder = Recorder::new(Arc::new(Reqwest::new(&network).unwrap()), &path).unwrap();
    let media = || Media::image_url(web.at("/a?token=5ecret"));
    let (builder, _) = fake(&web, ALL(Takes::Bytes));
    ask(&builder.transport(Arc::new(recorder)).build().unwrap(), media()).await.unwrap();
    let cassette = std::fs::read_to_string(&path).unwrap();
    assert!(cassette.contains(r#""method":"GET""#) && !cassette.contains("5ecret"), "{cassette}");

    let replay = || Arc::new(Replay::open(&path).unwrap());
    let (builder, fake) = fake(&web, ALL(Takes::Bytes));
    let client = builder.transport(replay()).build().unwrap();
    assert_eq!(ask(&client, media()).await.unwrap(), Person::ada());
    assert_eq!(fake.shown.lock().unwrap()[0].source, Source::Bytes(PNG.into()));
    let error = ask(&client, media()).await.unwrap_err();
    assert!(error.to_string().contains("recorded once, and was asked before"), "{error}");
    std::fs::remove_file(path).unwrap();
}

#[tokio::test]
async fn what_cannot_be_fetched_is_named_and_nothing_is_sent() {
    let web = Web::start(pages).await;
    let (builder, fake) = fake(&web, ALL(Takes::Bytes));
    let client = builder.build().unwrap();
    let way_out = "; pass its bytes, such as with `Media::from_path`";
    for (media, expected) in [
        (Media::image_url(web.at("/gone?key=secret")), "image: answers with status 404"),
        (Media::image_url(web.at("/login")), "image: sends `text/html`, and no image"),
        (Media::image_url(web.at("/a.pdf")), "image: sends `application/pdf`, and no image"),
        (
            Media::image_url(web.at("/nothing")),
            "image: sends something of no known type, and no image",
        ),
        (Media::audio_url(web.at("/a")), "audio: sends `image/png`, and no audio"),
        (Media::document_url(web.at("/a")), "document: sends `image/png`, and no document"),
        (Media::document_url(web.at("/login")), "document: sends `text/html`, and no document"),
        (
            Media::document_url(web.at("/latin.txt")),
            "document: sends `text/plain`, and no document",
        ),
        (
            Media::document_url(web.at("/data.xyz")),
            "document: sends `application/x-xyz`, and no document",
        ),
    ] {
        let question = client.extract::<Person>("Who?").attach(Media::text_document("a", "b"));
        let error = question.attach(media).send().await.unwrap_err();
        let (kind, reason) = expected.split_once(": ").unwrap();
        let expected =
            format!("the {kind} (attachment 2) cannot be fetched: `127.0.0.1` {reason}{way_out}");
        assert_eq!(error.to_string(), expected);
        assert_eq!((error.kind(), error.attempts().len()), ("fetch", 0));
    }
    assert!(fake.shown.lock().unwrap().is_empty());
}

#[tokio::test]
async fn nothing_private_is_fetched_by_default() {
    let web = Web::start(pages).await;
    let (builder, fake) = fake(&web, ALL(Takes::Bytes));
    let client = builder.fetch(FetchPolicy::default()).build().unwrap();
    let mut url = web.at("/a");
    let error = ask(&client, Media::image_url(&url)).await.unwrap_err();
    assert!(error.to_string().contains("`http` is not fetched, only `https`"), "{error}");
    url.insert(4, 's');
    let error = ask(&client, Media::image_url(&url)).await.unwrap_err();
    assert!(error.to_string().contains("`127.0.0.1` has no public address"), "{error}");
    assert!(fake.shown.lock().unwrap().is_empty() && web.heads().is_empty());
}

#[tokio::test]
async fn what_a_service_does_not_take_is_refused_by_name() {
    let web = Web::start(pages).await;
    let images = Content { images: Takes::Bytes, ..Content::TEXT };
    let pdfs = Content { documents: Takes::Both, ..images };
    let url = Media::image_url("https://example.com/a.png");
    let here = Media::from_bytes(PNG).unwrap();
    let sound = Media::audio_url("data:broken");
    let file = Media::image_url("file:///etc/passwd");
    let words = Media::image_url("not a url");
    let untyped = Media::new(Image, "", PNG);
    let pdf = Media::image_url("data:application/pdf;base64,JVBERg==");
    for (content, media, expected) in [
        (Content::TEXT, &url, "`fake` takes no images; it takes text"),
        (Content::TEXT, &here, "`fake` takes no images; it takes text"),
        (images, &sound, "`fake` takes no audio; it takes text and images"),
        (pdfs, &sound, "`fake` takes no audio; it takes text, images and documents"),
        (
            ALL(Takes::Both),
            &file,
            "the address of the image (attachment 1) is no URL; a file is read with `Media::from_path`",
        ),
        (
            ALL(Takes::Both),
            &words,
            "the address of the image (attachment 1) is no URL; a file is read with `Media::from_path`",
        ),
        (
            ALL(Takes::Both),
            &untyped,
            "the type of the image (attachment 1) is not known; say it with `Media::mime`, such as `image/png`",
        ),
        (ALL(Takes::Both), &pdf, "attachment 1 is no image: it is of the type `application/pdf`"),
        (
            ALL(Takes::Urls),
            &here,
            "`fake` takes images only at an address: pass it with `Media::image_url`",
        ),
    ] {
        let (builder, fake) = fake(&web, content);
        let error = ask(&builder.build().unwrap(), media.clone()).await.unwrap_err();
        assert_eq!((error.kind(), error.to_string().as_str()), ("configuration", expected));
        assert!(fake.shown.lock().unwrap().is_empty());
    }
    assert!(web.heads().is_empty());
}

#[tokio::test]
async fn an_address_is_passed_on_where_the_service_takes_it() {
    let web = Web::start(pages).await;
    for takes in [Takes::Urls, Takes::Both] {
        let (builder, fake) = fake(&web, ALL(takes));
        let client = builder.fetch(FetchPolicy::default()).build().unwrap();
        let url = "gs://bucket/a.png";
        ask(&client, Media::image_url(url)).await.unwrap();
        assert_eq!(*fake.shown.lock().unwrap(), [Media::image_url(url)]);
    }
    assert!(web.heads().iter().all(|head| head.starts_with("POST /answer ")));
}

#[tokio::test]
async fn openai_is_given_the_address_of_a_picture() {
    let web = Web::start(pages).await;
    let server = Server::start([called("Person", &json!({"name": "Ada", "age": 36}))]).await;
    let client = Client::builder().model("openai/gpt-test").api_key(KEY).base_url(server.url());
    let client = client.no_proxy().fetch(loopback()).build().unwrap();
    assert_eq!(ask(&client, Media::image_url(web.at("/a"))).await.unwrap(), Person::ada());
    assert_eq!(server.received().len(), 1);
    assert!(web.heads().is_empty(), "nothing is fetched");
}

#[tokio::test]
async fn every_service_that_takes_a_kind_says_so_where_it_refuses_another() {
    for service in services() {
        // Some want to know more than a key, such as a region.
        let Ok(client) = client_of(service) else { continue };
        for (kind, media) in [
            (Image, Media::image_url("data:image/png;base64,!")),
            (Audio, Media::audio_url("data:audio/wav;base64,!")),
            (Document, Media::document_url("data:application/pdf;base64,!")),
        ] {
            let error = ask(&client, media).await.unwrap_err().to_string();
            let expected = if service.content.takes(kind) == Takes::Nothing {
                format!("`{}` takes no {kind}; it takes text", service.name)
            } else {
                format!("the `data:` URL of the {} (attachment 1) is malformed", kind.name())
            };
            assert!(error.starts_with(&expected), "{error}");
        }
    }
}

/// A client that is never asked over the network.
fn client_of(service: &'static Service) -> Result<Client, Error> {
    let builder = Client::builder().service(service.clone()).model("m").api_key(KEY);
    builder.base_url("http://127.0.0.1:1").no_proxy().build()
}
