-- Passkeys of people. Same tables, columns and keys as ../sqlite/0026_passkeys.sql, where the columns are explained.
-- +goose Up

CREATE TABLE passkey (
    partner_id TEXT COLLATE "C" NOT NULL, person_id TEXT COLLATE "C" NOT NULL, id TEXT COLLATE "C" NOT NULL,
    credential TEXT COLLATE "C" NOT NULL UNIQUE,
    name TEXT COLLATE "C" NOT NULL,
    made_at BIGINT NOT NULL, used_at BIGINT,
    copied BIGINT NOT NULL CHECK (copied IN (0, 1)),
    version BIGINT NOT NULL DEFAULT 1,
    body TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (partner_id, person_id, id)
);

CREATE TABLE challenge (
    partner_id TEXT COLLATE "C" NOT NULL,
    hash TEXT COLLATE "C" NOT NULL UNIQUE,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (partner_id, hash)
);
CREATE INDEX challenge_age ON challenge (expires_at);
