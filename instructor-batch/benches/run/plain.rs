//! The same work as a program without runs would do it.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use instructor_batch::{Ask, BatchWriter};
use instructor_core::Client;
use rusqlite::{Connection, params};
use serde_json::json;

use super::{Ticket, row};

/// How many rows go into one transaction.
const AT_ONCE: usize = 10_000;

fn connect(folder: &Path, table: &str) -> Connection {
    let connection = Connection::open(folder.join("plain.sqlite")).expect("a file");
    connection.pragma_update(None, "journal_mode", "WAL").expect("SQLite");
    connection.pragma_update(None, "synchronous", "FULL").expect("SQLite");
    connection.execute_batch(table).expect("SQLite");
    connection
}

fn signed(number: usize) -> i64 {
    i64::try_from(number).expect("a count")
}

/// Writes the rows to a file, and their keys and places to a table.
pub(crate) fn create(folder: &Path, rows: usize) {
    let file = File::create(folder.join("plain.jsonl")).expect("a file");
    let mut file = BufWriter::with_capacity(1 << 20, file);
    let mut connection = connect(
        folder,
        "CREATE TABLE items (n INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, at INTEGER NOT NULL,
         bytes INTEGER NOT NULL)",
    );
    let (mut at, mut number) = (0, 0);
    while number < rows {
        let transaction = connection.transaction().expect("SQLite");
        let mut insert = transaction
            .prepare_cached("INSERT INTO items VALUES (?1, ?2, ?3, ?4)")
            .expect("SQLite");
        for _ in 0..AT_ONCE.min(rows - number) {
            let row = row(number);
            let Ask::Text(text) = &row.ask else { return };
            let line = json!({"key": row.key, "text": text}).to_string();
            writeln!(file, "{line}").expect("room");
            insert
                .execute(params![signed(number), row.key, signed(at), signed(line.len())])
                .expect("SQLite");
            at += line.len() + 1;
            number += 1;
        }
        drop(insert);
        transaction.commit().expect("SQLite");
    }
    file.into_inner().expect("room").sync_all().expect("room");
}

/// Writes the requests of all rows to one file.
pub(crate) fn write(folder: &Path, rows: usize) {
    let form = Client::offline().extract::<Ticket>("").form().expect("a form");
    let path = folder.join("requests.jsonl");
    let mut writer = BatchWriter::create(&path, &form).expect("a writer");
    for number in 0..rows {
        let row = row(number);
        let Ask::Text(text) = &row.ask else { return };
        writer.write(&format!("plain-{number}-1"), text).expect("room");
    }
    writer.finish().expect("room");
    File::open(&path).expect("the file").sync_all().expect("room");
    std::fs::remove_file(path).expect("the file");
}

/// Writes as many outcomes to a table.
pub(crate) fn record(folder: &Path, rows: usize) {
    let mut connection = connect(
        folder,
        "CREATE TABLE outcomes (n INTEGER NOT NULL, outcome INTEGER NOT NULL, at INTEGER NOT NULL,
         bytes INTEGER NOT NULL, tokens INTEGER NOT NULL)",
    );
    let mut number = 0;
    while number < rows {
        let transaction = connection.transaction().expect("SQLite");
        let mut insert = transaction
            .prepare_cached("INSERT INTO outcomes VALUES (?1, 0, ?2, 700, 358)")
            .expect("SQLite");
        for _ in 0..AT_ONCE.min(rows - number) {
            insert.execute(params![signed(number), signed(number * 701)]).expect("SQLite");
            number += 1;
        }
        drop(insert);
        transaction.commit().expect("SQLite");
    }
}
