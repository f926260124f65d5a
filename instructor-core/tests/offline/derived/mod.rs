//! Derived types, asked of the offline model as newcomers ask it, in every mode.

use std::collections::HashMap;

use instructor_core::{Client, Extract, Mode};
use serde::Serialize;
use serde_json::{Value, json};

mod types;

use crate::{BIOGRAPHY, INVOICE, JOB_AD, MEETING, REVIEW, TICKET};

use types::{
    ActionItem, Address, Aged, Answer, Appointment, Book, Category, Command, Company, Contact,
    Currency, Cv, Death, Event, Flight, Ingredient, Invoice, JobAd, Life, Line, Meeting, Movie,
    Nested, Person, Priority, Product, Receipt, Recipe, Review, Sentiment, Task, Ticket, Tweet,
    User,
};

/// The value that every mode gives.
async fn check<T: Extract + Serialize + Send + Sync>(text: &str, expected: Value) {
    use Mode::{Json, JsonSchema, MarkdownJson, Tools, ToolsStrict};
    for mode in [Tools, ToolsStrict, JsonSchema, Json, MarkdownJson] {
        let found = match Client::offline().extract::<T>(text).mode(mode).max_reasks(0).await {
            Ok(value) => json!(value),
            Err(error) => json!(error.to_string()),
        };
        assert_eq!(found, expected, "{mode:?}: {text}");
    }
}

#[tokio::test]
async fn the_example_texts() {
    let items = json!([
        {"owner": "Luis Ortega", "task": "write the migration guide", "due": "2024-06-18"},
        {"owner": "Hanna Weiss", "task": "ask three customers to try the import dialog", "due": "2024-06-20"},
        {"owner": "Jonas Lind", "task": "order the new test devices", "due": null},
    ]);
    let lines = json!([
        {"description": "A4 notebook, ruled", "quantity": 12, "unit_price": 4.5},
        {"description": "Fountain pen, blue", "quantity": 3, "unit_price": 29.0},
        {"description": "Desk lamp", "quantity": 1, "unit_price": 64.9},
    ]);
    check::<Vec<ActionItem>>(MEETING, items.clone()).await;
    check::<Vec<Line>>(INVOICE, lines.clone()).await;
    check::<Person>(BIOGRAPHY, json!({"name": "Ada Lovelace", "age": 36, "email": null})).await;
    let life = json!({
        "name": "Ada Lovelace", "born": "1815-12-10", "died": "1852-11-27", "birthplace": "London",
        "occupation": "English mathematician", "age_at_death": 36,
    });
    check::<Life>(BIOGRAPHY, life).await;
    let invoice = json!({
        "number": "BW-2024-0317",
        "vendor": {"name": "Brightwater Stationery Ltd", "email": "billing@brightwater.example"},
        "customer": {"name": "Priya Nair", "email": "priya.nair@larkfield.example"},
        "lines": lines, "subtotal": 205.9, "vat": 39.12, "total": 245.02, "currency": "EUR",
        "due_date": "2024-04-03",
    });
    check::<Invoice>(INVOICE, invoice).await;
    let meeting = json!({
        "title": "Minutes of the weekly planning meeting", "date": "2024-06-11", "place": "Room Turing",
        "attendees": ["Amara Okafor", "Luis Ortega", "Hanna Weiss", "Jonas Lind"],
        "action_items": items,
    });
    check::<Meeting>(MEETING, meeting).await;
    let job = json!({
        "title": "Senior Data Engineer", "company": "Halden Robotics GmbH", "location": "Hamburg",
        "salary_min": 72000, "salary_max": 88000, "skills": ["Rust", "SQL", "Kafka", "Airflow"],
        "remote": true,
    });
    check::<JobAd>(JOB_AD, job).await;
    let ticket = json!({
        "customer": "Marta Kowalska", "email": "marta.k@posteo.example", "phone": "+48 22 555 01 23",
        "order_number": "7301-4466", "category": "defect", "refund_wanted": false,
    });
    check::<Ticket>(TICKET, ticket).await;
    check::<Category>(TICKET, json!("defect")).await;
    check::<Sentiment>(TICKET, json!("negative")).await;
    let review = json!({
        "product": "Nordvik K2", "price": 59.95, "stars": 4, "sentiment": "positive", "recommended": true,
    });
    check::<Review>(REVIEW, review).await;
}

