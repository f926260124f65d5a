//! What a property asks for: the words that should stand near the answer, and its kind.

use std::collections::HashMap;

use super::view::{Shape, View};
use super::words::{is_stop, name_stems, relatives, stem, words};

/// The question that a property puts to the text.
#[derive(Debug)]
pub(super) struct Ask {
    weights: HashMap<String, f32>,
    /// The stems of the property's own name, without stop words.
    pub(super) name: Vec<String>,
    pub(super) wanted: Wanted,
    pub(super) shape: Shape,
}

/// The kind of text or number that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Email,
    Url,
    Phone,
    Uuid,
    Ip,
    Date,
    DateTime,
    Time,
    Person,
    Company,
    Place,
    Name,
    Thing,
    Code,
    Currency,
    Money,
    Percent,
    Age,
    Year,
    Measure,
    Handle,
    FirstName,
    LastName,
    Street,
    PostCode,
    Title,
    Prose,
    Phrase,
}

/// Which words of a property's name mean which kind; the first line that has the word wins.
const KINDS: &[(Wanted, &str)] = &[
    (Wanted::Email, "email mail e-mail"),
    (Wanted::Url, "url uri link website homepage"),
    (Wanted::Phone, "phone telephone tel mobile fax"),
    (Wanted::Currency, "currency"),
    (
        Wanted::Date,
        "date day deadline due born birthday dob birth died death since until created updated",
    ),
    (Wanted::Time, "time"),
    (Wanted::Age, "age"),
    (Wanted::Year, "year"),
    (Wanted::Measure, "unit measure"),
    (Wanted::Handle, "username handle mention hashtag nickname login"),
    (Wanted::FirstName, "firstname forename"),
    (Wanted::LastName, "lastname surname"),
    (Wanted::Street, "street"),
    (Wanted::PostCode, "zip zipcode postcode postal plz"),
    (Wanted::Percent, "percent percentage discount"),
    (
        Wanted::Money,
        "price cost total amount salary fee budget revenue subtotal tax vat sum balance payment wage fare paid refund",
    ),
    (
        Wanted::Person,
        "who whom person people author owner assignee attendee participant customer client contact recipient sender \
         candidate manager employee patient organizer reporter buyer speaker member user guest signer \
         full reviewer chair director founder inventor artist singer composer ceo doctor teacher student",
    ),
    (
        Wanted::Company,
        "company employer organization organisation vendor seller supplier merchant firm business issuer \
         manufacturer brand publisher store shop",
    ),
    (
        Wanted::Place,
        "where city town place location country address venue region state birthplace headquarters hq",
    ),
    (Wanted::Thing, "product item model device article"),
    (Wanted::Code, "id number no code reference ref sku isbn iban serial identifier nr"),
    (Wanted::Title, "title subject headline heading topic"),
    (
        Wanted::Prose,
        "summary description reason problem issue complaint comment note detail body message feedback \
         explanation reasoning rationale abstract overview task action goal request question highlight \
         sentence evidence quote decision query bio biography content step requirement text answer response result conclusion",
    ),
    (Wanted::Name, "name"),
];

fn kind_of(stem_wanted: &str) -> Option<Wanted> {
    static INDEX: std::sync::LazyLock<HashMap<String, Wanted>> = std::sync::LazyLock::new(|| {
        let mut index = HashMap::new();
        for (wanted, list) in KINDS {
            for word in list.split_whitespace() {
                index.entry(stem(word)).or_insert(*wanted);
            }
        }
        index
    });
    INDEX.get(stem_wanted).copied()
}

impl Ask {
    /// `described` is what is said of the list around the place, `context` the names of the parents,
    /// the nearest last.
    pub(super) fn new(name: &str, view: &View<'_>, described: &str, context: &[String]) -> Self {
        let useful = |stem: &String| !is_stop(stem);
        let plural_years = name.to_lowercase().contains("years");
        let (mut own, links): (Vec<String>, Vec<String>) =
            name_stems(name).into_iter().partition(useful);
        // A property may be called "text" or "example"; the wrapper "value" has no name.
        if own.is_empty() && name != "value" {
            own.clone_from(&links);
        }
        let name = own;
        let description: Vec<String> = view
            .texts("description")
            .chain([described])
            .flat_map(words)
            .map(|word| word.stem)
            .filter(useful)
            .take(40)
            .collect();
        let context: Vec<String> =
            context.iter().flat_map(|parent| name_stems(parent)).filter(useful).collect();
        let shape = view.shape();
        let wanted = match wanted(view, shape, &name, &description, &context) {
            Wanted::Year if plural_years => Wanted::Phrase,
            wanted => wanted,
        };
        let mut weights = HashMap::new();
        let mut weigh = |stem: &str, weight: f32| {
            let known = weights.entry(stem.to_owned()).or_insert(0.0_f32);
            *known = known.max(weight);
        };
        for stem in &name {
            // A generic word tells properties apart less well than a special one.
            let generic = matches!(
                stem.as_str(),
                "nam" | "number" | "dat" | "id" | "typ" | "kind" | "nr" | "cod"
            );
            weigh(stem, if generic { 1.0 } else { 2.0 });
            relatives(stem).for_each(|other| weigh(other, if generic { 0.4 } else { 1.2 }));
        }
        for stem in &description {
            weigh(stem, 0.7);
        }
        for stem in &context {
            weigh(stem, 0.8);
            relatives(stem).for_each(|other| weigh(other, 0.6));
        }
        // The "by" of `apply_by`.
        links.iter().filter(|link| is_link(link)).for_each(|link| weigh(link, 1.0));
        if matches!(wanted, Wanted::Date | Wanted::DateTime) {
            weigh("dat", 0.8);
        }
        Self { weights, name, wanted, shape }
    }

