//! Fits objects: properties by name, by alias, by sound; tags first, then the form that fits best.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::coerce::sound;
use super::fit::{Cost, Fitter, address};
use super::list::Entries;
use super::node::{Entry, Node};
use super::repair::RepairKind;
use super::union::{Named, list_names, variant_named};
use crate::path::Path;
use crate::schema::{
    self, Extra, Field, FlatObject, Property, Recursion, Schema, Shape, Slot, Variant,
};

/// A form of an object with its names, looked up in constant time.
#[derive(Debug)]
pub(super) struct Form {
    flat: FlatObject,
    names: HashMap<&'static str, usize>,
    /// `None` where two properties sound alike.
    sounds: HashMap<String, Option<usize>>,
}

impl Form {
    fn new(flat: FlatObject) -> Self {
        let mut names = HashMap::new();
        let mut sounds = HashMap::new();
        for (i, property) in flat.properties.iter().enumerate() {
            for name in std::iter::once(&property.name).chain(property.aliases) {
                names.insert(*name, i);
                let known = sounds.entry(sound(name)).or_insert(Some(i));
                if *known != Some(i) {
                    *known = None;
                }
            }
        }
        Self { flat, names, sounds }
    }
}

/// The forms of all types seen so far.
#[derive(Debug, Default)]
pub(super) struct Forms(RefCell<HashMap<FormsKey, Rc<[Form]>>>);

impl Forms {
    pub(super) fn of_fields(&self, fields: &'static [Field], closed: bool) -> Rc<[Form]> {
        let key = FormsKey::Fields(fields.as_ptr().addr(), fields.len(), closed);
        self.of(key, || schema::object(fields, closed))
    }

    /// Those of the variants with a tag.
    pub(super) fn of_enum(&self, schema: &'static Schema) -> Rc<[Form]> {
        self.of(FormsKey::Enum(address(schema)), || {
            let mut forms = schema::alternatives(schema).unwrap_or_default();
            forms.retain(|form| form.variant.is_none_or(|variant| !variant.untagged));
            forms
        })
    }

    fn of(&self, key: FormsKey, make: impl FnOnce() -> Vec<FlatObject>) -> Rc<[Form]> {
        let make = || make().into_iter().map(Form::new).collect();
        Rc::clone(self.0.borrow_mut().entry(key).or_insert_with(make))
    }
}

/// Whose forms they are: the fields' address, their number and whether they are closed, or the
/// address of the enum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum FormsKey {
    Fields(usize, usize, bool),
    Enum(usize),
}

/// How the tags of an object agree with a form, the best last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Agreement {
    Wrong,
    Missing,
    /// The form has no tag.
    Free,
    /// The tag is unknown, and the variant takes any.
    Other,
    Alike,
    Exact,
}

