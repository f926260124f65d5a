//! The client that the options describe.

use instructor_core::{Client, ClientBuilder, Mode};

use super::args::Service;
use super::exit::Failure;

/// A client for `provider/model`; the key comes from the environment.
pub(super) fn client(model: &str, service: &Service) -> Result<Client, Failure> {
    let mut builder = Client::builder().model(model);
    if let Some(url) = &service.base_url {
        builder = builder.base_url(url);
    }
    Ok(builder.build()?)
}

/// A client with which nothing is sent: if the key or the address is missing, that does not matter.
pub(super) fn client_for(model: &str, service: &Service) -> Result<Client, Failure> {
    let found = client(model, service);
    if found.is_ok() {
        return found;
    }
    let blank = |builder: ClientBuilder| builder.model(model).api_key("none");
    let nowhere = service.base_url.as_deref().unwrap_or("http://localhost/v1");
    blank(Client::builder())
        .build()
        .or_else(|_| blank(Client::builder()).base_url(nowhere).build())
        .or(found)
}

/// The mode of this name.
pub(super) fn mode(name: &str) -> Result<Mode, String> {
    Mode::find(name).ok_or_else(|| {
        let known = "Tools, ToolsStrict, JsonSchema, Json, MarkdownJson, Parallel";
        format!("there is no such mode; known are {known}")
    })
}