    /// How much a word near an answer speaks for it.
    pub(super) fn weight(&self, stem: &str) -> f32 {
        self.weights.get(stem).copied().unwrap_or(0.0)
    }

    /// Whether the question has no words of its own, so that any answer of its kind will do.
    pub(super) fn is_open(&self) -> bool {
        self.weights.is_empty()
    }

    pub(super) fn is_occupation(&self) -> bool {
        self.names(&["occupation", "profession", "job", "role", "position"])
    }

    pub(super) fn names(&self, any: &[&str]) -> bool {
        // A stem begins as its word does, and most words need no stem for that.
        let begin = |own: &str, word: &str| own.bytes().next() == word.bytes().next();
        let is = |own: &String, word: &str| begin(own, word) && *own == stem(word);
        any.iter().any(|word| self.name.iter().any(|own| is(own, word)))
    }
}

fn is_link(stem: &str) -> bool {
    matches!(stem, "by" | "from" | "to" | "until" | "since" | "at" | "in")
}

fn wanted(
    view: &View<'_>,
    shape: Shape,
    name: &[String],
    description: &[String],
    context: &[String],
) -> Wanted {
    match view.get("format").and_then(|format| format.as_str()) {
        Some("email" | "idn-email") => return Wanted::Email,
        Some("uri" | "url" | "iri" | "uri-reference") => return Wanted::Url,
        Some("date") => return Wanted::Date,
        Some("date-time") => return Wanted::DateTime,
        Some("time") => return Wanted::Time,
        Some("uuid") => return Wanted::Uuid,
        Some("ipv4" | "ipv6" | "ip") => return Wanted::Ip,
        _ => {}
    }
    let number = matches!(shape, Shape::Integer | Shape::Number);
    let numeric = |kind: &Wanted| {
        matches!(kind, Wanted::Age | Wanted::Year | Wanted::Percent | Wanted::Money)
    };
    let own = name.iter().rev().filter_map(|stem| kind_of(stem));
    let has = |any: &[&str]| any.iter().any(|word| name.contains(&stem(word)));
    if number {
        if has(&["founded", "published", "released", "established", "built", "born", "died"]) {
            return Wanted::Year;
        }
        let mut kinds = own.chain(description.iter().take(6).filter_map(|stem| kind_of(stem)));
        return kinds.find(numeric).unwrap_or(Wanted::Phrase);
    }
    let own: Vec<Wanted> = own.collect();
    match own.first() {
        Some(Wanted::Name) if has(&["first", "given"]) => Wanted::FirstName,
        Some(Wanted::Name) if has(&["last", "family"]) => Wanted::LastName,
        // "company_name", "order_number", "owner_email": the head decides unless it is "name".
        Some(Wanted::Name) => own
            .iter()
            .copied()
            .find(|kind| *kind != Wanted::Name)
            .or_else(|| described(description, context))
            .unwrap_or(Wanted::Name),
        Some(kind) => *kind,
        None if name.is_empty() => described(description, context).unwrap_or(Wanted::Phrase),
        None => Wanted::Phrase,
    }
}

/// The kind that the nearest parent, or else the description, speaks of.
fn described(description: &[String], context: &[String]) -> Option<Wanted> {
    let mut parents = context.iter().rev().filter_map(|stem| kind_of(stem));
    let mut words = description.iter().filter_map(|stem| kind_of(stem));
    parents.find(|kind| has_name(*kind)).or_else(|| words.find(|kind| has_name(*kind)))
}

/// Whether things of the kind have names.
fn has_name(kind: Wanted) -> bool {
    matches!(kind, Wanted::Person | Wanted::Company | Wanted::Place | Wanted::Thing)
}

/// Whether a type of this name is one of things that have names.
pub(super) fn is_named_kind(name: &str) -> bool {
    name_stems(name).iter().filter_map(|stem| kind_of(stem)).any(has_name)
}