impl Fitter<'_> {
    /// A struct, or a variant's named fields.
    pub(super) fn object<'n>(
        &mut self,
        node: &'n Node<'n>,
        fields: &'static [Field],
        closed: bool,
        at: Path<'_>,
    ) -> Node<'n> {
        let forms = self.forms.of_fields(fields, closed);
        self.unpacked(node, at, |fitter, node| fitter.any_form(node, &forms, at))
    }

    /// An enum with its tag beside or around the data.
    pub(super) fn tagged<'n>(
        &mut self,
        node: &'n Node<'n>,
        schema: &'static Schema,
        at: Path<'_>,
    ) -> Node<'n> {
        let forms = self.forms.of_enum(schema);
        self.unpacked(node, at, |fitter, node| fitter.any_form(node, &forms, at))
    }

    fn any_form<'n>(&mut self, node: &'n Node<'n>, forms: &[Form], at: Path<'_>) -> Node<'n> {
        match (node, forms) {
            (Node::Object(entries), [form]) => self.form(entries, form, false, at),
            (Node::Object(entries), _) => self.best_form(node, entries, forms, at),
            (Node::List(items), _) => match items.as_slice() {
                [one @ Node::Object(_)] => {
                    self.only_item(node, one, at, |fitter| fitter.any_form(one, forms, at))
                }
                _ => self.not(at, node, "an object"),
            },
            _ => self.not(at, node, "an object"),
        }
    }

    fn best_form<'n>(
        &mut self,
        node: &'n Node<'n>,
        entries: &'n [Entry<'n>],
        forms: &[Form],
        at: Path<'_>,
    ) -> Node<'n> {
        match self.closest_form(node, entries, forms, at) {
            Some((form, told)) => self.form(entries, form, told, at),
            None => self.untold_form(node, entries, forms, at),
        }
    }

    /// The form that the tags tell, or if they are missing, the only one that the properties tell.
    fn closest_form<'f>(
        &mut self,
        node: &Node<'_>,
        entries: &[Entry<'_>],
        forms: &'f [Form],
        at: Path<'_>,
    ) -> Option<(&'f Form, bool)> {
        let agreements: Vec<Agreement> = forms.iter().map(|form| agreement(node, form)).collect();
        let best = agreements.iter().copied().max().unwrap_or(Agreement::Wrong);
        let candidates =
            || forms.iter().zip(&agreements).filter(|(_, a)| **a == best).map(|(form, _)| form);
        if best >= Agreement::Free {
            let mut chosen: Option<(Cost, &Form)> = None;
            if candidates().nth(1).is_some() {
                for form in candidates() {
                    let cost = self.trial(|fitter| {
                        fitter.form(entries, form, false, at);
                    });
                    if chosen.is_none_or(|(least, _)| cost < least) {
                        chosen = Some((cost, form));
                    }
                }
            }
            let form = chosen.map(|(_, form)| form).or_else(|| candidates().next())?;
            return Some((form, false));
        }
        if best == Agreement::Missing {
            let mut fitting = Vec::new();
            for form in candidates().filter(|form| is_told(form, entries, forms)) {
                let cost = self.trial(|fitter| {
                    fitter.form(entries, form, true, at);
                });
                if cost.fits() {
                    fitting.push(form);
                }
            }
            if let [only] = fitting.as_slice() {
                return Some((only, true));
            }
        }
        None
    }

    /// The form that an object has as serde writes it.
    pub(super) fn form_of(
        &mut self,
        entries: &[Entry<'_>],
        node: &Node<'_>,
        forms: &[Form],
    ) -> Option<FlatObject> {
        let form = match forms {
            [form] => Some(form),
            _ => self.closest_form(node, entries, forms, Path::ROOT).map(|(form, _)| form),
        };
        form.map(|form| form.flat.clone())
    }

    /// No form agrees with the tags: the tag is what is wrong, and what all forms have in common
    /// is still checked.
    fn untold_form<'n>(
        &mut self,
        node: &'n Node<'n>,
        entries: &'n [Entry<'n>],
        forms: &[Form],
        at: Path<'_>,
    ) -> Node<'n> {
        let mut told = Vec::new();
        for property in forms.iter().flat_map(|form| &form.flat.properties) {
            let Slot::Tag(_, variants) = property.slot else { continue };
            if told.contains(&property.name) || tag_agreement(node, property) >= Agreement::Other {
                continue;
            }
            // The variant of one form may be wrong and that of another right.
            let is_right = |form: &Form| {
                form.flat.properties.iter().any(|other| {
                    other.name == property.name && tag_agreement(node, other) >= Agreement::Other
                })
            };
            if forms.iter().any(is_right) {
                continue;
            }
            told.push(property.name);
            let names = list_names(variants);
            let place = at.field(property.name);
            match node.get(property.name) {
                None => self.wrong(place, "required", None, || {
                    format!("is missing; must be one of {names}")
                }),
                found => self.wrong(place, "variant", found, || format!("must be one of {names}")),
            };
        }
        if let Some(first) = forms.first() {
            let mut flat = first.flat.clone();
            flat.extra = Extra::Ignored;
            flat.properties.retain(|property| is_common(property, forms));
            self.form(entries, &Form::new(flat), false, at);
        }
        if told.is_empty() {
            self.wrong(at, "variant", None, || "has tags that do not go together".into());
        }
        Node::Null
    }

    /// One form. `told`: a missing tag is filled in, because the form was told by its properties.
    fn form<'n>(
        &mut self,
        entries: &'n [Entry<'n>],
        form: &Form,
        told: bool,
        at: Path<'_>,
    ) -> Node<'n> {
        let properties = &form.flat.properties;
        let owners = self.owners(entries, form, at);
        let mut values: Vec<Option<Entry<'n>>> = vec![None; entries.len()];
        let mut tags = Vec::new();
        for (property, owner) in properties.iter().zip(&owners.of_properties) {
            let place = at.field(property.name);
            let Some(owner) = *owner else {
                match property.slot {
                    Slot::Tag(variant, _) if told => {
                        self.repair(place, RepairKind::MissingTag);
                        tags.push((property.name.into(), Node::Text(variant.name.into())));
                    }
                    _ if self.is_empty_when_missing(property) => {
                        tags.push((property.name.into(), empty(property)));
                    }
                    _ if property.required => {
                        self.wrong(place, "required", None, || "is missing".into());
                    }
                    _ => {}
                }
                continue;
            };
            let (key, value) = &entries[owner];
            if let Some(fitted) = self.property(property, value, place) {
                let exact = form.names.contains_key(&**key);
                let key = if exact { key.as_ref() } else { property.name };
                values[owner] = Some((key.into(), fitted));
            }
        }
        let mut rest = Entries::default();
        for (taken, (key, value)) in owners.taken.iter().zip(entries) {
            if !taken {
                self.extra(&mut rest, (key, value), form, at);
            }
        }
        tags.extend(values.into_iter().flatten());
        tags.extend(rest.entries);
        Node::Object(tags)
    }

    /// Gives each entry to a property: those with its name first, then those that sound like it.
    fn owners(&mut self, entries: &[Entry<'_>], form: &Form, at: Path<'_>) -> Owners {
        let properties = &form.flat.properties;
        let mut owners = Owners {
            of_properties: vec![None; properties.len()],
            taken: vec![false; entries.len()],
        };
        for (e, (key, value)) in entries.iter().enumerate() {
            let Some(&p) = form.names.get(&**key) else { continue };
            owners.taken[e] = true;
            match owners.of_properties[p] {
                None => owners.of_properties[p] = Some(e),
                Some(first) if entries[first].1 == *value => {
                    self.repair(at.field(properties[p].name), RepairKind::Duplicate);
                }
                Some(_) => self.repeated(at.field(properties[p].name)),
            }
        }
        let mut alike: HashMap<usize, Option<usize>> = HashMap::new();
        for (e, (key, _)) in entries.iter().enumerate() {
            if !owners.taken[e]
                && let Some(&Some(p)) = form.sounds.get(&sound(key))
                && owners.of_properties[p].is_none()
                // Beside a map, an unknown name is an entry of the map unless all else is lost.
                && (properties[p].required || !matches!(form.flat.extra, Extra::Values { .. }))
            {
                alike.entry(p).and_modify(|several| *several = None).or_insert(Some(e));
            }
        }
        for (p, e) in alike {
            if let Some(e) = e {
                owners.of_properties[p] = Some(e);
                owners.taken[e] = true;
            }
        }
        for (p, owner) in owners.of_properties.iter().enumerate() {
            if let Some(e) = *owner
                && !form.names.contains_key(&*entries[e].0)
            {
                self.repair(at.field(properties[p].name), RepairKind::KeySpelling);
            }
        }
        owners
    }

    /// Whether the dialect let the model leave out this list because a type contains itself there.
    fn is_empty_when_missing(&self, property: &Property) -> bool {
        property.required
            && self.dialect.recursion == Recursion::Optional
            && empty(property) != Node::Null
            && property.mentions_recursion()
    }

    /// The value of a property; `None` if its `null` means that it is missing.
    fn property<'n>(
        &mut self,
        property: &Property,
        value: &'n Node<'n>,
        at: Path<'_>,
    ) -> Option<Node<'n>> {
        if *value == Node::Null && !property.required {
            let cost = self.trial(|fitter| {
                fitter.slot(property.slot, value, at);
            });
            if !cost.fits() {
                if !self.dialect.all_required {
                    self.repair(at, RepairKind::NullDropped);
                }
                return None;
            }
        }
        Some(self.slot(property.slot, value, at))
    }

    fn slot<'n>(&mut self, slot: Slot, value: &'n Node<'n>, at: Path<'_>) -> Node<'n> {
        match slot {
            Slot::Field(field) => self.field(value, field, at),
            Slot::Data { variant, closed } => self.data(value, variant, closed, at),
            Slot::Tag(variant, variants) => self.tag(value, variant, variants, at),
        }
    }

    fn tag<'n>(
        &mut self,
        value: &'n Node<'n>,
        variant: &'static Variant,
        variants: &'static [Variant],
        at: Path<'_>,
    ) -> Node<'n> {
        if let Node::Text(text) = value {
            match variant_named(variants, text) {
                Named::Exactly(named) if std::ptr::eq(named, variant) => return value.view(),
                Named::Alike(named) if std::ptr::eq(named, variant) => {
                    self.repair(at, RepairKind::VariantSpelling);
                    return Node::Text(variant.name.into());
                }
                Named::Other(named) if std::ptr::eq(named, variant) => return value.view(),
                _ => {}
            }
        }
        self.wrong(at, "variant", Some(value), || {
            format!("must be one of {}", list_names(variants))
        })
    }

    /// An entry that no property has.
    fn extra<'n>(
        &mut self,
        rest: &mut Entries<'n>,
        (key, value): (&'n str, &'n Node<'n>),
        form: &Form,
        at: Path<'_>,
    ) {
        match form.flat.extra {
            Extra::Ignored => {}
            Extra::Refused => {
                self.wrong(at.field(key), "unknown", None, || {
                    let known: Vec<String> =
                        form.flat.properties.iter().map(|p| format!("`{}`", p.name)).collect();
                    format!("is not a known property; known are {}", known.join(", "))
                });
            }
            Extra::Values { keys, values } => {
                self.entry(rest, (key, value), (keys, values), at.key(&key));
            }
        }
    }
}

