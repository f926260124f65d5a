//! UUIDs.

use uuid::{NonNilUuid, Uuid};

use crate::extract::impls::text::{format, written};

written! {
    Uuid: format("uuid"), "UUID: 67e55044-10b1-426f-9247-bb680e5fe0c8";
    NonNilUuid: format("uuid"), "UUID: 67e55044-10b1-426f-9247-bb680e5fe0c8";
}
