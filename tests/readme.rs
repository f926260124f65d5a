//! The table of providers in the README is the registry's.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use instructor::media::MediaKind;
use instructor::provider::{Service, Takes, services};

const START: &str = "<!-- providers: written by `BLESS=1 cargo test --test readme` -->\n";
const END: &str = "<!-- providers end -->\n";

fn table() -> String {
    let mut table = String::from(
        "| Prefix | Service | Key | Modes, the default first | Beside text |\n|---|---|---|---|---|\n",
    );
    for service in services() {
        let Service { name, title, key_variables, .. } = service;
        let prefix = [name].into_iter().chain(service.aliases).map(|name| format!("`{name}`"));
        let prefix = prefix.collect::<Vec<_>>().join(", ");
        let key = match (key_variables.first(), service.needs_key) {
            (Some(key), true) => format!("`{key}`"),
            (Some(key), false) => format!("(`{key}`)"),
            (None, _) => "–".to_owned(),
        };
        let modes = service.modes.iter().enumerate().map(|(i, mode)| match i {
            0 => format!("**`{mode}`**"),
            _ => format!("`{mode}`"),
        });
        let modes = modes.collect::<Vec<_>>().join(", ");
        let kinds = [MediaKind::Image, MediaKind::Audio, MediaKind::Document];
        let taken = kinds.iter().filter(|kind| service.content.takes(**kind) != Takes::Nothing);
        let taken = taken.map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let taken = if taken.is_empty() { "–" } else { &taken };
        writeln!(table, "| {prefix} | {title} | {key} | {modes} | {taken} |").expect("a string");
    }
    table
}

#[test]
fn the_table_of_providers_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(&path).expect("a README");
    let (before, rest) = readme.split_once(START).expect("the marker before the table");
    let (found, after) = rest.split_once(END).expect("the marker behind the table");
    let expected = table();
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, format!("{before}{START}{expected}{END}{after}")).expect("a file");
    } else {
        let hint = "the table is stale; write it with `BLESS=1 cargo test --test readme`";
        assert_eq!(found, expected, "{hint}");
    }
}
