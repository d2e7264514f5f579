-- People who sign in. Same tables, columns and keys as ../postgres/0005_people.sql.
-- +goose Up

-- A user principal name finds its person before it is known whose staff it is: it is unique in the whole store.
CREATE TABLE person (
    partner_id TEXT NOT NULL, -- whose staff, or whose customer's; '' is the operator's and publishers'
    customer_id TEXT NOT NULL, -- whose staff; '' is the partner's own
    publisher_id TEXT NOT NULL, -- whose staff; '' is nobody's
    id TEXT NOT NULL UNIQUE,
    upn TEXT NOT NULL UNIQUE, -- lower case
    subject TEXT UNIQUE, -- "issuer subject" of an external sign-in
    roles TEXT NOT NULL, -- short words, separated by spaces
    state TEXT NOT NULL CHECK (state IN ('active', 'inactive', 'deleted')),
    password TEXT NOT NULL, -- argon2id; '' is none
    version INTEGER NOT NULL DEFAULT 1,
    body TEXT NOT NULL,
    PRIMARY KEY (partner_id, customer_id, id)
) STRICT;
CREATE INDEX person_name ON person (partner_id, customer_id, upn);

ALTER TABLE client ADD COLUMN version INTEGER NOT NULL DEFAULT 1;

-- Found by the cookie before it is known whose it is.
CREATE TABLE session (
    partner_id TEXT NOT NULL, person_id TEXT NOT NULL, id TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE, -- of the cookie
    made_at INTEGER NOT NULL, seen_at INTEGER NOT NULL, proved_at INTEGER NOT NULL, -- wall time
    method TEXT NOT NULL,
    agent TEXT NOT NULL,
    PRIMARY KEY (partner_id, person_id, id)
) STRICT;
CREATE INDEX session_age ON session (made_at);

-- Authorization codes, device codes and refresh tokens. Found by whoever holds them.
CREATE TABLE ticket (
    partner_id TEXT NOT NULL, -- of the client
    hash TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('code', 'device', 'refresh')),
    family TEXT NOT NULL,
    client_id TEXT NOT NULL,
    person_id TEXT, -- NULL: nobody yet
    user_code TEXT UNIQUE, -- of a device that waits for a person
    expires_at INTEGER NOT NULL,
    used_at INTEGER, -- NULL: it works
    version INTEGER NOT NULL DEFAULT 1,
    body TEXT NOT NULL,
    PRIMARY KEY (partner_id, hash)
) STRICT;
CREATE INDEX ticket_family ON ticket (partner_id, family);
CREATE INDEX ticket_age ON ticket (expires_at);
