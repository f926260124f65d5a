//! Answers that are refused: every mismatch by path, as the model is told.

use instructor_core::align::align;
use instructor_core::schema::Dialect;
use instructor_core::{Schema, Violation};

use crate::schemas::*;

fn check(dialect: &'static Dialect, cases: &[(&'static Schema, &str, &[&str])]) {
    for (schema, answer, expected) in cases {
        match align(answer, schema, dialect) {
            Ok(aligned) => panic!("{answer}\nis taken: {} {:?}", aligned.json, aligned.repairs),
            Err(rejection) => {
                let told: Vec<_> =
                    rejection.violations().iter().map(Violation::for_model).collect();
                assert_eq!(told, *expected, "{answer}");
            }
        }
    }
}

#[test]
fn every_mismatch_and_every_broken_rule_is_listed() {
    check(
        &Dialect::JSON_SCHEMA,
        &[
            (
                &PERSON,
                r#"{"name":"","age":"many","email":"nobody","nick_names":[1,{},"too long"]}"#,
                &[
                    "`name`: must have at least 1 character, but is \"\"",
                    "`age`: must be a whole number, but is \"many\"",
                    "`email`: must be an email address, but is \"nobody\"",
                    "`nick_names[1]`: must be text, but is an object",
                    "`nick_names[2]`: must have at most 5 characters, but is \"too long\"",
                ],
            ),
            (&PERSON, "{}", &["`name`: is missing", "`age`: is missing"]),
            (
                &PERSON,
                r#"{"name":"A","age":200,"email":[1,2]}"#,
                &[
                    "`age`: must be at most 150, but is 200",
                    "`email`: must be text, but is a list of 2",
                ],
            ),
            (
                &PERSON,
                r#"{"name":"A","name":"B","age":1}"#,
                &["`name`: stands there twice with different values"],
            ),
            (
                &PERSON,
                r#"{"name":"A","full_name":"B","age":1}"#,
                &["`name`: stands there twice with different values"],
            ),
            (&PERSON, r#"{"NAME":"A","Name":"B","age":1}"#, &["`name`: is missing"]),
            (&PERSON, "[]", &["`$`: must be an object, but is a list of 0"]),
            (&PERSON, "5", &["`$`: must be an object, but is 5"]),
            (
                &PEOPLE,
                r#"[{"name":"A","age":-1},7]"#,
                &[
                    "`[0].age`: must be a whole number from 0 to 255, but is -1",
                    "`[1]`: must be an object, but is 7",
                ],
            ),
            (&CLOSED, r#"{"a":1,"b":2}"#, &["`b`: is not a known property; known are `a`"]),
        ],
    );
}

#[test]
fn what_is_ambiguous_is_no_guess() {
    check(
        &Dialect::JSON_SCHEMA,
        &[
            (&U8, "5.5", &["`$`: must be a whole number, but is 5.5"]),
            (&U8, "256", &["`$`: must be a whole number from 0 to 255, but is 256"]),
            (&U8, "\"about 5\"", &["`$`: must be a whole number, but is \"about 5\""]),
            (&U8, "true", &["`$`: must be a whole number, but is true"]),
            (&U8, "null", &["`$`: must be a whole number, but is null"]),
            (&U8, "[1,2]", &["`$`: must be a whole number, but is a list of 2"]),
            (&NONZERO, "0", &["`$`: must be a whole number other than 0, but is 0"]),
            (&NONZERO, "-129", &["`$`: must be a whole number from -128 to 127, but is -129"]),
            (
                &I128,
                "170141183460469231731687303715884105728",
                &["`$`: must be a whole number from -170141183460469231731687303715884105728 to \
                 170141183460469231731687303715884105727, but is 170141183460469231731687303715884105728"],
            ),
            (&FLOAT, "1e999", &["`$`: must be a number, but is 1e999"]),
            (&FLOAT, "\"1,234\"", &["`$`: must be a number, but is \"1,234\""]),
            (&BOOL, "1", &["`$`: must be true or false, but is 1"]),
            (&BOOL, "\"maybe\"", &["`$`: must be true or false, but is \"maybe\""]),
            (&TEXT, "{\"a\":1}", &["`$`: must be text, but is an object"]),
            (&CHAR, "\"ab\"", &["`$`: must be text of exactly 1 character, but is \"ab\""]),
            (&UNIT, "0", &["`$`: must be null, but is 0"]),
            (&TEXTS, "\"a, b\"", &["`$`: must be a list, but is \"a, b\""]),
            (&TEXTS, "null", &["`$`: must be a list, but is null"]),
            (&PAIR_OF_U8, "[1]", &["`$`: must be a list of exactly 2 items, but is a list of 1"]),
            (&TUPLE, "[1,2,3]", &["`$`: must be a list of exactly 2 items, but is a list of 3"]),
            (
                &TUPLE,
                r#"{"item_0":"a","item_1":1}"#,
                &["`$`: must be a list of exactly 2 items, but is an object"],
            ),
            (&RATES, r#"[{"key":"a","value":1}]"#, &["`key`: must be a number, but is \"a\""]),
            (
                &BY_MOOD,
                r#"{"angry":1}"#,
                &["`angry`: must be one of \"happy\", \"in_progress\", \"sad\", but is \"angry\""],
            ),
            (
                &BY_NUMBER,
                r#"{"x":1,"7":[],"8":1,"8":2}"#,
                &[
                    "`x`: must be a whole number, but is \"x\"",
                    "`[\"7\"]`: must be a whole number, but is a list of 0",
                    "`[\"8\"]`: stands there twice with different values",
                ],
            ),
            (
                &MOOD,
                "\"angry\"",
                &["`$`: must be one of \"happy\", \"in_progress\", \"sad\", but is \"angry\""],
            ),
            (&TWINS, "\"A B\"", &["`$`: must be one of \"a-b\", \"ab\", but is \"A B\""]),
            (&TWINS, "\"?\"", &["`$`: must be one of \"a-b\", \"ab\", but is \"?\""]),
        ],
    );
}

#[test]
fn unions_say_what_they_take() {
    check(
        &Dialect::JSON_SCHEMA,
        &[
            (
                &SHAPE,
                r#"{"kind":"Oval","radius":"x"}"#,
                &["`kind`: must be one of \"Circle\", \"Square\", \"Nothing\", but is \"Oval\""],
            ),
            (
                &SHAPE,
                r#"{"size":1}"#,
                &["`kind`: is missing; must be one of \"Circle\", \"Square\", \"Nothing\""],
            ),
            (
                &SHAPE,
                r#"{"kind":"Circle","radius":"x"}"#,
                &["`radius`: must be a number, but is \"x\""],
            ),
            (
                &FLAT,
                r#"{"id":-1,"kind":"Oval"}"#,
                &[
                    "`kind`: must be one of \"Circle\", \"Square\", \"Nothing\", but is \"Oval\"",
                    "`id`: must be a whole number from 0 to 255, but is -1",
                ],
            ),
            (
                &EVENT,
                r#"{"t":"Move","c":[1,"x",3]}"#,
                &[
                    "`c`: must be a list of exactly 2 items, but is a list of 3",
                    "`c[1]`: must be a whole number, but is \"x\"",
                ],
            ),
            (&EVENT, r#"{"t":"Say"}"#, &["`c`: is missing"]),
            (
                &COMMAND,
                "\"Say\"",
                &["`$`: must have the data of \"Say\": {\"Say\": …}, but is \"Say\""],
            ),
            (
                &COMMAND,
                r#"{"Jump":1}"#,
                &[
                    "`$`: must be one of {\"Say\": …}, {\"Move\": …}, {\"Draw\": …}, \"Quit\", but is an object",
                ],
            ),
            (
                &COMMAND,
                r#"{"Draw":{"shape":{"kind":"Circle"}}}"#,
                &["`Draw.shape.radius`: is missing"],
            ),
            (&ID, "{}", &["`$`: must be a whole number or text, but is an object"]),
            (&EITHER, "[1,2]", &["`$`: must be true or false or an object, but is a list of 2"]),
            (
                &EITHER,
                r#"{"width":1,"height":"x"}"#,
                &["`height`: must be a whole number (for `Sized`, the closest fit), but is \"x\""],
            ),
            (&UNION, "\"many\"", &["`$`: must be a list or a whole number, but is \"many\""]),
            (&MIXED, "\"Stop\"", &["`$`: must be one of \"Quit\", but is \"Stop\""]),
        ],
    );
}

#[test]
fn no_json_is_said_to_be_none() {
    let none = "`$`: must be JSON; the answer holds none";
    check(
        &Dialect::TOOL,
        &[
            (&PERSON, "", &[none]),
            (&PERSON, "I cannot help with that.", &[none]),
            (&TEXT, "Hello there", &[none]),
            (
                &PERSON,
                "{\"name\": \"Ada\",\n \"age\": 36,}",
                &[
                    "`$`: must be valid JSON: expected a property name in double quotes at line 2, column 12, but is '}'",
                ],
            ),
            // Truncated: the whole child is no answer.
            (
                &TREE,
                r#"{"name":"a","children":[{"name":"b","children":[]}"#,
                &[
                    "`$`: must be valid JSON: expected `,` or `]` at line 1, column 51, but is the end",
                ],
            ),
            (
                &TREE,
                r#"Well: {'name':'a','children':[{"name":"b","children":[]}]}"#,
                &[
                    "`$`: must be valid JSON: expected a property name in double quotes at line 1, column 8, but is '\\''",
                ],
            ),
            (
                &TREE,
                r#"{name: "a", "children":[{"name":"b","children":[]}]}"#,
                &[
                    "`$`: must be valid JSON: expected a property name in double quotes at line 1, column 2, but is 'n'",
                ],
            ),
        ],
    );
}
