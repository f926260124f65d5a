//! Enums in serde's four representations.

use serde_json::Value;

use super::shapes::typed;
use super::{Node, Renderer};
use crate::schema::{Data, Schema, Shape, Tagging, Unsupported, Variant, alternatives};

impl Renderer {
    /// A struct or an enum.
    pub(super) fn union(&mut self, schema: &'static Schema) -> Result<Node, Unsupported> {
        match schema.shape {
            Shape::Object { fields, closed } => self.fields(fields, closed),
            Shape::Enum { variants, tagging, closed } => {
                let untagged = |v: &Variant| v.untagged || tagging == Tagging::Untagged;
                let visible = || variants.iter().filter(|variant| !variant.hidden);
                let names: Vec<_> = visible()
                    .filter(|v| tagging == Tagging::External && !untagged(v))
                    .filter(|v| matches!(v.data, Data::Unit))
                    .collect();
                let mut nodes = Vec::new();
                if !names.is_empty() {
                    nodes.push(self.names(&names));
                }
                // Untagged variants are rendered one by one, because some may be no objects.
                if visible().any(|variant| !untagged(variant)) {
                    for form in alternatives(schema).unwrap_or_default() {
                        if form.variant.is_some_and(|variant| !untagged(variant)) {
                            nodes.push(self.forms(std::slice::from_ref(&form))?);
                        }
                    }
                }
                for variant in visible().filter(|variant| untagged(variant)) {
                    let mut node = self.data(variant, closed)?;
                    self.describe(&mut node, variant.description);
                    self.annotate(&mut node, "", &[], variant.deprecated);
                    nodes.push(node);
                }
                if nodes.is_empty() {
                    // No variant is visible, so no value fits.
                    nodes.push(typed("string"));
                    nodes[0].insert("enum".into(), Value::Array(Vec::new()));
                }
                self.any_of(nodes)
            }
            _ => self.shape(schema),
        }
    }

    /// Variants without data: their names, with a line for each in the description if one has docs.
    fn names(&self, variants: &[&'static Variant]) -> Node {
        let mut node = typed("string");
        let open = self.dialect.aliases && variants.iter().any(|variant| variant.other);
        if !open {
            let mut names: Vec<Value> = Vec::new();
            for variant in variants {
                names.push(variant.name.into());
                if self.dialect.aliases {
                    names.extend(variant.aliases.iter().map(|alias| Value::from(*alias)));
                }
            }
            node.insert("enum".into(), names.into());
        }
        if variants.iter().any(|variant| !variant.description.is_empty() || variant.deprecated) {
            let lines: Vec<String> = variants
                .iter()
                .map(|variant| {
                    let mark = if variant.deprecated { " (deprecated)" } else { "" };
                    match variant.description.replace('\n', " ") {
                        text if text.is_empty() => format!("- {}{mark}", variant.name),
                        text => format!("- {}{mark}: {text}", variant.name),
                    }
                })
                .collect();
            self.describe(&mut node, &lines.join("\n"));
        }
        node
    }
}
