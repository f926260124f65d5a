//! URLs.

use url::Url;

use crate::extract::impls::text::{format, written};

written! { Url: format("uri"), "URL: https://example.org/"; }
