//! Fits unions: the variant that the name tells, or the one that fits with the fewest repairs.

use super::coerce::sound;
use super::fit::{Cost, Fitter, address};
use super::node::Node;
use super::repair::RepairKind;
use crate::path::Path;
use crate::schema::{Data, Schema, Shape, Tagging, Variant};

/// One thing that a value may be.
#[derive(Clone, Copy)]
pub(super) enum Choice {
    /// A type of an `AnyOf`.
    Type(&'static Schema),
    /// A variant without its name.
    Data(&'static Variant, bool),
    /// The variants with a name.
    Named(Enum),
}

/// An enum's variants, tagging, and whether it refuses unknown properties.
pub(super) type Enum = (&'static [Variant], Tagging, bool);

/// The variant that a name means.
#[derive(Debug, Clone, Copy)]
pub(super) enum Named {
    /// Its name or an alias.
    Exactly(&'static Variant),
    /// No other variant sounds like this.
    Alike(&'static Variant),
    /// The one that takes unknown names.
    Other(&'static Variant),
    Nobody,
}

fn names(variant: &'static Variant) -> impl Iterator<Item = &'static str> {
    std::iter::once(variant.name).chain(variant.aliases.iter().copied())
}

/// Finds a variant by its name.
pub(super) fn variant_named(variants: &'static [Variant], name: &str) -> Named {
    let named = || variants.iter().filter(|variant| !variant.untagged);
    if let Some(exact) = named().find(|variant| names(variant).any(|n| n == name)) {
        return Named::Exactly(exact);
    }
    if let Some(other) = named().find(|variant| variant.other) {
        // Serde takes any other spelling for this one.
        return Named::Other(other);
    }
    let wanted = sound(name);
    let mut alike = named().filter(|variant| names(variant).any(|n| sound(n) == wanted));
    match (alike.next(), alike.next()) {
        (Some(only), None) if !wanted.is_empty() => Named::Alike(only),
        _ => Named::Nobody,
    }
}

/// The names that the model may write: `"a", "b"`.
pub(super) fn list_names(variants: &[Variant]) -> String {
    list(variants, |variant| format!("{:?}", variant.name))
}

fn list(variants: &[Variant], write: impl Fn(&Variant) -> String) -> String {
    let visible = variants.iter().filter(|variant| !variant.hidden && !variant.untagged);
    visible.map(write).collect::<Vec<_>>().join(", ")
}

/// What a value of an enum may be: its variants with a name together, the others one by one.
pub(super) fn choices((variants, tagging, closed): Enum) -> Vec<Choice> {
    let is_loose = |v: &&Variant| v.untagged || tagging == Tagging::Untagged;
    let mut choices = Vec::new();
    if variants.iter().any(|variant| !is_loose(&variant)) {
        choices.push(Choice::Named((variants, tagging, closed)));
    }
    choices.extend(variants.iter().filter(is_loose).map(|v| Choice::Data(v, closed)));
    choices
}

impl Fitter<'_> {
    pub(super) fn any_of<'n>(
        &mut self,
        node: &'n Node<'n>,
        schema: &'static Schema,
        schemas: &'static [&'static Schema],
        at: Path<'_>,
    ) -> Node<'n> {
        let choices: Vec<_> = schemas.iter().copied().map(Choice::Type).collect();
        self.choose(node, schema, &choices, at)
    }

    pub(super) fn enumeration<'n>(
        &mut self,
        node: &'n Node<'n>,
        schema: &'static Schema,
        (variants, tagging, closed): Enum,
        at: Path<'_>,
    ) -> Node<'n> {
        let choices = choices((variants, tagging, closed));
        match choices.as_slice() {
            [only] => self.choice(node, schema, *only, at),
            _ => self.choose(node, schema, &choices, at),
        }
    }

    fn choice<'n>(
        &mut self,
        node: &'n Node<'n>,
        schema: &'static Schema,
        choice: Choice,
        at: Path<'_>,
    ) -> Node<'n> {
        match choice {
            Choice::Type(schema) => self.fit(node, schema, at),
            Choice::Data(variant, closed) => self.data(node, variant, closed, at),
            Choice::Named((variants, Tagging::External, closed)) => {
                if schema.is_imported()
                    && let Node::Object(entries) = node
                    && let [(name, Node::Null)] = entries.as_slice()
                    && let Named::Exactly(Variant { name, data: Data::Unit, .. }) =
                        variant_named(variants, name)
                {
                    // Serde reads `{"A": null}`, but in a JSON Schema it is no `"A"`.
                    self.repair(at, RepairKind::VariantSpelling);
                    return Node::Text((*name).into());
                }
                self.external(node, variants, closed, at)
            }
            Choice::Named(_) => self.tagged(node, schema, at),
        }
    }

    /// The choice that costs least, the first among equals, as serde takes the first that fits.
    pub(super) fn closest(
        &mut self,
        node: &Node<'_>,
        schema: &'static Schema,
        choices: &[Choice],
        at: Path<'_>,
    ) -> (usize, Cost) {
        let key = (address(node), address(schema));
        let known = if self.is_wrapping(node) { None } else { self.choices.get(&key).copied() };
        let closest = known.unwrap_or_else(|| {
            let mut best: Option<(usize, Cost)> = None;
            for (i, choice) in choices.iter().enumerate() {
                let cost = self.trial(|fitter| {
                    fitter.choice(node, schema, *choice, at);
                });
                if best.is_none_or(|(_, least)| cost < least) {
                    best = Some((i, cost));
                }
                if cost == Cost::NONE {
                    break;
                }
            }
            best.unwrap_or_default()
        });
        if !self.is_wrapping(node) {
            self.choices.insert(key, closest);
        }
        closest
    }

    /// Fits the closest choice.
    fn choose<'n>(
        &mut self,
        node: &'n Node<'n>,
        schema: &'static Schema,
        choices: &[Choice],
        at: Path<'_>,
    ) -> Node<'n> {
        let (best, cost) = self.closest(node, schema, choices, at);
        let Some(choice) = choices.get(best) else {
            return self.wrong(at, "type", Some(node), || "has a type without any values".into());
        };
        if self.is_trial() {
            self.cost += cost;
            return Node::Null;
        }
        let mark = self.mark();
        let fitted = self.choice(node, schema, *choice, at);
        if !self.fits_since(mark) {
            self.tell_choice(mark.findings, choices, *choice, at);
        }
        fitted
    }

    /// Says that the new mismatches are those of the closest choice.
    fn tell_choice(&mut self, from: usize, choices: &[Choice], closest: Choice, at: Path<'_>) {
        let here = at.to_pointer();
        let mut news = self.findings[from..].iter_mut().filter(|finding| finding.mismatch);
        if let (Some(only), None) = (news.next(), news.next())
            && only.violation.rule == "type"
            && only.violation.pointer == here
        {
            let mut wanted: Vec<String> = Vec::new();
            for choice in choices {
                let phrase = choice.phrase();
                if !wanted.contains(&phrase) {
                    wanted.push(phrase);
                }
            }
            only.violation.message = format!("must be {}", wanted.join(" or "));
            return;
        }
        let name = closest.name();
        if name.is_empty() {
            return;
        }
        for finding in self.findings[from..].iter_mut().filter(|finding| finding.mismatch) {
            let message = &finding.violation.message;
            finding.violation.message = format!("{message} (for `{name}`, the closest fit)");
        }
    }

    /// The data of a variant without its name.
    pub(super) fn data<'n>(
        &mut self,
        node: &'n Node<'n>,
        variant: &'static Variant,
        closed: bool,
        at: Path<'_>,
    ) -> Node<'n> {
        match variant.data {
            Data::Unit if *node == Node::Null => Node::Null,
            Data::Unit => self.wrong(at, "type", Some(node), || "must be null".into()),
            Data::Newtype(field) => self.field(node, field, at),
            Data::Tuple(fields) => self.tuple(node, fields, at),
            Data::Struct(fields) => self.object(node, fields, closed, at),
        }
    }

    /// `"A"` or `{"A": data}`.
    fn external<'n>(
        &mut self,
        node: &'n Node<'n>,
        variants: &'static [Variant],
        closed: bool,
        at: Path<'_>,
    ) -> Node<'n> {
        match node {
            Node::Text(name) if !name.trim_start().starts_with(['{', '[']) => {
                self.bare_name(node, name, variants, at)
            }
            Node::Text(_) => self.unpacked(node, at, |fitter, inner| match inner {
                Node::Text(name) => fitter.bare_name(inner, name, variants, at),
                _ => fitter.external(inner, variants, closed, at),
            }),
            Node::Number(name) if matches!(variant_named(variants, name), Named::Exactly(_)) => {
                self.repair(at, RepairKind::TextFromNumber);
                self.bare_name(node, name, variants, at)
            }
            Node::Bool(value) => {
                let name = if *value { "true" } else { "false" };
                if matches!(variant_named(variants, name), Named::Exactly(_)) {
                    self.repair(at, RepairKind::TextFromBool);
                }
                self.bare_name(node, name, variants, at)
            }
            Node::Object(entries) => match entries.as_slice() {
                [(name, data)] => self.name_and_data(node, (name, data), variants, closed, at),
                _ => self.no_variant(node, variants, at),
            },
            Node::List(items) => match items.as_slice() {
                [one] if !matches!(one, Node::List(_)) => self
                    .only_item(node, one, at, |fitter| fitter.external(one, variants, closed, at)),
                _ => self.no_variant(node, variants, at),
            },
            _ => self.no_variant(node, variants, at),
        }
    }

    fn bare_name<'n>(
        &mut self,
        node: &'n Node<'n>,
        name: &'n str,
        variants: &'static [Variant],
        at: Path<'_>,
    ) -> Node<'n> {
        match variant_named(variants, name) {
            Named::Exactly(variant) | Named::Alike(variant)
                if !matches!(variant.data, Data::Unit) =>
            {
                let name = variant.name;
                self.wrong(at, "variant", Some(node), || {
                    format!("must have the data of {name:?}: {{{name:?}: …}}")
                })
            }
            Named::Exactly(_) | Named::Other(_) => Node::Text(name.into()),
            Named::Alike(variant) => {
                self.repair(at, RepairKind::VariantSpelling);
                Node::Text(variant.name.into())
            }
            Named::Nobody => self.no_variant(node, variants, at),
        }
    }

    fn name_and_data<'n>(
        &mut self,
        node: &'n Node<'n>,
        (name, data): (&'n str, &'n Node<'n>),
        variants: &'static [Variant],
        closed: bool,
        at: Path<'_>,
    ) -> Node<'n> {
        let (variant, name) = match variant_named(variants, name) {
            Named::Exactly(variant) | Named::Other(variant) => (variant, name),
            Named::Alike(variant) => {
                self.repair(at, RepairKind::VariantSpelling);
                (variant, variant.name)
            }
            Named::Nobody => return self.no_variant(node, variants, at),
        };
        let fitted = self.data(data, variant, closed, at.field(variant.name));
        Node::Object(vec![(name.into(), fitted)])
    }

    fn no_variant<'n>(
        &mut self,
        node: &Node<'_>,
        variants: &'static [Variant],
        at: Path<'_>,
    ) -> Node<'n> {
        self.wrong(at, "variant", Some(node), || format!("must be {}", one_of(variants)))
    }
}

