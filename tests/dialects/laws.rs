//! The law: a value goes down, fits the schema, and comes back without a repair.

use std::fmt::Debug;

use instructor::Extract;
use instructor::align::{align, lower};
use instructor::schema::Dialect;
use serde::Serialize;
use serde_json::Value;

use crate::{Visitor, all, schema_of};

struct ThereAndBack {
    dialect: &'static Dialect,
    types: usize,
}

impl Visitor for ThereAndBack {
    fn visit<T: Extract + Serialize + PartialEq + Debug>(&mut self, samples: &[T]) {
        self.types += 1;
        let (_, schema) = schema_of::<T>(self.dialect);
        let validator = jsonschema::draft202012::new(&schema)
            .unwrap_or_else(|error| panic!("{schema:#} is no schema: {error}"));
        assert!(!samples.is_empty());
        for sample in samples {
            let json = serde_json::to_string(sample).expect("samples are JSON");
            let scene = format!("{} {json} {schema:#}", self.dialect.name);
            let lowered = lower(&json, T::SCHEMA, self.dialect)
                .unwrap_or_else(|error| panic!("{error}\n{scene}"));
            let value: Value = serde_json::from_str(&lowered).expect("it is JSON");
            if let Err(error) = validator.validate(&value) {
                panic!("{lowered}: {error}\n{scene}");
            }
            let aligned = align(&lowered, T::SCHEMA, self.dialect)
                .unwrap_or_else(|error| panic!("{lowered}: {error}\n{scene}"));
            assert_eq!(aligned.repairs, [], "{lowered}\n{scene}");
            let again: T = serde_json::from_str(&aligned.json)
                .unwrap_or_else(|error| panic!("{}: {error}\n{scene}", aligned.json));
            assert_eq!(again, *sample, "{lowered}\n{scene}");
            let twice = serde_json::to_string(&again).expect("samples are JSON");
            let twice = lower(&twice, T::SCHEMA, self.dialect);
            assert_eq!(twice.as_deref(), Ok(&*lowered), "{scene}");
        }
    }
}

#[test]
fn a_value_comes_back_as_it_went() {
    for dialect in [&Dialect::JSON_SCHEMA, &Dialect::TOOL, &Dialect::OPENAI_STRICT] {
        let mut visitor = ThereAndBack { dialect, types: 0 };
        all(&mut visitor);
        assert!(visitor.types >= 60, "{} types", visitor.types);
    }
}