#[tokio::test]
async fn people() {
    let death = json!({"who": "Charles Babbage", "where": "London", "year": 1871});
    check::<Death>("Charles Babbage died in London in 1871.", death).await;
    let aged = |name: &str, age: u8| json!({"name": name, "age": age});
    let ada = json!({"name": "Ada Lovelace", "age": 36, "email": "ada@analytical.org"});
    check::<Person>("Ada Lovelace, 36, ada@analytical.org", ada.clone()).await;
    check::<Vec<Person>>(
        "Ada Lovelace, 36, ada@analytical.org\nGrace Hopper, 85, grace@navy.example\nAlan Turing, 41",
        json!([
            ada,
            {"name": "Grace Hopper", "age": 85, "email": "grace@navy.example"},
            {"name": "Alan Turing", "age": 41, "email": null},
        ]),
    )
    .await;
    check::<Vec<Aged>>("Alice is 30 and Bob is 25", json!([aged("Alice", 30), aged("Bob", 25)]))
        .await;
    check::<Vec<Aged>>(
        "Alice is 30, Bob is 25 and Carol is 41.",
        json!([aged("Alice", 30), aged("Bob", 25), aged("Carol", 41)]),
    )
    .await;
    check::<Vec<Aged>>(
        "John Smith (34) and his wife Mary Smith (31) live in Boston.",
        json!([aged("John Smith", 34), aged("Mary Smith", 31)]),
    )
    .await;
    for text in [
        "Jason is 25 years old",
        "My name is Jason and I am 25.",
        "Extract: Jason is 25",
        "Jason, 25",
    ] {
        check::<Aged>(text, aged("Jason", 25)).await;
    }
    check::<Option<Person>>("There is nobody here.", Value::Null).await;
    check::<Option<Aged>>("Ada Lovelace is 36.", aged("Ada Lovelace", 36)).await;
    check::<(String, u8)>("Ada Lovelace is 36.", json!(["Ada Lovelace", 36])).await;
    check::<User>(
        "John Doe (@jdoe) is a backend developer from Berlin.",
        json!({
            "first_name": "John", "last_name": "Doe", "username": "jdoe", "city": "Berlin",
            "role": "backend developer",
        }),
    )
    .await;
    check::<Vec<User>>(
        "John Doe is a developer. Jane Roe is a designer from Paris.",
        json!([
            {"first_name": "John", "last_name": "Doe", "username": null, "city": null, "role": "developer"},
            {"first_name": "Jane", "last_name": "Roe", "username": null, "city": "Paris", "role": "designer"},
        ]),
    )
    .await;
    check::<Contact>(
        "Best regards,\n\nJane Miller\nHead of Sales\nNorthwind Traders Inc.\n12 Harbour Street, \
         Seattle 98101\nPhone: +1 206 555 0134\njane.miller@northwind.example\nwww.northwind.example",
        json!({
            "name": "Jane Miller", "company": "Northwind Traders Inc", "phone": "+1 206 555 0134",
            "email": "jane.miller@northwind.example", "website": "https://www.northwind.example",
            "address": {"street": "12 Harbour Street", "city": "Seattle", "zip": "98101"},
        }),
    )
    .await;
    check::<Address>(
        "Ship it to 221b Baker St, London NW1 6XE, please.",
        json!({"street": "221b Baker St", "city": "London", "zip": "NW1 6XE"}),
    )
    .await;
    check::<Cv>(
        "Sofia Rossi\nsofia.rossi@mail.example\n\nExperience\n- Senior Engineer at Brightline Software \
         GmbH, 2019 - 2023\n- Developer at Data Works Ltd, 2015 - 2019\n\nLanguages: Italian, English",
        json!({
            "name": "Sofia Rossi", "email": "sofia.rossi@mail.example", "languages": ["Italian", "English"],
            "jobs": [
                {"company": "Brightline Software GmbH", "role": "Senior Engineer", "start_year": 2019, "end_year": 2023},
                {"company": "Data Works Ltd", "role": "Developer", "start_year": 2015, "end_year": 2019},
            ],
        }),
    )
    .await;
}

#[tokio::test]
async fn single_values() {
    check::<u8>("How old is she? She is 36.", json!(36)).await;
    check::<f64>("The total is $42.50.", json!(42.5)).await;
    check::<Currency>("The total is $42.50.", json!("USD")).await;
    check::<Currency>("That will be 30 pounds.", json!("GBP")).await;
    check::<bool>("Is the shop open on Sundays? Yes, from 10 to 4.", json!(true)).await;
    check::<bool>("Can I bring my dog? No, dogs are not allowed.", json!(false)).await;
    check::<String>("The capital of France is Paris.", json!("The capital of France is Paris."))
        .await;
    check::<Answer>(
        "What is the capital of France? The capital of France is Paris.",
        json!({"answer": "The capital of France is Paris."}),
    )
    .await;
    for (text, sentiment) in [
        ("Just tried the new espresso place on 5th, absolutely love it! ☕ #coffee", "positive"),
        ("@acme your app crashed AGAIN. Third time today. Terrible.", "negative"),
        ("This is not good at all.", "negative"),
        ("Not bad, to be honest.", "positive"),
    ] {
        check::<Sentiment>(text, json!(sentiment)).await;
    }
}