/// Which entry belongs to which property.
struct Owners {
    /// For each property, its entry.
    of_properties: Vec<Option<usize>>,
    /// For each entry, whether a property has it.
    taken: Vec<bool>,
}

/// The empty list or map of a field; `null` if it is neither.
fn empty(property: &Property) -> Node<'static> {
    let Slot::Field(field) = property.slot else { return Node::Null };
    match super::fit::bare(field.schema).shape {
        Shape::List { min: 0, .. } => Node::List(Vec::new()),
        Shape::Map { .. } => Node::Object(Vec::new()),
        _ => Node::Null,
    }
}

fn agreement(node: &Node<'_>, form: &Form) -> Agreement {
    let tags = form.flat.properties.iter().filter(|p| matches!(p.slot, Slot::Tag(..)));
    tags.map(|tag| tag_agreement(node, tag)).min().unwrap_or(Agreement::Free)
}

fn tag_agreement(node: &Node<'_>, property: &Property) -> Agreement {
    let Slot::Tag(variant, variants) = property.slot else { return Agreement::Free };
    let Some(value) = node.get(property.name) else { return Agreement::Missing };
    let Node::Text(text) = value else { return Agreement::Wrong };
    let is = |named| std::ptr::eq::<Variant>(named, variant);
    match variant_named(variants, text) {
        Named::Exactly(named) if is(named) => Agreement::Exact,
        Named::Alike(named) if is(named) => Agreement::Alike,
        Named::Other(named) if is(named) => Agreement::Other,
        _ => Agreement::Wrong,
    }
}

/// Whether some entry speaks for the form: it is no tag, and not every form has it.
fn is_told(form: &Form, entries: &[Entry<'_>], forms: &[Form]) -> bool {
    entries.iter().any(|(key, _)| {
        let property = form.names.get(&**key).map(|&p| &form.flat.properties[p]);
        property.is_some_and(|p| !matches!(p.slot, Slot::Tag(..)) && !is_common(p, forms))
    })
}

/// Whether all these forms have this field.
fn is_common(property: &Property, forms: &[Form]) -> bool {
    let Slot::Field(field) = property.slot else { return false };
    forms.iter().all(|form| {
        form.names.get(property.name).is_some_and(|&p| {
            matches!(form.flat.properties[p].slot, Slot::Field(other) if std::ptr::eq(field, other))
        })
    })
}
