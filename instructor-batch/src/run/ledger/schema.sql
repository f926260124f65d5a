-- The ledger of a run, format 1. What it means stands in docs/run-format.md.
CREATE TABLE facts (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE items (
    n INTEGER PRIMARY KEY,
    key TEXT NOT NULL,
    at INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    sent INTEGER NOT NULL DEFAULT 0,
    forgiven INTEGER NOT NULL DEFAULT 0,
    shard INTEGER,
    outcome INTEGER
) STRICT;
CREATE UNIQUE INDEX items_key ON items (key);
CREATE INDEX items_waiting ON items (n) WHERE outcome IS NULL AND shard IS NULL;
CREATE INDEX items_in_shard ON items (shard) WHERE shard IS NOT NULL;

CREATE TABLE shards (
    number INTEGER PRIMARY KEY,
    state INTEGER NOT NULL,
    tries INTEGER NOT NULL DEFAULT 1,
    label TEXT NOT NULL UNIQUE,
    rows INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    tokens INTEGER NOT NULL,
    submitted INTEGER,
    job TEXT,
    guessed INTEGER NOT NULL DEFAULT 0,
    job_status TEXT,
    done INTEGER
) STRICT;
CREATE INDEX shards_open ON shards (state) WHERE state < 3;

CREATE TABLE files (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    envelope TEXT NOT NULL
) STRICT;

CREATE TABLE answers (
    n INTEGER NOT NULL,
    sent INTEGER NOT NULL,
    outcome INTEGER NOT NULL,
    kind TEXT NOT NULL,
    message TEXT,
    file INTEGER,
    at INTEGER,
    bytes INTEGER,
    model TEXT,
    input_tokens INTEGER,
    output_tokens INTEGER,
    cached_tokens INTEGER,
    reasoning_tokens INTEGER
) STRICT;
CREATE UNIQUE INDEX answers_of ON answers (n, sent);

CREATE TABLE faults (
    shard INTEGER,
    file INTEGER,
    line INTEGER,
    what TEXT NOT NULL
) STRICT;
