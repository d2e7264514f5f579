-- People who sign in. Same tables, columns and keys as ../sqlite/0005_people.sql, where the columns are explained.
-- +goose Up

CREATE TABLE person (
    partner_id TEXT COLLATE "C" NOT NULL,
    customer_id TEXT COLLATE "C" NOT NULL,
    publisher_id TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL UNIQUE,
    upn TEXT COLLATE "C" NOT NULL UNIQUE,
    subject TEXT COLLATE "C" UNIQUE,
    roles TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('active', 'inactive', 'deleted')),
    password TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    body TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (partner_id, customer_id, id)
);
CREATE INDEX person_name ON person (partner_id, customer_id, upn);

ALTER TABLE client ADD COLUMN version BIGINT NOT NULL DEFAULT 1;

CREATE TABLE session (
    partner_id TEXT COLLATE "C" NOT NULL, person_id TEXT COLLATE "C" NOT NULL, id TEXT COLLATE "C" NOT NULL,
    hash TEXT COLLATE "C" NOT NULL UNIQUE,
    made_at BIGINT NOT NULL, seen_at BIGINT NOT NULL, proved_at BIGINT NOT NULL,
    method TEXT COLLATE "C" NOT NULL,
    agent TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (partner_id, person_id, id)
);
CREATE INDEX session_age ON session (made_at);

CREATE TABLE ticket (
    partner_id TEXT COLLATE "C" NOT NULL,
    hash TEXT COLLATE "C" NOT NULL UNIQUE,
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('code', 'device', 'refresh')),
    family TEXT COLLATE "C" NOT NULL,
    client_id TEXT COLLATE "C" NOT NULL,
    person_id TEXT COLLATE "C",
    user_code TEXT COLLATE "C" UNIQUE,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    version BIGINT NOT NULL DEFAULT 1,
    body TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (partner_id, hash)
);
CREATE INDEX ticket_family ON ticket (partner_id, family);
CREATE INDEX ticket_age ON ticket (expires_at);
