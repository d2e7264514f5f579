-- Passkeys of people. Same tables, columns and keys as ../postgres/0026_passkeys.sql.
-- +goose Up

-- Found by its credential before it is known whose it is.
CREATE TABLE passkey (
    partner_id TEXT NOT NULL, person_id TEXT NOT NULL, id TEXT NOT NULL,
    credential TEXT NOT NULL UNIQUE, -- base64url
    name TEXT NOT NULL,
    made_at INTEGER NOT NULL, used_at INTEGER, -- wall time; NULL: never
    copied INTEGER NOT NULL CHECK (copied IN (0, 1)), -- its counter went back
    version INTEGER NOT NULL DEFAULT 1,
    body TEXT NOT NULL, -- public key, counter, flags
    PRIMARY KEY (partner_id, person_id, id)
) STRICT;

-- Challenges that were answered: none is answered twice. A row goes when its challenge is over anyway.
CREATE TABLE challenge (
    partner_id TEXT NOT NULL, -- of who answered it
    hash TEXT NOT NULL UNIQUE,
    expires_at INTEGER NOT NULL, -- wall time
    PRIMARY KEY (partner_id, hash)
) STRICT;
CREATE INDEX challenge_age ON challenge (expires_at);
