//! The checks that the tables of the providers are made of.

use serde_json::{Map, Value};

pub(crate) type Node = Map<String, Value>;

/// A rule in words, and whether a schema inside `root` obeys it.
pub(crate) type Rule = (&'static str, fn(node: &Node, root: &Value) -> bool);

/// What makes sense to any reader.
pub(crate) const SOUND: &[Rule] = &[
    ("every `$ref` resolves", |node, root| {
        node.get("$ref").is_none_or(|target| {
            let pointer = target.as_str().and_then(|target| target.strip_prefix('#'));
            pointer.and_then(|pointer| root.pointer(pointer)).is_some_and(Value::is_object)
        })
    }),
    ("every entry of `$defs` is used", |node, root| {
        let Some(Value::Object(defs)) = node.get("$defs") else { return true };
        let refs = refs_in(root, true);
        defs.keys().all(|name| refs.contains(&format!("#/$defs/{name}").as_str()))
    }),
    ("what is required is a property", |node, _| {
        // A schema without properties is a condition, such as one of two names.
        properties(node).is_none() || required(node).iter().all(|name| names(node).contains(name))
    }),
    ("no `enum` is empty or says a thing twice", |node, _| {
        list(node, "enum").is_none_or(|values| {
            !values.is_empty() && values.iter().enumerate().all(|(i, v)| !values[..i].contains(v))
        })
    }),
    ("`anyOf` has no form twice", |node, _| {
        list(node, "anyOf").is_none_or(|forms| {
            !forms.is_empty() && forms.iter().enumerate().all(|(i, f)| !forms[..i].contains(f))
        })
    }),
    ("no description is empty", |node, _| {
        node.get("description").is_none_or(|text| text.as_str().is_some_and(|t| !t.is_empty()))
    }),
    ("no schema has both a type and forms", |node, _| {
        !node.contains_key("type") || !node.contains_key("anyOf")
    }),
];

pub(crate) const OBJECT_ROOT: Rule = ("the root is an object without `anyOf`", |node, root| {
    !is_root(node, root) || is_object(node) && !node.contains_key("anyOf")
});

pub(crate) const ROOT_PROPERTIES: Rule =
    ("the root says its properties, also if there are none", |node, root| {
        !is_root(node, root) || properties(node).is_some()
    });

pub(crate) const CLOSED: Rule = ("objects have `additionalProperties: false`", |node, _| {
    !is_object(node) || node.get("additionalProperties") == Some(&Value::Bool(false))
});

pub(crate) const ALL_REQUIRED: Rule =
    ("all properties are required", |node, _| !is_object(node) || names(node) == required(node));

pub(crate) const ONE_PROPERTY: Rule =
    ("objects have a property", |node, _| !is_object(node) || !names(node).is_empty());

pub(crate) const ONE_REQUIRED: Rule =
    ("objects have a required property", |node, _| !is_object(node) || !required(node).is_empty());

pub(crate) const ORDERED: Rule = ("`propertyOrdering` lists the properties", |node, _| {
    let order = list(node, "propertyOrdering");
    let order: Option<Vec<_>> = order.map(|o| o.iter().filter_map(Value::as_str).collect());
    order.map_or(names(node).len() < 2, |order| order == names(node))
});

pub(crate) const REF_ALONE: Rule =
    ("`$ref` stands alone", |node, _| !node.contains_key("$ref") || node.len() == 1);

pub(crate) const REF_TO_DEFS: Rule = ("`$ref` leads to `$defs`", |node, _| {
    node.get("$ref").is_none_or(|to| to.as_str().is_some_and(|to| to.starts_with("#/$defs/")))
});

pub(crate) const FORMS_DESCRIBED: Rule =
    ("`anyOf` has a description beside it at most", |node, _| {
        !node.contains_key("anyOf") || node.keys().all(|key| key == "anyOf" || key == "description")
    });

pub(crate) const FORMS_ALONE: Rule =
    ("`anyOf` stands alone", |node, _| !node.contains_key("anyOf") || node.len() == 1);

pub(crate) const SAYS_WHAT: Rule = ("every schema says what it is", |node, _| {
    ["type", "anyOf", "$ref"].into_iter().any(|key| node.contains_key(key))
});

pub(crate) const LISTS_OF_WHAT: Rule = ("a list says what its items are", |node, _| {
    !has_type(node, "array")
        || node.get("items").is_some_and(Value::is_object)
        || list(node, "prefixItems").is_some_and(|items| !items.is_empty())
});

pub(crate) const NO_TYPE_LIST: Rule =
    ("`type` is no list", |node, _| node.get("type").is_none_or(Value::is_string));

pub(crate) const CAPITALS: Rule = ("types have the names of Gemini's `Type`", |node, _| {
    let known = ["STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT", "NULL"];
    node.get("type").is_none_or(|kind| kind.as_str().is_some_and(|kind| known.contains(&kind)))
});

pub(crate) const SCHEMAS_ARE_OBJECTS: Rule = ("no schema is `true` or `false`", |node, _| {
    !node.get("items").is_some_and(Value::is_boolean)
        && properties(node).is_none_or(|all| all.values().all(Value::is_object))
});

pub(crate) const TEXT_ENUMS: Rule = ("`enum` holds texts", |node, _| {
    list(node, "enum").is_none_or(|values| values.iter().all(Value::is_string))
});

pub(crate) const TEXT_AND_NUMBER_ENUMS: Rule = ("`enum` holds texts and numbers", |node, _| {
    list(node, "enum").is_none_or(|values| values.iter().all(|v| v.is_string() || v.is_number()))
});

pub(crate) const SIMPLE_ENUMS: Rule = ("`enum` holds no lists and objects", |node, _| {
    list(node, "enum").is_none_or(|values| values.iter().all(|v| !v.is_array() && !v.is_object()))
});

pub(crate) const FLOAT_SAFE: Rule = ("no number is beyond what a float holds", |node, _| {
    node.values().filter_map(Value::as_f64).all(|number| number.abs() <= 2_f64.powi(53))
});

pub(crate) const MIN_ITEMS_0_OR_1: Rule = ("`minItems` is 0 or 1", |node, _| {
    node.get("minItems").is_none_or(|n| n.as_u64().is_some_and(|n| n <= 1))
});

pub(crate) const COUNTS_TO_256: Rule = ("no count is above 256", |node, _| counts(node, 256));

pub(crate) const COUNTS_TO_2000: Rule = ("no count is above 2000", |node, _| counts(node, 2000));

pub(crate) const PLAIN_PATTERNS: Rule =
    ("`pattern` has no look-around, no word boundary and no back reference", |node, _| {
        let foreign = ["(?=", "(?!", "(?<", r"\b", r"\B", r"\1"];
        node.get("pattern")
            .and_then(Value::as_str)
            .is_none_or(|pattern| !foreign.iter().any(|part| pattern.contains(part)))
    });

pub(crate) const NO_RECURSION: Rule = ("no type contains itself", |node, root| {
    node.get("$ref").and_then(Value::as_str).is_none_or(|target| !is_cyclic(target, root))
});

pub(crate) const CYCLES_IN_OPTIONAL: Rule =
    ("types that contain themselves stand in properties that are not required", |node, root| {
        let needed = required(node);
        let open =
            |schema: &Value| refs_in(schema, false).iter().all(|target| !is_cyclic(target, root));
        properties(node)
            .is_none_or(|all| all.iter().all(|(n, s)| !needed.contains(&&**n) || open(s)))
    });

pub(crate) const CYCLES_THROUGH_PROPERTIES: Rule =
    ("types contain themselves in properties only", |node, root| {
        let target = node.get("$ref").and_then(Value::as_str);
        target.is_none_or(|target| !leads_back(target, root, false))
    });

pub(crate) const OPTIONAL_TO_24: Rule = ("at most 24 properties are optional", |node, root| {
    let mut optional = 0;
    if is_root(node, root) {
        walk(root, &mut |node| optional += names(node).len() - required(node).len());
    }
    optional <= 24
});

pub(crate) const UNIONS_TO_16: Rule = ("at most 16 schemas have several types", |node, root| {
    let mut unions = 0;
    if is_root(node, root) {
        walk(root, &mut |node| {
            let several =
                node.contains_key("anyOf") || node.get("type").is_some_and(Value::is_array);
            unions += usize::from(several);
        });
    }
    unions <= 16
});

fn is_root(node: &Node, root: &Value) -> bool {
    root.as_object().is_some_and(|root| std::ptr::eq(root, node))
}

fn counts(node: &Node, most: u64) -> bool {
    ["minItems", "maxItems", "minLength", "maxLength"]
        .iter()
        .filter_map(|key| node.get(*key))
        .all(|count| count.as_u64().is_some_and(|count| count <= most))
}

fn has_type(node: &Node, name: &str) -> bool {
    match node.get("type") {
        Some(Value::String(kind)) => kind.eq_ignore_ascii_case(name),
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == name),
        _ => false,
    }
}

