//! The exam that every provider passes in every mode.

#[path = "../support/mod.rs"]
mod support;
mod wire;
mod wires;

use instructor_core::provider::services;

#[test]
fn every_service_speaks_a_known_wire() {
    let wires = wires::wires();
    for service in services() {
        assert!(wires.iter().any(|wire| wire.speaks(service.name)), "{}", service.name);
    }
}
