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
