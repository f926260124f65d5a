//! Where a model is asked.

use std::sync::Arc;

use crate::provider::ProviderError;
use crate::provider::endpoint::{Base, escaped, versioned};
use crate::provider::wired::Url;

/// What stands before the model in its address.
pub(super) struct Address {
    base: Base,
    /// Project and location, unless the base has them; empty where there are none.
    parent: String,
    /// Models stand below their publisher, and the base does not name it.
    publisher: bool,
}

impl Address {
    /// A service without projects.
    pub(super) fn new(base_url: &str) -> Result<Self, ProviderError> {
        let base = Base::new(&versioned(base_url, "v1beta"))?;
        Ok(Self { base, parent: String::new(), publisher: false })
    }

    /// Vertex AI at `own`, moved to the location, or at `given`.
    pub(super) fn vertex(
        own: &str,
        given: Option<&str>,
        project: Option<&str>,
        location: &str,
    ) -> Result<Self, ProviderError> {
        if !location.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') || location.is_empty()
        {
            let message = "the location must look like `global` or `europe-west4`: set \
                           GOOGLE_CLOUD_LOCATION";
            return Err(ProviderError::encode(message));
        }
        let host = match location {
            "global" => "aiplatform.googleapis.com".to_owned(),
            // The places of several regions have hosts of another form.
            "us" | "eu" => format!("aiplatform.{location}.rep.googleapis.com"),
            _ => format!("{location}-aiplatform.googleapis.com"),
        };
        let base = match given {
            Some(given) => Base::new(&versioned(given, "v1"))?,
            None => Base::new(&own.replacen("aiplatform.googleapis.com", &host, 1))?,
        };
        let publisher = !base.path().contains("/publishers/");
        if base.path().contains("/projects/") {
            return Ok(Self { base, parent: String::new(), publisher });
        }
        let project = project.filter(|project| !project.is_empty()).ok_or_else(|| {
            ProviderError::encode(
                "the project is missing: set GOOGLE_CLOUD_PROJECT (and GOOGLE_CLOUD_LOCATION, if \
                 it is not `global`), or a base URL with `/projects/…/locations/…`",
            )
        })?;
        let parent = format!("/projects/{}/locations/{location}", escaped(project, b"@"));
        Ok(Self { base, parent, publisher })
    }

    /// The address of each model.
    pub(super) fn url(self) -> Url {
        Url::Own(Arc::new(move |model| self.of(model)))
    }

    /// The address of a model: `gemini-2.5-flash`, `models/…`, `tunedModels/…`, and at Vertex AI
    /// also `endpoints/…` and `publishers/google/models/…`.
    fn of(&self, model: &str) -> Result<String, ProviderError> {
        let model = model.trim().trim_start_matches("publishers/google/");
        if ["publishers/", "claude-"].iter().any(|other| model.starts_with(other)) {
            return Err(ProviderError::encode(
                "only Google's own models are spoken with here; ask another service for the models \
                 of other publishers, such as `anthropic` or `bedrock` for Claude",
            ));
        }
        let (kind, id) = match model.split_once('/') {
            Some((kind @ ("models" | "tunedModels" | "endpoints"), id)) => (kind, id),
            _ => ("models", model),
        };
        if id.is_empty() {
            return Err(ProviderError::encode("the model's name is missing"));
        }
        let publisher = if self.publisher && kind == "models" { "/publishers/google" } else { "" };
        let id = escaped(id, b"@");
        Ok(self.base.join(&format!("{}{publisher}/{kind}/{id}:generateContent", self.parent)))
    }
}
