//! Unions as several tools: how many, and how they are named.

use instructor::schema::{Dialect, Rendered, rendered};
use instructor::{Extract, Parallel};
use serde::Deserialize;

macro_rules! union {
    ($name:ident: $($variant:ident)*) => {
        #[derive(Deserialize, Extract)]

        enum $name {
            $($variant { text: String },)*
        }
    };
}

union!(Twenty: A B C D E F G H I J K L M N O P Q R S T);
union!(TwentyOne: A B C D E F G H I J K L M N O P Q R S T U);

#[derive(Deserialize, Extract)]

enum Names {
    #[serde(rename = "3d")]
    Digit {
        text: String,
    },
    #[serde(rename = "-x")]
    Hyphen {
        text: String,
    },
    #[serde(rename = "_3d")]
    Taken {
        text: String,
    },
    #[serde(rename = "é")]
    Foreign {
        text: String,
    },
    #[serde(rename = "12345678901234567890123456789012345678901234567890123456789012345")]
    Long {
        text: String,
    },
    Usual,
}

fn tools<T: Extract>(dialect: &'static Dialect) -> Vec<&'static Rendered> {
    let rendered = rendered(T::SCHEMA, dialect).unwrap();
    rendered.alternatives.iter().map(|alternative| &alternative.tool).collect()
}

#[test]
fn no_more_tools_than_are_taken() {
    for (dialect, twenty, twenty_one) in [
        (&Dialect::TOOL, 20, 21),
        (&Dialect::OPENAI_STRICT, 20, 21),
        (&Dialect::GEMINI, 20, 21),
        (&Dialect::ANTHROPIC_STRICT, 20, 0),
        (&Dialect::BEDROCK_STRICT, 20, 0),
    ] {
        assert_eq!(tools::<Twenty>(dialect).len(), twenty, "{}", dialect.name);
        assert_eq!(tools::<TwentyOne>(dialect).len(), twenty_one, "{}", dialect.name);
        let calls = tools::<Parallel<TwentyOne>>(dialect);
        assert_eq!(calls.len(), twenty_one.max(1), "{}", dialect.name);
    }
    let calls = tools::<Parallel<TwentyOne>>(&Dialect::BEDROCK_STRICT);
    assert!(calls[0].wrapped, "one tool for any element");
}

#[test]
fn names_begin_with_a_letter_or_an_underscore() {
    let tools = tools::<Names>(&Dialect::TOOL);
    let names: Vec<_> = tools.iter().map(|tool| tool.name.as_str()).collect();
    let long = "_12345678901234567890123456789012345678901234567890123456789";
    assert_eq!(names, ["_3d", "_-x", "_3d_2", "_", long, "Usual"]);
}

#[test]
fn a_tool_without_fields_says_so() {
    let tools = tools::<Names>(&Dialect::TOOL);
    let usual = tools.last().unwrap();
    assert_eq!(usual.json.get(), r#"{"type":"object","properties":{}}"#);
}
