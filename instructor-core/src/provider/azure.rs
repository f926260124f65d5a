//! Azure `OpenAI`: chat completions at a resource of one's own.

use std::sync::Arc;

use secrecy::ExposeSecret;

use super::endpoint::{self, Base};
use super::wired::{Url, Wired};
use super::{
    Content, Provider, ProviderError, Quirks, ReasoningForm, Service, Setup, Takes, compatible,
    openai,
};

/// The variable that holds a token of Entra ID, which is sent in another header than a key.
const TOKEN: &str = "AZURE_OPENAI_AD_TOKEN";

/// One row: all resources speak alike.
pub(super) static SERVICES: &[Service] = &[Service {
    name: "azure",
    aliases: &["azure-openai"],
    title: "Azure OpenAI",
    base_url_variables: &["AZURE_OPENAI_ENDPOINT"],
    key_variables: &["AZURE_OPENAI_API_KEY", TOKEN],
    needs_key: true,
    content: Content { images: Takes::Both, audio: Takes::Bytes, documents: Takes::Nothing },
    quirks: Quirks {
        max_tokens: "max_completion_tokens",
        parallel_tool_calls: true,
        reasoning: ReasoningForm::OPENAI,
        ..Quirks::COMPATIBLE
    },
    connect,
    ..compatible::ANY
}];

fn connect(service: &Service, setup: Setup<'_>) -> Result<Arc<dyn Provider>, ProviderError> {
    let Setup { key, base_url, headers, variable } = setup;
    let Some(base_url) = base_url else {
        return Err(ProviderError::encode(
            "the address of the resource is missing: set AZURE_OPENAI_ENDPOINT or `base_url`",
        ));
    };
    let base = Base::new(&endpoint::completed(&base_url, "https", ""))?;
    let own = key.as_ref().map(|key| {
        let key = key.expose_secret().trim();
        // A token is a JSON Web Token, and a key never looks like one.
        if key.starts_with("eyJ") || variable(TOKEN).as_deref() == Some(key) {
            ("authorization", format!("Bearer {key}"))
        } else {
            ("api-key", key.to_owned())
        }
    });
    let own: Vec<_> = own.into_iter().collect();
    let headers = endpoint::headers(&headers, &own)?;
    let version = ["AZURE_OPENAI_API_VERSION", "OPENAI_API_VERSION"];
    let version = version.iter().find_map(|name| variable(name));
    let url = url(&base, version.as_deref(), service.quirks.path);
    Ok(Arc::new(Wired::new(&openai::WIRE, service, url, headers, key)))
}

/// Where completions are made: at the version-1 path, or, where a dated version is asked for, below
/// the deployment, which is the model.
fn url(base: &Base, version: Option<&str>, path: &str) -> Url {
    // Whole addresses are taken as they are.
    if ["/openai/v1", "/deployments/"].iter().any(|form| base.path().contains(form)) {
        let dated = base.path().contains("/deployments/") && base.query().is_empty();
        let version = version.filter(|_| dated);
        let version = version.map_or_else(String::new, |dated| format!("?api-version={dated}"));
        return Url::Same(base.join(path) + &version);
    }
    let resource = base.path().trim_end_matches("/openai");
    let mut pairs = base.query().trim_start_matches('?').split('&');
    let asked = pairs.find_map(|pair| pair.strip_prefix("api-version="));
    match asked.or(version) {
        Some(version) if version.starts_with(|c: char| c.is_ascii_digit()) => {
            let before = format!("{resource}/openai/deployments/");
            let after = match base.query() {
                query if asked.is_some() => format!("{path}{query}"),
                _ => format!("{path}?api-version={version}"),
            };
            let escaped = |model: &str| endpoint::escaped(model, b"");
            Url::Own(Arc::new(move |model| Ok(format!("{before}{}{after}", escaped(model)))))
        }
        // `preview` and `v1` name forms of the version-1 path.
        _ => Url::Same(format!("{resource}/openai/v1{path}{}", base.query())),
    }
}
