//! Derived types through the careful path: the same names and places as validation prints.

use std::collections::{BTreeMap, HashMap};

use instructor_core::{Extract, Rejection, Violation};
use serde::Deserialize;

#[derive(Debug, PartialEq, Deserialize, Extract)]
struct Small(#[extract(range(max = 9))] u8);

#[derive(Debug, Deserialize, Extract)]
struct Holder {
    small: Small,
}

#[derive(Debug, Deserialize, Extract)]
#[serde(rename_all = "snake_case")]
enum External {
    FirstOne(Small),
    Pair(u8, Small),
    Named { small: Small },
    Inner(Holder),
}

#[derive(Debug, Deserialize, Extract)]
#[serde(tag = "kind", rename_all_fields = "camelCase")]
enum Internal {
    Named { my_small: Small },
    Inner(Holder),
}

#[derive(Debug, Deserialize, Extract)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    One(Small),
    Pair(u8, Small),
    Named { small: Small },
}

#[derive(Debug, Deserialize, Extract)]
#[serde(untagged)]
enum Untagged {
    Named { small: Small, other: u8 },
    Pair(Small, u8),
}

#[derive(Debug, Deserialize, Extract)]
struct Flat {
    #[serde(flatten)]
    internal: Internal,
    #[serde(rename = "own-name", alias = "own")]
    own: Option<Small>,
}

fn places<T: Extract>(result: Result<T, Rejection>) -> Vec<(String, String)> {
    let rejection = result.err().expect("it is wrong");
    rejection.violations().iter().map(|v| (v.path.clone(), v.pointer.clone())).collect()
}

fn told<T: Extract>(answer: &str) -> Vec<String> {
    match T::from_json(answer) {
        Ok(_) => panic!("{answer} is taken"),
        Err(rejection) => rejection.violations().iter().map(Violation::for_model).collect(),
    }
}

/// `@` marks the place of the value, which first breaks a rule and then is of another type.
fn same_place<T: Extract>(answers: &[&str]) {
    for answer in answers {
        let broken = answer.replace('@', "50");
        assert!(serde_json::from_str::<T>(&broken).is_ok(), "{broken} takes the straight path");
        let broken = places(T::from_json(&broken));
        let wrong = places(T::from_json(&answer.replace('@', "\"x\"")));
        assert_eq!(wrong, broken, "{answer}");
        assert_eq!(wrong.len(), 1, "{answer}");
        // Mended, and only then checked.
        let mended = places(T::from_json(&answer.replace('@', "\"50\"")));
        assert_eq!(mended, broken, "{answer}");
    }
}

