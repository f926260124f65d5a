//! The client that the options describe.

use instructor_core::{Client, Mode};

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

/// The mode of this name.
pub(super) fn mode(name: &str) -> Result<Mode, String> {
    Mode::find(name).ok_or_else(|| {
        let known = "Tools, ToolsStrict, JsonSchema, Json, MarkdownJson, Parallel";
        format!("there is no such mode; known are {known}")
    })
}
