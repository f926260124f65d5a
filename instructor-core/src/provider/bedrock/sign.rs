//! Signature version 4, for who has access keys and no bearer key.

use std::fmt;
use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use http::{HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};

use crate::transport::{HttpRequest, Sign, TransportError};

/// The name under which requests are signed.
const SERVICE: &str = "bedrock";

/// Signs with access keys.
pub(super) struct Signer {
    region: String,
    access_key: SecretString,
    secret_key: SecretString,
    session_token: Option<SecretString>,
}

impl Signer {
    /// The access keys of the environment.
    pub(super) fn of_environment(
        region: &str,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Option<Self> {
        Some(Self {
            region: region.to_owned(),
            access_key: variable("AWS_ACCESS_KEY_ID")?.into(),
            secret_key: variable("AWS_SECRET_ACCESS_KEY")?.into(),
            session_token: variable("AWS_SESSION_TOKEN").map(SecretString::from),
        })
    }
}

/// Only the region.
impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("region", &self.region).finish_non_exhaustive()
    }
}

impl Sign for Signer {
    fn sign(&self, request: &mut HttpRequest, now: SystemTime) -> Result<(), TransportError> {
        let token = self.session_token.as_ref().map(|token| token.expose_secret().to_owned());
        let (access, secret) = (self.access_key.expose_secret(), self.secret_key.expose_secret());
        let identity = Credentials::new(access, secret, token, None, "environment").into();
        let params = SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(SERVICE)
            .time(now)
            .settings(SigningSettings::default())
            .build()
            .map_err(|error| TransportError::Invalid(error.into()))?;
        let headers = request
            .headers
            .iter()
            .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
        let body = SignableBody::Bytes(&request.body);
        let signed =
            SignableRequest::new(request.method.as_str(), request.url.as_str(), headers, body)
                .and_then(|request| sign(request, &params.into()))
                .map_err(|error| TransportError::Invalid(error.into()))?;
        let (added, _) = signed.into_parts().0.into_parts();
        for header in added {
            let mut value = HeaderValue::try_from(header.value())
                .map_err(|error| TransportError::Invalid(error.into()))?;
            value.set_sensitive(true);
            request.headers.insert(HeaderName::from_static(header.name()), value);
        }
        Ok(())
    }
}