#[tokio::test]
async fn lists_and_maps() {
    for (text, expected) in [
        ("Ada Lovelace wrote to Charles Babbage.", json!(["Ada Lovelace", "Charles Babbage"])),
        ("Shopping list:\n- milk\n- eggs\n- bread", json!(["milk", "eggs", "bread"])),
        ("red, green and blue", json!(["red", "green", "blue"])),
        ("Nothing of the kind.", json!([])),
    ] {
        check::<Vec<String>>(text, expected).await;
    }
    check::<Vec<u32>>("The winning numbers are 4, 8, 15 and 16.", json!([4, 8, 15, 16])).await;
    let menu = json!({"Espresso": 2.5, "Latte": 3.8, "Tea": 2.2});
    check::<HashMap<String, f64>>(
        "Prices:\nEspresso: $2.50\nLatte: $3.80\nTea: $2.20",
        menu.clone(),
    )
    .await;
    check::<HashMap<String, f64>>("Menu\n\nEspresso 2.50\nLatte 3.80\nTea 2.20", menu).await;
    check::<HashMap<String, f64>>(
        "Apples cost $1.20, bananas $0.50 and pears $1.80.",
        json!({"Apples": 1.2, "bananas": 0.5, "pears": 1.8}),
    )
    .await;
    check::<HashMap<String, String>>(
        "Name: Ada\nCity: London\nPhone: 555-123-4567",
        json!({"Name": "Ada", "City": "London", "Phone": "555-123-4567"}),
    )
    .await;
    let ingredient = |name: &str, quantity: f64, unit: Option<&str>| json!({"name": name, "quantity": quantity, "unit": unit});
    let [flour, eggs, milk, salt] = [
        ingredient("flour", 200.0, Some("g")),
        ingredient("eggs", 2.0, None),
        ingredient("milk", 300.0, Some("ml")),
        ingredient("salt", 1.0, Some("pinch")),
    ];
    check::<Vec<Ingredient>>("- 200 g flour\n- 2 eggs\n- 300 ml milk", json!([flour, eggs, milk]))
        .await;
    check::<Recipe>(
        "Pancakes\n\nServes 4\n\nIngredients:\n- 200 g flour\n- 2 eggs\n- 300 ml milk\n- 1 pinch of \
         salt\n\nMix everything and fry in a hot pan.",
        json!({"title": "Pancakes", "servings": 4, "ingredients": [flour, eggs, milk, salt]}),
    )
    .await;
    let product = |name: &str, price: f64| json!({"name": name, "price": price, "in_stock": false, "weight_kg": null, "color": null});
    check::<Vec<Product>>(
        "Our offers: Desk lamp $29.90, office chair $149.00, monitor arm $89.50.",
        json!([
            product("Desk lamp", 29.9),
            product("office chair", 149.0),
            product("monitor arm", 89.5)
        ]),
    )
    .await;
}

