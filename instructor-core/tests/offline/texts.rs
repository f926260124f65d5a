//! Sensible answers over the example texts.

use serde_json::{Value, json};

use crate::{BIOGRAPHY, INVOICE, JOB_AD, MEETING, REVIEW, TICKET, extract, object};

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "the cases are data")]
async fn the_example_texts_are_read_sensibly() {
    let text = || json!({"type": "string"});
    let date = || json!({"type": "string", "format": "date"});
    let cases = [
        (
            "the readme's example",
            "Ada Lovelace, 36, ada@analytical.org",
            object(json!({
                "name": {"type": "string", "description": "Full name, exactly as written.", "minLength": 1},
                "age": {"type": "integer", "description": "Age in years.", "minimum": 0, "maximum": 150},
                "email?": {"type": ["string", "null"], "format": "email", "description": "Email address, if the text gives one."},
            })),
            json!({"name": "Ada Lovelace", "age": 36, "email": "ada@analytical.org"}),
        ),
        (
            "biography",
            BIOGRAPHY,
            object(json!({
                "name": {"type": "string", "description": "Full name of the person."},
                "born": date(),
                "died?": date(),
                "birthplace?": text(),
                "age": {"type": "integer", "minimum": 0, "maximum": 150, "description": "Age at death."},
                "occupation": text(),
                "email?": {"type": "string", "format": "email"},
            })),
            json!({
                "name": "Ada Lovelace", "born": "1815-12-10", "died": "1852-11-27", "birthplace": "London",
                "age": 36, "occupation": "English mathematician",
            }),
        ),
        (
            "invoice",
            INVOICE,
            object(json!({
                "invoice_number": text(),
                "vendor": object(json!({"name": text(), "email": {"type": "string", "format": "email"}})),
                "customer": object(json!({"name": text(), "email": {"type": "string", "format": "email"}})),
                "lines": {"type": "array", "items": object(json!({
                    "description": text(),
                    "quantity": {"type": "integer", "minimum": 1},
                    "unit_price": {"type": "number", "minimum": 0},
                }))},
                "subtotal": {"type": "number"},
                "vat_percent?": {"type": "number"},
                "total": {"type": "number", "description": "The amount to pay."},
                "currency": {"type": "string", "enum": ["USD", "EUR", "GBP"]},
                "order_date": date(),
                "due_date": date(),
            })),
            json!({
                "invoice_number": "BW-2024-0317",
                "vendor": {"name": "Brightwater Stationery Ltd", "email": "billing@brightwater.example"},
                "customer": {"name": "Priya Nair", "email": "priya.nair@larkfield.example"},
                "lines": [
                    {"description": "A4 notebook, ruled", "quantity": 12, "unit_price": 4.5},
                    {"description": "Fountain pen, blue", "quantity": 3, "unit_price": 29.0},
                    {"description": "Desk lamp", "quantity": 1, "unit_price": 64.9},
                ],
                "subtotal": 205.9, "vat_percent": 19, "total": 245.02, "currency": "EUR",
                "order_date": "2024-03-04", "due_date": "2024-04-03",
            }),
        ),
        (
            "job ad",
            JOB_AD,
            object(json!({
                "title": {"type": "string", "description": "Job title."},
                "company": text(),
                "city": text(),
                "salary_min": {"type": "integer"},
                "salary_max": {"type": "integer"},
                "years_of_experience": {"type": "integer"},
                "skills": {"type": "array", "items": text()},
                "remote": {"type": "boolean"},
                "contract": {"type": "string", "enum": ["full_time", "part_time", "freelance"]},
                "contact": {"type": "string", "format": "email"},
                "apply_by?": date(),
            })),
            json!({
                "title": "Senior Data Engineer", "company": "Halden Robotics GmbH", "city": "Hamburg",
                "salary_min": 72000, "salary_max": 88000, "years_of_experience": 5,
                "skills": ["Rust", "SQL", "Kafka", "Airflow"], "remote": true, "contract": "full_time",
                "contact": "jobs@halden.example", "apply_by": "2024-06-30",
            }),
        ),
        (
            "ticket",
            TICKET,
            object(json!({
                "subject": text(),
                "customer": {"type": "string", "description": "Name of the customer."},
                "email?": {"type": "string", "format": "email"},
                "phone?": text(),
                "order_number": text(),
                "bought_on": date(),
                "problem": {"type": "string", "description": "What is broken or wrong."},
                "category": {"type": "string", "enum": ["delivery", "defect", "billing"],
                    "description": "What it is about.\n- delivery: late or lost\n- defect: broken or not working\n- billing: wrong charge"},
                "mood": {"type": "string", "enum": ["positive", "neutral", "negative"]},
                "refund_wanted": {"type": "boolean", "description": "Whether the money is asked back."},
                "replacement_wanted": {"type": "boolean"},
            })),
            json!({
                "subject": "Coffee grinder arrived broken", "customer": "Marta Kowalska",
                "email": "marta.k@posteo.example", "phone": "+48 22 555 01 23", "order_number": "7301-4466",
                "bought_on": "2024-05-17",
                "problem": "The parcel arrived this morning and the grinder is broken: the lid is cracked and the motor does not start.",
                "category": "defect", "mood": "negative", "refund_wanted": false, "replacement_wanted": true,
            }),
        ),
        (
            "meeting",
            MEETING,
            object(json!({
                "title": text(),
                "date": date(),
                "starts_at": {"type": "string", "format": "date-time"},
                "place": text(),
                "attendees": {"type": "array", "items": {"type": "string"}, "minItems": 1},
                "action_items": {"type": "array", "items": object(json!({
                    "owner": text(), "task": text(), "due?": date(),
                }))},
            })),
            json!({
                "title": "Minutes of the weekly planning meeting", "date": "2024-06-11",
                "starts_at": "2024-06-11T10:30:00Z", "place": "Room Turing",
                "attendees": ["Amara Okafor", "Luis Ortega", "Hanna Weiss", "Jonas Lind"],
                "action_items": [
                    {"owner": "Luis Ortega", "task": "write the migration guide", "due": "2024-06-18"},
                    {"owner": "Hanna Weiss", "task": "ask three customers to try the import dialog", "due": "2024-06-20"},
                    {"owner": "Jonas Lind", "task": "order the new test devices"},
                ],
            }),
        ),
        (
            "review",
            REVIEW,
            object(json!({
                "product": text(),
                "price": {"type": "number"},
                "rating": {"type": "integer", "minimum": 1, "maximum": 5, "description": "Stars, 1 to 5."},
                "sentiment": {"type": "string", "enum": ["negative", "mixed", "positive"]},
                "would_recommend": {"type": "boolean"},
                "discount?": {"type": "number"},
                "summary": {"type": "string", "maxLength": 60},
            })),
            json!({
                "product": "Nordvik K2", "price": 59.95, "rating": 4, "sentiment": "positive",
                "would_recommend": true, "summary": "",
            }),
        ),
    ];
    let mut wrong = Vec::new();
    for (case, text, schema, expected) in cases {
        let mut found = extract(&schema, text).await;
        if case == "review" {
            assert!(
                found["summary"].as_str().is_some_and(|text| (10..=60).contains(&text.len())),
                "{found}"
            );
            found["summary"] = "".into();
        }
        let Value::Object(fields) = &expected else { unreachable!() };
        for (name, value) in fields {
            if found.get(name) != Some(value) {
                wrong.push(format!("{case}: {name}: expected {value}, found {}", found[name]));
            }
        }
        let Value::Object(got) = &found else { unreachable!() };
        wrong.extend(
            got.keys()
                .filter(|name| !fields.contains_key(*name))
                .map(|name| format!("{case}: {name}: too much: {}", got[name])),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What `examples/quickstart.rs` asks, with every type behind a reference.
#[tokio::test]
async fn references_are_followed() {
    let text = || json!({"type": "string"});
    let due = json!({"anyOf": [{"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}, {"type": "null"}],
        "description": "The day until which it has to be done, as YYYY-MM-DD."});
    let items = json!({
        "type": "object",
        "properties": {"value": {"type": "array", "items": {"$ref": "#/$defs/ActionItem"}}},
        "required": ["value"],
        "$defs": {"ActionItem": object(json!({
            "owner": {"type": "string", "description": "Name of the person who does it."}, "task": text(), "due?": due,
        }))},
    });
    let found = extract(&items, MEETING).await;
    assert_eq!(found["value"][1]["owner"], "Hanna Weiss", "{found}");
    assert_eq!(found["value"][1]["due"], "2024-06-20", "{found}");
    assert_eq!(found["value"].as_array().map(Vec::len), Some(3), "{found}");

    let complaint = json!({
        "type": "object",
        "description": "A complaint of a customer.",
        "properties": {
            "customer": {"type": "string", "description": "Name of the customer."},
            "order_number": text(),
            "category": {"$ref": "#/$defs/Category"},
            "refund_wanted": {"type": "boolean"},
        },
        "required": ["customer", "order_number", "category", "refund_wanted"],
        "$defs": {"Category": {"description": "What a complaint is about.", "oneOf": [
            {"const": "delivery", "description": "The parcel came late or never."},
            {"const": "defect", "description": "The product is broken or does not work."},
            {"const": "billing", "description": "A wrong charge."},
        ]}},
    });
    let found = extract(&complaint, TICKET).await;
    let expected = json!({
        "customer": "Marta Kowalska", "order_number": "7301-4466", "category": "defect", "refund_wanted": false,
    });
    assert_eq!(found, expected);

    let line = object(json!({
        "description": text(), "quantity": {"type": "integer", "minimum": 1}, "unit_price": {"type": "number"},
    }));
    let party = object(json!({
        "name": text(), "email?": {"anyOf": [{"type": "string", "format": "email"}, {"type": "null"}]},
    }));
    let mut invoice = object(json!({
        "invoice_number": text(),
        "vendor": {"$ref": "#/$defs/Party"},
        "customer": {"$ref": "#/$defs/Party"},
        "lines": {"type": "array", "items": {"$ref": "#/$defs/Line"}, "minItems": 1,
            "description": "The lines of the invoice, one for each product."},
        "total": {"type": "number", "minimum": 0, "description": "The amount to pay."},
        "currency": {"$ref": "#/$defs/Currency"},
    }));
    invoice["$defs"] = json!({
        "Party": party, "Line": line, "Currency": {"type": "string", "enum": ["EUR", "GBP", "USD"]},
    });
    let found = extract(&invoice, INVOICE).await;
    let expected = json!({
        "invoice_number": "BW-2024-0317",
        "vendor": {"name": "Brightwater Stationery Ltd", "email": "billing@brightwater.example"},
        "customer": {"name": "Priya Nair", "email": "priya.nair@larkfield.example"},
        "lines": [
            {"description": "A4 notebook, ruled", "quantity": 12, "unit_price": 4.5},
            {"description": "Fountain pen, blue", "quantity": 3, "unit_price": 29.0},
            {"description": "Desk lamp", "quantity": 1, "unit_price": 64.9},
        ],
        "total": 245.02, "currency": "EUR",
    });
    assert_eq!(found, expected);
}
