//! Answers that are taken: the JSON that comes of them, and every repair.

use instructor_core::Schema;
use instructor_core::align::align;
use instructor_core::schema::Dialect;

use crate::schemas::*;

type Case = (&'static Schema, &'static str, &'static str, &'static [&'static str]);

fn check(dialect: &'static Dialect, cases: &[Case]) {
    for (schema, answer, json, repairs) in cases {
        let aligned = match align(answer, schema, dialect) {
            Ok(aligned) => aligned,
            Err(rejection) => panic!("{answer}\nis refused: {}", rejection.for_model()),
        };
        let found: Vec<String> = aligned.repairs.iter().map(ToString::to_string).collect();
        assert_eq!(&aligned.json, json, "{answer}");
        assert_eq!(found, *repairs, "{answer}");
    }
}

const ADA: &str = r#"{"name":"Ada","age":36}"#;
const PROSE: &str = "`$`: found among other text";
const FENCE: &str = "`$`: found in a code fence";
const THINKING: &str = "`$`: thinking left out";

#[test]
fn exact_json_needs_no_repair() {
    check(
        &Dialect::JSON_SCHEMA,
        &[
            (&PERSON, ADA, ADA, &[]),
            (&PERSON, "\n {\"age\" : 36 ,\n\"name\":\"Ada\"} ", r#"{"age":36,"name":"Ada"}"#, &[]),
            (&PERSON, r#"{"full_name":"Ada","age":36}"#, r#"{"full_name":"Ada","age":36}"#, &[]),
            (
                &PERSON,
                r#"{"name":"A","age":1,"email":null}"#,
                r#"{"name":"A","age":1,"email":null}"#,
                &[],
            ),
            (&PERSON, r#"{"name":"A","age":1,"else":[{}]}"#, r#"{"name":"A","age":1}"#, &[]),
            (&TEXT, r#""a\u0041\n\"\\\/\ud83d\ude00""#, "\"aA\\n\\\"\\\\/😀\"", &[]),
            (&BOOL, "true", "true", &[]),
            (
                &U128,
                "340282366920938463463374607431768211455",
                "340282366920938463463374607431768211455",
                &[],
            ),
            (
                &I128,
                "-170141183460469231731687303715884105728",
                "-170141183460469231731687303715884105728",
                &[],
            ),
            (&U64, "18446744073709551615", "18446744073709551615", &[]),
            (&FLOAT, "1.50e3", "1.50e3", &[]),
            (&FLOAT, "7", "7", &[]),
            (&UNIT, "null", "null", &[]),
            (&ANY, r#"{"a":[1,null]}"#, r#"{"a":[1,null]}"#, &[]),
            (&CHAR, "\"é\"", "\"é\"", &[]),
            (&MOOD, "\"blue\"", "\"blue\"", &[]),
            (&SHAPE, r#"{"radius":1,"kind":"Circle"}"#, r#"{"radius":1,"kind":"Circle"}"#, &[]),
            (&SHAPE, r#"{"kind":"Nothing"}"#, r#"{"kind":"Nothing"}"#, &[]),
            (&LENIENT, r#"{"kind":"Hexagon","n":6}"#, r#"{"kind":"Hexagon"}"#, &[]),
            (&EVENT, r#"{"t":"Move","c":[1,2]}"#, r#"{"t":"Move","c":[1,2]}"#, &[]),
            (&EVENT, r#"{"t":"Quit"}"#, r#"{"t":"Quit"}"#, &[]),
            (&COMMAND, "\"Quit\"", "\"Quit\"", &[]),
            (&COMMAND, r#"{"Quit":null}"#, r#"{"Quit":null}"#, &[]),
            (
                &COMMAND,
                r#"{"Draw":{"shape":{"kind":"Nothing"}}}"#,
                r#"{"Draw":{"shape":{"kind":"Nothing"}}}"#,
                &[],
            ),
            (&MIXED, "7", "7", &[]),
            (&MIXED, "\"Quit\"", "\"Quit\"", &[]),
            (&ID, "\"5\"", "\"5\"", &[]),
            (&ID, "5", "5", &[]),
            (&EITHER, r#"{"width":1,"height":2}"#, r#"{"width":1,"height":2}"#, &[]),
            (&UNION, "5", "5", &[]),
            (&UNION, "[5]", "[5]", &[]),
            (
                &FLAT,
                r#"{"id":1,"kind":"Square","side":2}"#,
                r#"{"id":1,"kind":"Square","side":2}"#,
                &[],
            ),
            (&OPEN, r#"{"id":1,"eur":2.5}"#, r#"{"id":1,"eur":2.5}"#, &[]),
            (&BY_MOOD, r#"{"sad":1}"#, r#"{"sad":1}"#, &[]),
            (&BY_NUMBER, r#"{"7":1}"#, r#"{"7":1}"#, &[]),
            (
                &TREE,
                r#"{"name":"a","children":[{"name":"b","children":[]}]}"#,
                r#"{"name":"a","children":[{"name":"b","children":[]}]}"#,
                &[],
            ),
        ],
    );
}

#[test]
fn json_is_found() {
    check(
        &Dialect::TOOL,
        &[
            (&PERSON, "Here is it: {\"name\":\"Ada\",\"age\":36}. Bye!", ADA, &[PROSE]),
            (&PERSON, "```json\n{\"name\":\"Ada\",\"age\":36}\n```", ADA, &[FENCE]),
            (&PERSON, "```\n{\"name\":\"Ada\",\"age\":36}", ADA, &[FENCE]),
            (&PERSON, "Sure.\n```json {\"name\":\"Ada\",\"age\":36}```", ADA, &[FENCE]),
            (
                &PERSON,
                "```python\nx = [1]\n```\nso\n```json\n{\"name\":\"Ada\",\"age\":36}\n```\n",
                ADA,
                &[FENCE],
            ),
            (
                &PERSON,
                "<think>{\"name\":\"No\",\"age\":1}</think>{\"name\":\"Ada\",\"age\":36}",
                ADA,
                &[THINKING, PROSE],
            ),
            (
                &PERSON,
                "Maybe {\"name\":\"Not this one\",\"age\":1}?</think>\n{\"name\":\"Ada\",\"age\":36}",
                ADA,
                &[THINKING, PROSE],
            ),
            (
                &PERSON,
                "It is {\"name\":\"</think>\",\"age\":1}",
                r#"{"name":"</think>","age":1}"#,
                &[PROSE],
            ),
            (
                &PERSON,
                "See [1] and [[note]] in {curly} [sic]: {\"name\":\"Ada\",\"age\":36}",
                ADA,
                &[PROSE],
            ),
            (&PERSON, "{\"a\":1} then {\"name\":\"Ada\",\"age\":36}", ADA, &[PROSE]),
            (
                &PERSON,
                "{\"name\":\"Ada\",\"age\":36} or {\"name\":\"Eve\",\"age\":36}",
                ADA,
                &[PROSE],
            ),
            (&PERSON, "{broken: 1} but {\"name\":\"Ada\",\"age\":36}", ADA, &[PROSE]),
            (
                &PERSON,
                "<answer>{\"name\":\"}{\",\"age\":3}</answer>",
                r#"{"name":"}{","age":3}"#,
                &[PROSE],
            ),
            (&PERSON, "\u{feff}{\"name\":\"Ada\",\"age\":36}", ADA, &[]),
            (&PERSON, r#""{\"name\":\"Ada\",\"age\":36}""#, ADA, &["`$`: JSON from text"]),
            (
                &PEOPLE,
                "{\"name\":\"Ada\",\"age\":36}\n{\"name\":\"Eve\",\"age\":1}",
                r#"[{"name":"Ada","age":36},{"name":"Eve","age":1}]"#,
                &[PROSE, "`$`: list from several values"],
            ),
            (
                &MOOD,
                "In progress.",
                "\"in_progress\"",
                &["`$`: bare text taken for the value", "`$`: variant spelled differently"],
            ),
            (&U8, "42", "42", &["`$`: value without its wrapper"]),
            (&U8, "```\n42\n```", "42", &[FENCE, "`$`: value without its wrapper"]),
            (
                &BOOL,
                "Yes",
                "true",
                &["`$`: bare text taken for the value", "`$`: truth value from text"],
            ),
        ],
    );
}

#[test]
fn wrappers_are_taken_off() {
    check(
        &Dialect::TOOL,
        &[
            (&U8, r#"{"value":5}"#, "5", &[]),
            (&PEOPLE, r#"{"value":[]}"#, "[]", &[]),
            (&PEOPLE, r#"{"reason":"none are named","value":[]}"#, "[]", &[]),
            (&PEOPLE, "[]", "[]", &["`$`: value without its wrapper"]),
            (&SHAPE, r#"{"value":{"kind":"Nothing"}}"#, r#"{"kind":"Nothing"}"#, &[]),
            (
                &PERSON,
                r#"{"type":"object","properties":{"name":"Ada","age":36}}"#,
                ADA,
                &["`$`: taken out of an echoed schema"],
            ),
            (
                &PERSON,
                r#"{"name":"Person","arguments":{"name":"Ada","age":36}}"#,
                ADA,
                &["`$`: taken out of a tool call"],
            ),
            (
                &PERSON,
                r#"{"type":"function","function":{"name":"Person","arguments":"{\"name\":\"Ada\",\"age\":36}"}}"#,
                ADA,
                &["`$`: taken out of a tool call", "`$`: JSON from text"],
            ),
            (
                &U8,
                r#"{"name":"U8","arguments":{"value":5}}"#,
                "5",
                &["`$`: taken out of a tool call"],
            ),
            (
                &PERSON,
                r#"{"person":{"name":"Ada","age":36}}"#,
                ADA,
                &["`$`: taken out from under the type's name"],
            ),
            (&PERSON, r#"[{"name":"Ada","age":36}]"#, ADA, &["`$`: value from a list of one"]),
        ],
    );
}

#[test]
fn properties_are_coerced() {
    check(
        &Dialect::JSON_SCHEMA,
        &[
            (&PERSON, r#"{"name":"Ada","age":"36"}"#, ADA, &["`age`: number from text"]),
            (
                &PERSON,
                r#"{"Name":"Ada","AGE":36.0}"#,
                ADA,
                &[
                    "`name`: property spelled differently",
                    "`age`: property spelled differently",
                    "`age`: whole number from a number with a fraction or exponent",
                ],
            ),
            (
                &PERSON,
                r#"{"name":"Ada","age":36,"nickNames":"A"}"#,
                r#"{"name":"Ada","age":36,"nick_names":["A"]}"#,
                &[
                    "`nick_names`: property spelled differently",
                    "`nick_names`: list from a single value",
                ],
            ),
            (
                &PERSON,
                r#"{"name":"Ada","age":36,"nick_names":null}"#,
                ADA,
                &["`nick_names`: null taken for a missing property"],
            ),
            (
                &PERSON,
                r#"{"name":["Ada"],"age":[36]}"#,
                ADA,
                &["`name`: value from a list of one", "`age`: value from a list of one"],
            ),
            (
                &PERSON,
                r#"{"name":"Ada","name":"Ada","age":36}"#,
                ADA,
                &["`name`: repeated property left out"],
            ),
            (
                &PERSON,
                r#"{"name":7,"age":36}"#,
                r#"{"name":"7","age":36}"#,
                &["`name`: text from number"],
            ),
            (
                &PERSON,
                r#"{"name":"A","age":1,"nick_names":"[\"x\"]"}"#,
                r#"{"name":"A","age":1,"nick_names":["x"]}"#,
                &["`nick_names`: JSON from text"],
            ),
        ],
    );
}

#[test]
fn scalars_are_coerced() {
    check(
        &Dialect::JSON_SCHEMA,
        &[
            (&NAMED, "true", "\"true\"", &["`$`: text from truth value"]),
            (&U8, "\"5.0\"", "5", &["`$`: number from text"]),
            (&U8, "-0", "0", &["`$`: whole number from a number with a fraction or exponent"]),
            (&FLOAT, "\"1,234.50\"", "1234.50", &["`$`: number from text"]),
            (
                &U64,
                "\"18,446,744,073,709,551,615\"",
                "18446744073709551615",
                &["`$`: number from text"],
            ),
            (
                &U128,
                "1e38",
                "100000000000000000000000000000000000000",
                &["`$`: whole number from a number with a fraction or exponent"],
            ),
            (&BOOL, "\"YES\"", "true", &["`$`: truth value from text"]),
            (&BOOL, "\" false \"", "false", &["`$`: truth value from text"]),
            (&CHAR, "7", "\"7\"", &["`$`: text from number"]),
        ],
    );
}

#[test]
fn variants_lists_and_unions_are_coerced() {
    check(
        &Dialect::JSON_SCHEMA,
        &[
            (&MOOD, "\"In-Progress\"", "\"in_progress\"", &["`$`: variant spelled differently"]),
            (&MOOD, "\"BLUE!\"", "\"sad\"", &["`$`: variant spelled differently"]),
            (&MOOD, "[\"sad\"]", "\"sad\"", &["`$`: value from a list of one"]),
            (
                &BY_MOOD,
                r#"{"Happy":"1"}"#,
                r#"{"happy":1}"#,
                &["`Happy`: variant spelled differently", "`Happy`: number from text"],
            ),
            (&NUMBERS, "7", "[7]", &["`$`: list from a single value"]),
            (&TEXTS, "\"one thing\"", "[\"one thing\"]", &["`$`: list from a single value"]),
            (&PEOPLE, ADA, r#"[{"name":"Ada","age":36}]"#, &["`$`: list from a single value"]),
            (
                &SHAPE,
                r#"{"kind":"circle","radius":"1"}"#,
                r#"{"kind":"Circle","radius":1}"#,
                &["`kind`: variant spelled differently", "`radius`: number from text"],
            ),
            (
                &SHAPE,
                r#"{"radius":1}"#,
                r#"{"kind":"Circle","radius":1}"#,
                &["`kind`: variant told by its properties"],
            ),
            (
                &FLAT,
                r#"{"id":"1","side":1}"#,
                r#"{"kind":"Square","id":1,"side":1}"#,
                &["`id`: number from text", "`kind`: variant told by its properties"],
            ),
            (
                &COMMAND,
                r#"{"say":5}"#,
                r#"{"Say":"5"}"#,
                &["`$`: variant spelled differently", "`Say`: text from number"],
            ),
            (
                &COMMAND,
                r#"{"Draw":"{\"shape\":{\"kind\":\"Nothing\"}}"}"#,
                r#"{"Draw":{"shape":{"kind":"Nothing"}}}"#,
                &["`Draw`: JSON from text"],
            ),
            (&COMMAND, r#""{\"Say\":\"x\"}""#, r#"{"Say":"x"}"#, &["`$`: JSON from text"]),
            (&ID, "5.0", "5", &["`$`: whole number from a number with a fraction or exponent"]),
            (&ID, "5.5", "\"5.5\"", &["`$`: text from number"]),
            (
                &EITHER,
                r#"{"width":"1","height":2}"#,
                r#"{"width":1,"height":2}"#,
                &["`width`: number from text"],
            ),
            (&EITHER, "\"no\"", "false", &["`$`: truth value from text"]),
            (&MIXED, "\"7\"", "7", &["`$`: number from text"]),
            (
                &OPEN,
                r#"{"ID":1,"eur":"2.5"}"#,
                r#"{"id":1,"eur":2.5}"#,
                &["`id`: property spelled differently", "`eur`: number from text"],
            ),
            (
                &TREE,
                r#"{"name":"a","children":{"name":"b","children":[]}}"#,
                r#"{"name":"a","children":[{"name":"b","children":[]}]}"#,
                &["`children`: list from a single value"],
            ),
        ],
    );
}

#[test]
fn lowered_forms_are_undone_without_a_repair() {
    check(
        &Dialect::OPENAI_STRICT,
        &[
            (
                &ORDER,
                r#"{"rates":[{"key":"eur","value":1.5}],"size":{"item_0":"L","item_1":7},"at":[1,2],"count":null,"note":null}"#,
                r#"{"rates":{"eur":1.5},"size":["L",7],"at":[1,2],"note":null}"#,
                &[],
            ),
            (
                &ORDER,
                r#"{"rates":{"eur":1.5},"size":["L",7],"at":[1,2]}"#,
                r#"{"rates":{"eur":1.5},"size":["L",7],"at":[1,2]}"#,
                &[],
            ),
            (
                &PERSON,
                r#"{"name":"A","age":1,"email":null,"nick_names":null}"#,
                r#"{"name":"A","age":1,"email":null}"#,
                &[],
            ),
            (
                &RATES,
                r#"{"value":[{"key":"eur","value":"1"}]}"#,
                r#"{"eur":1}"#,
                &["`[0].value`: number from text"],
            ),
            (
                &BY_NUMBER,
                r#"{"value":[{"key":"7","value":1},{"key":8,"value":1}]}"#,
                r#"{"7":1,"8":1}"#,
                &[],
            ),
            (&PAIR_OF_U8, r#"{"value":[1,2]}"#, "[1,2]", &[]),
        ],
    );
}