#[tokio::test]
async fn things_and_events() {
    check::<Product>(
        "Garden hose GH-20, green, 20 m. Price: 34.90 EUR. Weight: 2.4 kg. In stock.",
        json!({"name": "Garden hose GH-20", "price": 34.9, "in_stock": true, "weight_kg": 2.4, "color": null}),
    )
    .await;
    check::<Product>(
        "NEW! AeroPress Go coffee maker - only $39.95 (was $49.95). Color: grey. Currently out of stock.",
        json!({"name": "AeroPress Go", "price": 39.95, "in_stock": false, "weight_kg": null, "color": "grey"}),
    )
    .await;
    check::<Event>(
        "RustFest takes place on 12 October 2025 in Zurich. Doors open at 9:00. Tickets cost 120 CHF. \
         Speakers: Nina Berg, Tom Okoye and Li Wei.",
        json!({
            "name": "RustFest", "date": "2025-10-12", "time": "09:00:00", "city": "Zurich",
            "price": 120.0, "speakers": ["Nina Berg", "Tom Okoye", "Li Wei"],
        }),
    )
    .await;
    check::<Tweet>(
        "Loving the new #rustlang release! Thanks @ferris, see https://blog.example/1.90 #code",
        json!({
            "author": null, "hashtags": ["rustlang", "code"], "mentions": ["ferris"],
            "sentiment": "positive", "url": "https://blog.example/1.90",
        }),
    )
    .await;
    check::<Movie>(
        "Inception (2010) is a science fiction film directed by Christopher Nolan. Genres: sci-fi, \
         thriller. Rated 8.8/10.",
        json!({
            "title": "Inception", "year": 2010, "director": "Christopher Nolan",
            "genres": ["sci-fi", "thriller"], "rating": 8.8,
        }),
    )
    .await;
    let film = |title: &str, year: u16, director: &str| json!({"title": title, "year": year, "director": director, "genres": [], "rating": 0.0});
    check::<Vec<Movie>>(
        "- Inception (2010), directed by Christopher Nolan\n- Alien (1979), directed by Ridley Scott",
        json!([film("Inception", 2010, "Christopher Nolan"), film("Alien", 1979, "Ridley Scott")]),
    )
    .await;
    check::<Flight>(
        "Your flight LH 401 from New York to Frankfurt departs on 3 May 2025. Passengers: 2.",
        json!({"number": "LH 401", "from": "New York", "to": "Frankfurt", "passengers": 2}),
    )
    .await;
    check::<Nested>(
        "Alice is 30. Tags: rust, llm",
        json!({"outer": {"name": "Alice", "age": 30}, "tags": ["rust", "llm"]}),
    )
    .await;
    check::<Nested>("Nothing to see.", json!({"outer": null, "tags": null})).await;
    for (text, expected) in [
        ("Play the song Bohemian Rhapsody", json!({"type": "play", "song": "Bohemian Rhapsody"})),
        ("Wake me up, set an alarm for 7:30", json!({"type": "set_alarm", "time": "07:30:00"})),
        (
            "Send a message to Bob: I am running late",
            json!({"type": "send_message", "recipient": "Bob", "text": "I am running late"}),
        ),
    ] {
        check::<Command>(text, expected).await;
    }
}

#[tokio::test]
async fn records_of_several_kinds() {
    let receipt = |items: Value, total: f64, by: &str| json!({"store": "Green Market", "date": "2024-05-01", "items": items, "total": total, "paid_by": by});
    let item = |name: &str, price: f64| json!({"name": name, "price": price});
    check::<Receipt>(
        "Store: Green Market\nDate: 2024-05-01\n\nItems:\n- Milk: $1.29\n- Bread: $2.50\n\nTotal: \
         $3.79\nPaid in cash",
        receipt(json!([item("Milk", 1.29), item("Bread", 2.5)]), 3.79, "cash"),
    )
    .await;
    check::<Receipt>(
        "Green Market\n2024-05-01\nMilk 1.29\nBread 2.50\nButter 3.98\nTotal 7.77\nPaid by credit card",
        receipt(json!([item("Milk", 1.29), item("Bread", 2.5), item("Butter", 3.98)]), 7.77, "credit_card"),
    )
    .await;
    let book = |title: &str, author: &str, published: u16, pages: u32| json!({"title": title, "author": author, "published": published, "pages": pages});
    check::<Book>(
        "The Hobbit by J. R. R. Tolkien was published in 1937. It has 310 pages.",
        book("The Hobbit", "J. R. R. Tolkien", 1937, 310),
    )
    .await;
    check::<Book>(
        "\"Dune\" (1965), written by Frank Herbert, 412 pages",
        book("Dune", "Frank Herbert", 1965, 412),
    )
    .await;
    check::<Company>(
        "Apple was founded by Steve Jobs in 1976. Its headquarters are in Cupertino.",
        json!({"name": "Apple", "founded": 1976, "founder": "Steve Jobs", "headquarters": "Cupertino", "employees": null}),
    )
    .await;
    check::<Company>(
        "Acme Robotics Inc. was founded in 2012 by Jane Smith and is headquartered in Austin. It has \
         240 employees.",
        json!({"name": "Acme Robotics Inc", "founded": 2012, "founder": "Jane Smith", "headquarters": "Austin", "employees": 240}),
    )
    .await;
    check::<Appointment>(
        "Patient Maria Lopez has an appointment with Dr. Chen on March 5, 2025 at 2:30 pm.",
        json!({"patient": "Maria Lopez", "doctor": "Chen", "date": "2025-03-05", "time": "14:30:00"}),
    )
    .await;
    check::<Vec<Task>>(
        "- [high] Fix login bug (Tom)\n- [low] Update docs (Ann)",
        json!([{"priority": "High", "assignee": "Tom"}, {"priority": "Low", "assignee": "Ann"}]),
    )
    .await;
    check::<Priority>("This is urgent, the site is down!", json!("High")).await;
    check::<Vec<Priority>>("one low, one high", json!(["Low", "High"])).await;
}