fn is_object(node: &Node) -> bool {
    has_type(node, "object")
}

fn list<'n>(node: &'n Node, key: &str) -> Option<&'n Vec<Value>> {
    node.get(key).and_then(Value::as_array)
}

fn properties(node: &Node) -> Option<&Node> {
    node.get("properties").and_then(Value::as_object)
}

fn names(node: &Node) -> Vec<&str> {
    properties(node).into_iter().flat_map(|all| all.keys().map(String::as_str)).collect()
}

fn required(node: &Node) -> Vec<&str> {
    list(node, "required").into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Calls `visit` with each schema in the schema.
pub(crate) fn walk(node: &Value, visit: &mut dyn FnMut(&Node)) {
    let Value::Object(node) = node else { return };
    visit(node);
    for (key, inner) in node {
        match (&**key, inner) {
            ("properties" | "$defs" | "patternProperties", Value::Object(named)) => {
                named.values().for_each(|inner| walk(inner, visit));
            }
            ("anyOf" | "allOf" | "oneOf" | "prefixItems", Value::Array(list)) => {
                for inner in list {
                    walk(inner, visit);
                }
            }
            ("items" | "additionalProperties" | "propertyNames" | "not", inner) => {
                walk(inner, visit);
            }
            _ => {}
        }
    }
}

/// The targets of `$ref` in a schema; `across`: also in its properties and definitions.
fn refs_in(node: &Value, across: bool) -> Vec<&str> {
    match node {
        Value::Object(node) => {
            let own = node.get("$ref").and_then(Value::as_str);
            let inner = node
                .iter()
                .filter(|(key, _)| across || !["properties", "$defs"].contains(&&***key))
                .flat_map(|(_, inner)| refs_in(inner, across));
            own.into_iter().chain(inner).collect()
        }
        Value::Array(list) => list.iter().flat_map(|inner| refs_in(inner, across)).collect(),
        _ => Vec::new(),
    }
}

/// Whether the target of a `$ref` refers to itself.
fn is_cyclic(target: &str, root: &Value) -> bool {
    leads_back(target, root, true)
}

fn leads_back(target: &str, root: &Value, across: bool) -> bool {
    let mut seen: Vec<&str> = Vec::new();
    let mut open = vec![target];
    while let Some(next) = open.pop() {
        let node = root.pointer(next.trim_start_matches('#')).unwrap_or(&Value::Null);
        for inner in refs_in(node, across) {
            if !seen.contains(&inner) {
                seen.push(inner);
                open.push(inner);
            }
        }
    }
    seen.contains(&target)
}
