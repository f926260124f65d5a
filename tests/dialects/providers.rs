//! What each provider's documentation says of its schemas, as tables; nothing is read from the
//! dialects themselves.

use std::fmt::Debug;

use instructor::Extract;
use instructor::schema::Dialect;
use serde::Serialize;
use serde_json::Value;

use crate::rules::{
    ALL_REQUIRED, CAPITALS, CLOSED, COUNTS_TO_256, COUNTS_TO_2000, CYCLES_IN_OPTIONAL,
    CYCLES_THROUGH_PROPERTIES, FLOAT_SAFE, FORMS_ALONE, FORMS_DESCRIBED, LISTS_OF_WHAT,
    MIN_ITEMS_0_OR_1, NO_RECURSION, NO_TYPE_LIST, OBJECT_ROOT, ONE_PROPERTY, ONE_REQUIRED,
    OPTIONAL_TO_24, ORDERED, PLAIN_PATTERNS, REF_ALONE, REF_TO_DEFS, ROOT_PROPERTIES, Rule,
    SAYS_WHAT, SCHEMAS_ARE_OBJECTS, SIMPLE_ENUMS, SOUND, TEXT_AND_NUMBER_ENUMS, TEXT_ENUMS,
    UNIONS_TO_16, walk,
};
use crate::{Visitor, all, schema_of};

/// What a provider takes.
struct Stated {
    dialect: &'static Dialect,
    /// The keywords, all of them; `None` if there is no list.
    keywords: Option<&'static [&'static str]>,
    /// The values of `format`; `None` if there is no list.
    formats: Option<&'static [&'static str]>,
    rules: &'static [Rule],
}

/// "Supported schemas" in `OpenAI`'s guide to structured outputs.
const OPENAI: Stated = Stated {
    dialect: &Dialect::OPENAI_STRICT,
    keywords: Some(&[
        "type",
        "description",
        "properties",
        "required",
        "additionalProperties",
        "items",
        "anyOf",
        "enum",
        "const",
        "$ref",
        "$defs",
        "pattern",
        "format",
        "multipleOf",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "minItems",
        "maxItems",
    ]),
    formats: Some(&[
        "date-time",
        "time",
        "date",
        "duration",
        "email",
        "hostname",
        "ipv4",
        "ipv6",
        "uuid",
    ]),
    rules: &[
        OBJECT_ROOT,
        ROOT_PROPERTIES,
        CLOSED,
        ALL_REQUIRED,
        REF_ALONE,
        FORMS_DESCRIBED,
        SAYS_WHAT,
        LISTS_OF_WHAT,
        FLOAT_SAFE,
    ],
};

/// "JSON Schema limitations" in Anthropic's guide to structured outputs.
const ANTHROPIC: Stated = Stated {
    dialect: &Dialect::ANTHROPIC_STRICT,
    keywords: Some(&[
        "type",
        "description",
        "properties",
        "required",
        "additionalProperties",
        "items",
        "anyOf",
        "enum",
        "const",
        "$ref",
        "$defs",
        "default",
        "pattern",
        "format",
        "minItems",
    ]),
    formats: Some(&[
        "date-time",
        "time",
        "date",
        "duration",
        "email",
        "hostname",
        "uri",
        "ipv4",
        "ipv6",
        "uuid",
    ]),
    rules: &[
        OBJECT_ROOT,
        ROOT_PROPERTIES,
        CLOSED,
        NO_RECURSION,
        REF_ALONE,
        REF_TO_DEFS,
        FORMS_DESCRIBED,
        SAYS_WHAT,
        LISTS_OF_WHAT,
        SIMPLE_ENUMS,
        MIN_ITEMS_0_OR_1,
        PLAIN_PATTERNS,
        OPTIONAL_TO_24,
        UNIONS_TO_16,
    ],
};

