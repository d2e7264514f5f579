-- The first schema. Same tables, columns and keys as ../postgres/0001_start.sql; a test compares the two.
-- Instants are microseconds since 1970, UTC; money is minor units; truth values are 0 or 1; ids are text.
-- +goose Up

-- A tenant. Acts on all of a partner's things queue up behind its row.
CREATE TABLE partner (
    id TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (id)
) STRICT;

-- Acts on one customer queue up behind its row.
CREATE TABLE customer (
    partner_id TEXT NOT NULL REFERENCES partner (id), id TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (partner_id, id)
) STRICT;

-- Answers given, to be given again to the same request (house.md §3, Replay record); kept 24 h of wall time.
CREATE TABLE replay (
    partner_id TEXT NOT NULL, actor TEXT NOT NULL, request_id TEXT NOT NULL, method TEXT NOT NULL, target TEXT NOT NULL,
    body_hash BLOB NOT NULL, -- SHA-256 of the request's body
    status INTEGER NOT NULL, header TEXT NOT NULL, -- JSON object, or empty
    body BLOB NOT NULL, sealed INTEGER NOT NULL CHECK (sealed IN (0, 1)), -- 1: body is sealed by the vault
    version INTEGER NOT NULL, -- of the object the act changed, after it; 0: none
    at INTEGER NOT NULL, -- wall time
    PRIMARY KEY (partner_id, actor, request_id, method, target)
) STRICT;
CREATE INDEX replay_at ON replay (at);

-- What is posted stays posted.
CREATE TABLE posting (
    partner_id TEXT NOT NULL, entry_id TEXT NOT NULL, n INTEGER NOT NULL,
    at INTEGER NOT NULL,
    account TEXT NOT NULL, currency TEXT NOT NULL, amount INTEGER NOT NULL, -- minor units; + debit, - credit
    PRIMARY KEY (partner_id, entry_id, n)
) STRICT;
-- +goose StatementBegin
CREATE TRIGGER posting_no_update BEFORE UPDATE ON posting BEGIN SELECT RAISE(ABORT, 'append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER posting_no_delete BEFORE DELETE ON posting BEGIN SELECT RAISE(ABORT, 'append-only'); END;
-- +goose StatementEnd

-- Who did what, written in the act's own transaction.
CREATE TABLE activity (
    partner_id TEXT NOT NULL, id TEXT NOT NULL,
    at INTEGER NOT NULL,
    operation TEXT NOT NULL, body TEXT NOT NULL, -- JSON
    PRIMARY KEY (partner_id, id)
) STRICT;
CREATE INDEX activity_at ON activity (partner_id, at, id);
-- +goose StatementBegin
CREATE TRIGGER activity_no_update BEFORE UPDATE ON activity BEGIN SELECT RAISE(ABORT, 'append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER activity_no_delete BEFORE DELETE ON activity BEGIN SELECT RAISE(ABORT, 'append-only'); END;
-- +goose StatementEnd
