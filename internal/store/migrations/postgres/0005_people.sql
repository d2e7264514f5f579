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
