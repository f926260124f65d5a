//! Addresses of the internet.

use std::any::TypeId;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

use crate::extract::Extract;
use crate::extract::impls::text::{self, format, pattern, written};
use crate::schema::{Schema, Shape};
use crate::validate::Probe;

macro_rules! octet {
    () => {
        "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
    };
}

macro_rules! port {
    () => {
        "(?:6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5]?[0-9]{1,4})"
    };
}

written! {
    Ipv4Addr: format("ipv4"), "IPv4 address: 192.0.2.1";
    Ipv6Addr: format("ipv6"), "IPv6 address: 2001:db8::1";
    SocketAddrV4: pattern(concat!("^(?:", octet!(), "\\.){3}", octet!(), ":", port!(), "$")),
        "IPv4 address and port: 192.0.2.1:443";
    SocketAddrV6: pattern(concat!("^\\[[0-9A-Fa-f:.]{2,45}(?:%[0-9]{1,10})?\\]:", port!(), "$")),
        "IPv6 address and port: [2001:db8::1]:443";
}

impl Extract for IpAddr {
    const SCHEMA: &'static Schema = &Schema {
        description: "IP address: 192.0.2.1 or 2001:db8::1",
        ..Schema::new(TypeId::of::<Self>, Shape::AnyOf(&[Ipv4Addr::SCHEMA, Ipv6Addr::SCHEMA]))
    };

    fn probe(&self) -> Probe<'_> {
        text::probe(self)
    }
}

impl Extract for SocketAddr {
    const SCHEMA: &'static Schema = &Schema {
        description: "IP address and port: 192.0.2.1:443 or [2001:db8::1]:443",
        ..Schema::new(
            TypeId::of::<Self>,
            Shape::AnyOf(&[SocketAddrV4::SCHEMA, SocketAddrV6::SCHEMA]),
        )
    };

    fn probe(&self) -> Probe<'_> {
        text::probe(self)
    }
}
