//! Clients of the server, whose pauses are written down instead of made.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use instructor_core::transport::{
    BoxFuture, FetchError, FetchPolicy, Fetched, Files, HttpRequest, HttpResponse, Network,
    Reqwest, Transport, TransportError,
};
use instructor_core::{Client, ClientBuilder};

use super::{Family, Server};

/// The key that the server wants.
pub const KEY: &str = "sk-test-5ecret5ecret5ecret";

/// A client of a server that may be in another process.
pub fn client(family: Family, url: &str) -> (ClientBuilder, Arc<Pauses>) {
    let pauses = pauses();
    let transport = Arc::clone(&pauses);
    let builder = Client::builder()
        .model(family.model())
        .api_key(KEY)
        .base_url(url)
        .max_tokens(256)
        .transport(transport);
    (builder, pauses)
}

impl Server {
    /// A client of it, and its pauses.
    pub fn client(&self) -> (ClientBuilder, Arc<Pauses>) {
        client(self.family(), &self.url())
    }
}

/// The network without pauses.
pub fn pauses() -> Arc<Pauses> {
    // One for each test: certificates are read once, and a pool belongs to one runtime.
    thread_local! {
        static NETWORK: Reqwest = {
            let mut network = Network::default();
            network.proxy = false;
            Reqwest::new(&network).unwrap()
        };
    }
    Arc::new(Pauses { network: NETWORK.with(Clone::clone), made: Mutex::default() })
}

/// The network, with pauses that are written down instead of made.
#[derive(Debug)]
pub struct Pauses {
    network: Reqwest,
    made: Mutex<Vec<Duration>>,
}

impl Pauses {
    pub fn made(&self) -> Vec<Duration> {
        self.made.lock().unwrap().clone()
    }
}

impl Transport for Pauses {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        self.network.send(request)
    }

    fn transfer<'a>(
        &'a self,
        request: HttpRequest,
        files: Files<'a>,
    ) -> BoxFuture<'a, Result<HttpResponse, TransportError>> {
        self.network.transfer(request, files)
    }

    fn fetch<'a>(
        &'a self,
        url: &'a str,
        policy: &'a FetchPolicy,
    ) -> BoxFuture<'a, Result<Fetched, FetchError>> {
        self.network.fetch(url, policy)
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        self.made.lock().unwrap().push(duration);
        // Others have their turn.
        Box::pin(tokio::time::sleep(duration.min(Duration::from_millis(1))))
    }
}

/// The files in a folder, by name, without those in folders below.
pub fn files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    let files = entries.filter(|entry| entry.file_type().unwrap().is_file());
    let mut names: Vec<_> =
        files.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