/// `responseJsonSchema` in `GenerationConfig` of Gemini's reference.
const GEMINI: Stated = Stated {
    dialect: &Dialect::GEMINI,
    keywords: Some(&[
        "$defs",
        "$ref",
        "type",
        "format",
        "title",
        "description",
        "enum",
        "items",
        "prefixItems",
        "minItems",
        "maxItems",
        "minimum",
        "maximum",
        "anyOf",
        "properties",
        "additionalProperties",
        "required",
        "propertyOrdering",
    ]),
    formats: Some(&["date-time", "date", "time"]),
    rules: &[
        OBJECT_ROOT,
        CYCLES_IN_OPTIONAL,
        CYCLES_THROUGH_PROPERTIES,
        REF_ALONE,
        REF_TO_DEFS,
        FORMS_ALONE,
        NO_TYPE_LIST,
        LISTS_OF_WHAT,
        SCHEMAS_ARE_OBJECTS,
        TEXT_AND_NUMBER_ENUMS,
        ORDERED,
        FLOAT_SAFE,
    ],
};

/// `Schema` in Gemini's reference, and what its errors say of it.
const GEMINI_OPENAPI: Stated = Stated {
    dialect: &Dialect::GEMINI_OPENAPI,
    keywords: Some(&[
        "type",
        "format",
        "description",
        "nullable",
        "enum",
        "items",
        "minItems",
        "maxItems",
        "properties",
        "required",
        "propertyOrdering",
        "minLength",
        "maxLength",
        "pattern",
        "minimum",
        "maximum",
        "anyOf",
    ]),
    formats: Some(&["date-time"]),
    rules: &[
        OBJECT_ROOT,
        ONE_PROPERTY,
        CAPITALS,
        SAYS_WHAT,
        FORMS_ALONE,
        NO_TYPE_LIST,
        LISTS_OF_WHAT,
        SCHEMAS_ARE_OBJECTS,
        TEXT_ENUMS,
        ORDERED,
        FLOAT_SAFE,
    ],
};

/// "Schema constraints" and "Unsupported schema features" in Cohere's guide to structured outputs.
const COHERE: Stated = Stated {
    dialect: &Dialect::COHERE,
    keywords: Some(&[
        "type",
        "description",
        "properties",
        "required",
        "items",
        "enum",
        "const",
        "format",
    ]),
    formats: Some(&["date-time", "uuid", "date", "time"]),
    rules: &[
        OBJECT_ROOT,
        ONE_REQUIRED,
        NO_TYPE_LIST,
        SAYS_WHAT,
        LISTS_OF_WHAT,
        SCHEMAS_ARE_OBJECTS,
    ],
};

/// "JSON Schemas" in llama.cpp's guide to grammars, which Ollama's `format` uses.
const OLLAMA: Stated = Stated {
    dialect: &Dialect::OLLAMA,
    keywords: Some(&[
        "type",
        "description",
        "properties",
        "required",
        "additionalProperties",
        "items",
        "anyOf",
        "enum",
        "$ref",
        "$defs",
        "format",
        "minLength",
        "maxLength",
        "minItems",
        "maxItems",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
    ]),
    formats: Some(&["date", "time", "date-time", "uuid"]),
    rules: &[
        OBJECT_ROOT,
        ROOT_PROPERTIES,
        REF_ALONE,
        REF_TO_DEFS,
        FORMS_DESCRIBED,
        LISTS_OF_WHAT,
        SCHEMAS_ARE_OBJECTS,
        COUNTS_TO_2000,
    ],
};

/// "JSON Schema support" in xAI's guide to structured outputs.
const XAI: Stated = Stated {
    dialect: &Dialect::XAI_STRICT,
    keywords: Some(&[
        "type",
        "description",
        "properties",
        "required",
        "additionalProperties",
        "items",
        "anyOf",
        "enum",
        "const",
        "$ref",
        "$defs",
        "format",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "minLength",
        "maxLength",
        "minItems",
        "maxItems",
    ]),
    formats: Some(&["date", "time", "date-time", "email", "uuid", "ipv4", "ipv6", "uri"]),
    rules: &[
        OBJECT_ROOT,
        ROOT_PROPERTIES,
        NO_RECURSION,
        SAYS_WHAT,
        LISTS_OF_WHAT,
        SCHEMAS_ARE_OBJECTS,
        COUNTS_TO_256,
    ],
};