/// The same for names that stand around their data: `one of "a", {"b": …}`.
fn one_of(variants: &[Variant]) -> String {
    let names = list(variants, |variant| match variant.data {
        Data::Unit => format!("{:?}", variant.name),
        _ => format!("{{{:?}: …}}", variant.name),
    });
    format!("one of {names}")
}

impl Choice {
    fn name(self) -> &'static str {
        match self {
            Self::Type(schema) => schema.resolve().name,
            Self::Data(variant, _) => variant.name,
            Self::Named(_) => "",
        }
    }

    /// What the choice looks like, after "must be".
    fn phrase(self) -> String {
        match self {
            Self::Type(schema) => phrase(schema),
            Self::Data(variant, _) => match variant.data {
                Data::Unit => "null".into(),
                Data::Newtype(field) => phrase(field.schema),
                Data::Tuple(_) => "a list".into(),
                Data::Struct(_) => "an object".into(),
            },
            Self::Named((variants, Tagging::External, _)) => one_of(variants),
            Self::Named(_) => "an object".into(),
        }
    }
}

fn phrase(schema: &'static Schema) -> String {
    match super::fit::bare(schema).shape {
        Shape::Any => "anything",
        Shape::Null => "null",
        Shape::Bool => "true or false",
        Shape::Integer { .. } => "a whole number",
        Shape::Number => "a number",
        Shape::Text(_) => "text",
        Shape::List { .. } | Shape::Tuple(_) => "a list",
        Shape::Map { .. } | Shape::Object { .. } => "an object",
        Shape::Option(inner) => return phrase(inner) + " or null",
        Shape::Enum { variants, tagging: Tagging::External, .. } => return one_of(variants),
        _ => "one of the forms of the schema",
    }
    .into()
}
