//! The signature where there is no bearer key.

use std::time::{Duration, SystemTime};

use instructor_core::request::Mode;

use super::support::KEY;
use super::{MODEL, NOVA, Variables, connect, request};

const ACCESS: Variables = &[
    ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
    ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
    ("AWS_REGION", "eu-central-1"),
    ("AWS_SESSION_TOKEN", "5ecretSession"),
];

fn now() -> SystemTime {
    // 2015-08-30T12:36:00Z
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160)
}

#[test]
fn it_is_the_known_one() {
    let provider = connect(None, None, ACCESS).unwrap();
    let mut http = provider.encode(&request(MODEL, Mode::Tools)).unwrap();
    http.body = "{}".into();
    http.sign(now()).unwrap();
    assert_eq!(http.headers["x-amz-date"], "20150830T123600Z");
    assert_eq!(http.headers["x-amz-security-token"], "5ecretSession");
    assert_eq!(
        http.headers["authorization"],
        "AWS4-HMAC-SHA256 \
         Credential=AKIDEXAMPLE/20150830/eu-central-1/bedrock/aws4_request, \
         SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, \
         Signature=63abd0cd233a58c3598a533ae1781fa34882a1b18cc550713bfd0e0308a9f236"
    );
    for printed in [format!("{provider:?}"), format!("{http:?} {:?}", http.headers)] {
        for secret in ["5ecret", "wJalr", "AKID"] {
            assert!(!printed.contains(secret), "{printed}");
        }
    }
}

#[test]
fn it_depends_on_body_and_time_and_a_key_needs_none() {
    let signed = |body: &'static str, seconds: u64| {
        let provider = connect(None, None, ACCESS).unwrap();
        let mut http = provider.encode(&request(NOVA, Mode::Tools)).unwrap();
        http.body = body.into();
        http.sign(now() + Duration::from_secs(seconds)).unwrap();
        http.headers["authorization"].to_str().unwrap().to_owned()
    };
    assert_eq!(signed("a", 0), signed("a", 0));
    assert_ne!(signed("a", 0), signed("b", 0));
    assert_ne!(signed("a", 0), signed("a", 1));
    let provider = connect(Some(KEY), None, ACCESS).unwrap();
    assert!(provider.encode(&request(NOVA, Mode::Tools)).unwrap().signer.is_none());
}