#[test]
fn a_mismatch_stands_where_a_broken_rule_would() {
    same_place::<Small>(&["@"]);
    same_place::<Option<Box<Small>>>(&["@"]);
    same_place::<Vec<Holder>>(&[r#"[{"small":1},{"small":@}]"#]);
    same_place::<(u8, Small)>(&["[1,@]"]);
    same_place::<[Small; 2]>(&["[1,@]"]);
    same_place::<BTreeMap<String, Small>>(&[r#"{"a":@}"#, r#"{"a b":@}"#, r#"{"a/b~\"c":@}"#]);
    same_place::<BTreeMap<u8, Vec<Small>>>(&[r#"{"7":[@]}"#]);
    same_place::<External>(&[
        r#"{"first_one":@}"#,
        r#"{"pair":[1,@]}"#,
        r#"{"named":{"small":@}}"#,
        r#"{"inner":{"small":@}}"#,
    ]);
    same_place::<Internal>(&[r#"{"kind":"Named","mySmall":@}"#, r#"{"kind":"Inner","small":@}"#]);
    same_place::<Adjacent>(&[
        r#"{"t":"One","c":@}"#,
        r#"{"t":"Pair","c":[1,@]}"#,
        r#"{"t":"Named","c":{"small":@}}"#,
    ]);
    same_place::<Untagged>(&[r#"{"small":@,"other":1}"#, "[@,1]"]);
    same_place::<Flat>(&[
        r#"{"kind":"Named","mySmall":@}"#,
        r#"{"kind":"Inner","small":1,"own-name":@}"#,
        r#"{"kind":"Inner","small":1,"own":@}"#,
    ]);
    same_place::<Vec<BTreeMap<String, Option<Internal>>>>(&[
        r#"[{"a":null,"b":{"kind":"Named","mySmall":@}}]"#,
    ]);
}

#[test]
fn the_violations_of_a_hash_map_stand_in_the_order_of_its_keys() {
    type Groups = HashMap<String, HashMap<u8, Vec<Small>>>;
    let values: Groups = ('a'..='z')
        .map(|group| {
            let small = || vec![Small(1), Small(50), Small(60)];
            (group.into(), (10..30).map(|key| (key, small())).collect())
        })
        .collect();
    let places = places(values.check().map(|()| values));
    let expected = ('a'..='z').flat_map(|group| {
        let keys = (10..30).flat_map(|key| [(key, 1), (key, 2)]);
        keys.map(move |(key, index)| format!("/{group}/{key}/{index}"))
    });
    assert!(places.into_iter().map(|(_, pointer)| pointer).eq(expected));
}

#[derive(Debug, Deserialize, Extract)]
#[serde(deny_unknown_fields)]
struct Order {
    #[extract(length(min = 2))]
    name: String,
    #[extract(items(min = 1), inner(range(max = 5)))]
    counts: Vec<u8>,
    level: Level,
    #[serde(default)]
    #[extract(skip)]
    internal: u8,
}

#[derive(Debug, PartialEq, Deserialize, Extract)]
#[serde(rename_all = "UPPERCASE")]
enum Level {
    Low,
    High,
}

#[test]
fn mismatches_and_broken_rules_come_together() {
    assert_eq!(
        told::<Vec<Order>>(
            r#"[{"name":"a","counts":[1,9,"x"],"level":"MIDDLE"},
               {"counts":[],"level":"low","extra":1}]"#
        ),
        [
            "`[0].name`: must have at least 2 characters, but is \"a\"",
            "`[0].counts[2]`: must be a whole number, but is \"x\"",
            "`[0].counts[1]`: must be at most 5, but is 9",
            "`[0].level`: must be one of \"LOW\", \"HIGH\", but is \"MIDDLE\"",
            "`[1].name`: is missing",
            "`[1].counts`: must have at least 1 item, but is a list of 0",
            "`[1].extra`: is not a known property; known are `name`, `counts`, `level`",
        ]
    );
}

#[test]
fn hidden_fields_are_not_told() {
    let order = Order::from_json("```\n{\"name\":\"ab\",\"counts\":[1,],\"level\":\"LOW\"}\n```");
    assert!(order.is_err(), "broken syntax is no matter of hidden fields");
    let order = Order::from_json("```\n{\"name\":\"ab\",\"counts\":1,\"level\":\"low\"}\n```");
    let order = order.expect("it is mended");
    assert_eq!((&*order.name, order.internal), ("ab", 0));
    assert_eq!((order.counts, order.level), (vec![1], Level::Low));
}

#[derive(Debug, Deserialize, Extract)]
#[serde(try_from = "u8")]
struct Even(#[expect(dead_code, reason = "only the conversion counts")] u8);

impl TryFrom<u8> for Even {
    type Error = &'static str;

    fn try_from(value: u8) -> Result<Self, Self::Error> {
        if value.is_multiple_of(2) { Ok(Self(value)) } else { Err("must be even") }
    }
}

#[derive(Debug, Deserialize, Extract)]
struct Converted {
    #[extract(length(max = 2))]
    name: String,
    even: Vec<Even>,
}

#[test]
fn what_a_conversion_refuses_has_its_place_and_hides_no_broken_rule() {
    assert_eq!(told::<Even>("3"), ["`$`: must be even"]);
    assert_eq!(told::<Even>("300"), ["`$`: must be a whole number from 0 to 255, but is 300"]);
    assert_eq!(
        told::<Converted>(r#"{"name":"abc","even":[2,"3"]}"#),
        ["`even[1]`: must be even", "`name`: must have at most 2 characters, but is \"abc\""]
    );
    assert_eq!(
        told::<Converted>(r#"{"name":"abc","even":[2,3,"x"]}"#),
        [
            "`name`: must have at most 2 characters, but is \"abc\"",
            "`even[2]`: must be a whole number, but is \"x\"",
        ]
    );
}

#[cfg(feature = "chrono")]
#[test]
fn a_date_that_is_none_has_its_place() {
    use chrono::{DateTime, NaiveDate, Utc};

    #[derive(Debug, Deserialize, Extract)]
    struct Dates {
        day: NaiveDate,
        times: Vec<DateTime<Utc>>,
    }

    let good = r#"{"day":"2024-02-29","times":["2024-02-29T12:00:00Z"]}"#;
    assert!(Dates::from_json(good).is_ok());
    let places = |answer: &str| places(Dates::from_json(answer));
    assert_eq!(places(&good.replace("02-29\"", "02-30\""))[0].0, "day");
    assert_eq!(places(&good.replace("T12", "T25"))[0].0, "times[0]");
    assert_eq!(places(&good.replace("\"2024-02-29\"", "5"))[0].0, "day");
}
