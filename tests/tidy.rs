//! The shape of the code: layers, sizes and first lines.

use std::fs;
use std::path::{Path, PathBuf};

/// Every Rust file of the workspace below `folder`, without build output.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry")) {
        let path = entry.path();
        let name = entry.file_name();
        if path.is_dir() && name != "target" && !name.to_string_lossy().starts_with('.') {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).expect("a text file")
}

#[test]
fn files_are_small_and_say_what_they_are_for() {
    for path in rust_files(root()) {
        // Compile-error cases are shown to the compiler as a user would write them.
        if path.components().any(|part| part.as_os_str() == "ui") {
            continue;
        }
        let text = read(&path);
        let lines = text.lines().count();
        assert!(lines <= 500, "{} has {lines} lines; split it", path.display());
        assert!(text.starts_with("//! "), "{} needs a first `//!` line", path.display());
    }
}

/// The modules of a crate in the order of its `lib.rs`: each uses only those above it.
fn layers(source: &Path) -> Vec<String> {
    read(&source.join("lib.rs"))
        .lines()
        .filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod "))
        .filter_map(|rest| rest.strip_suffix(';'))
        .map(str::to_owned)
        .collect()
}

#[test]
fn modules_use_only_modules_above_them() {
    for package in ["instructor-core", "instructor-batch"] {
        modules_of_use_only_modules_above_them(&root().join(package).join("src"));
    }
}

fn modules_of_use_only_modules_above_them(source: &Path) {
    let layers = layers(source);
    assert!(layers.len() > 5, "lib.rs declares its modules one a line: {layers:?}");
    for path in rust_files(source) {
        let inside = path.strip_prefix(source).expect("below src");
        let first = inside.components().next().expect("a name").as_os_str().to_string_lossy();
        let module = first.trim_end_matches(".rs");
        // What stands at the bottom, `private`, may use everything; so may `lib.rs`.
        let Some(own) = layers.iter().position(|layer| layer == module) else { continue };
        let text = read(&path);
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (below, layer) in layers.iter().enumerate().skip(own + 1) {
            let used = code.lines().any(|line| {
                let line = line.trim_start();
                !line.starts_with("//") && mentions(line, layer)
            });
            assert!(
                !used,
                "{} uses `crate::{layer}`, which stands below it in lib.rs ({below} > {own})",
                path.display()
            );
        }
    }
}

/// Whether the line names `crate::layer`, alone or in a list.
fn mentions(line: &str, layer: &str) -> bool {
    line.match_indices("crate::").any(|(start, found)| {
        let rest = &line[start + found.len()..];
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        &rest[..end] == layer
    })
}

#[test]
fn only_one_folder_uses_the_network() {
    let source = root().join("instructor-core/src");
    let batch = root().join("instructor-batch/src");
    for path in rust_files(&source).into_iter().chain(rust_files(&batch)) {
        let text = read(&path);
        // `::reqwest` is the crate; `self::reqwest` is the one module that wraps it.
        let uses = text
            .lines()
            .map(|line| line.trim_start().replace("self::reqwest", ""))
            .any(|line| !line.starts_with("//") && line.contains("reqwest::"));
        let allowed = path.starts_with(source.join("transport/reqwest"));
        assert!(!uses || allowed, "{} uses the network; go through a Transport", path.display());
    }
}

#[test]
fn batch_has_no_prompt_parse_or_validate_code() {
    // What the core calls them; a batch goes through `Form` and `Conversation` for all of it.
    let theirs = ["serde_path_to_error", "::align", "::validate", "Report::new", "from_json("];
    for path in rust_files(&root().join("instructor-batch/src")) {
        let text = read(&path);
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (number, line) in (1..).zip(code.lines()) {
            let used = theirs.iter().find(|name| line.contains(*name));
            let comment = line.trim_start().starts_with("//");
            assert!(comment || used.is_none(), "{}:{number} uses {used:?}", path.display());
        }
    }
}