const STATED: &[Stated] = &[
    Stated { dialect: &Dialect::JSON_SCHEMA, keywords: None, formats: None, rules: &[] },
    // A tool of `OpenAI`, Anthropic (`input_schema`), Bedrock and Cohere: any JSON Schema of an object.
    Stated {
        dialect: &Dialect::TOOL,
        keywords: None,
        formats: None,
        rules: &[OBJECT_ROOT, ROOT_PROPERTIES, FLOAT_SAFE],
    },
    OPENAI,
    // Mistral's guide says nothing else.
    Stated { dialect: &Dialect::MISTRAL_STRICT, ..OPENAI },
    // "Schema limitations" in Cerebras' guide, beside what it shares with `OpenAI`.
    Stated {
        dialect: &Dialect::CEREBRAS_STRICT,
        rules: &[
            OBJECT_ROOT,
            ROOT_PROPERTIES,
            CLOSED,
            ALL_REQUIRED,
            NO_RECURSION,
            NO_TYPE_LIST,
            REF_TO_DEFS,
            SAYS_WHAT,
            SCHEMAS_ARE_OBJECTS,
            LISTS_OF_WHAT,
        ],
        ..OPENAI
    },
    XAI,
    ANTHROPIC,
    // "JSON Schema" in Bedrock's guide to structured outputs is Anthropic's list.
    Stated {
        dialect: &Dialect::BEDROCK_STRICT,
        rules: ANTHROPIC.rules.split_at(12).0,
        ..ANTHROPIC
    },
    GEMINI,
    GEMINI_OPENAPI,
    COHERE,
    OLLAMA,
];

impl Stated {
    /// Checks each schema in the schema.
    fn check(&self, root: &Value, name: &str) {
        walk(root, &mut |node| {
            let scene = || {
                let here = serde_json::to_string(node).unwrap_or_default();
                format!("{}: {name}\n{here}\nin {root:#}", self.dialect.name)
            };
            for (rule, holds) in SOUND.iter().chain(self.rules) {
                assert!(holds(node, root), "{rule}: {}", scene());
            }
            if let Some(known) = self.keywords {
                assert!(node.keys().all(|key| known.contains(&&**key)), "keywords: {}", scene());
            }
            if let (Some(known), Some(format)) = (self.formats, node.get("format")) {
                assert!(known.iter().any(|known| format == known), "format: {}", scene());
            }
        });
    }
}

struct Rules(&'static Stated);

impl Visitor for Rules {
    fn visit<T: Extract + Serialize + PartialEq + Debug>(&mut self, _: &[T]) {
        let Some((rendered, schema)) = schema_of::<T>(self.0.dialect) else { return };
        let name = std::any::type_name::<T>();
        self.0.check(&schema, name);
        let alone = [(&rendered.name, &rendered.json)].into_iter();
        let tools = rendered.alternatives.iter().map(|a| (&a.tool.name, &a.tool.json));
        for (tool, json) in alone.chain(tools) {
            let schema = serde_json::from_str(json.get()).expect("a schema is JSON");
            self.0.check(&schema, &format!("{name} as {tool}"));
            assert!(!tool.is_empty() && tool.len() <= 64, "{tool}");
            let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
            assert!(tool.chars().all(is_plain), "{tool}");
            assert!(!tool.starts_with(|c: char| c.is_ascii_digit() || c == '-'), "{tool}");
        }
    }
}

#[test]
fn every_provider_gets_what_it_takes() {
    for stated in STATED {
        all(&mut Rules(stated));
    }
}

#[test]
fn every_dialect_is_in_the_tables() {
    let names = |dialects: &[&Dialect]| dialects.iter().map(|d| d.name).collect::<Vec<_>>();
    let stated: Vec<_> = STATED.iter().map(|stated| stated.dialect).collect();
    assert_eq!(names(&stated), names(Dialect::ALL));
    let mut unique = names(Dialect::ALL);
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), Dialect::ALL.len(), "one name, one dialect");
}
