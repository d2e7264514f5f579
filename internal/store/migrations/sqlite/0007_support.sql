-- Support requests with their notes and files, and the operator's limits. Same tables, columns and keys as
-- ../postgres/0007_support.sql.
-- +goose Up

INSERT INTO series (name, last) VALUES ('request', 100000);

CREATE TABLE service_request (
    partner_id TEXT NOT NULL REFERENCES partner (id), id TEXT NOT NULL UNIQUE, -- digits
    customer_id TEXT, -- whom it is about; absent: the partner itself
    reseller_id TEXT, -- the indirect reseller that raised it
    side TEXT NOT NULL CHECK (side IN ('partner', 'customer')), -- who raised it
    state TEXT NOT NULL CHECK (state IN ('open', 'attention_needed', 'closed')),
    filed_at INTEGER NOT NULL, -- microseconds since 1970, UTC
    version INTEGER NOT NULL DEFAULT 1,
    body TEXT NOT NULL,
    PRIMARY KEY (partner_id, id),
    FOREIGN KEY (partner_id, customer_id) REFERENCES customer (partner_id, id)
) STRICT;
CREATE INDEX service_request_filed ON service_request (partner_id, filed_at);
CREATE INDEX service_request_customer ON service_request (partner_id, customer_id, filed_at);
CREATE INDEX service_request_queue ON service_request (state, filed_at);

CREATE TABLE service_note (
    partner_id TEXT NOT NULL, request_id TEXT NOT NULL, n INTEGER NOT NULL, -- from 1
    at INTEGER NOT NULL,
    side TEXT NOT NULL CHECK (side IN ('partner', 'customer', 'operator')),
    author TEXT NOT NULL, text TEXT NOT NULL,
    PRIMARY KEY (partner_id, request_id, n),
    FOREIGN KEY (partner_id, request_id) REFERENCES service_request (partner_id, id)
) STRICT;
-- +goose StatementBegin
CREATE TRIGGER service_note_no_update BEFORE UPDATE ON service_note BEGIN SELECT RAISE(ABORT, 'append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER service_note_no_delete BEFORE DELETE ON service_note BEGIN SELECT RAISE(ABORT, 'append-only'); END;
-- +goose StatementEnd

CREATE TABLE service_file (
    partner_id TEXT NOT NULL, request_id TEXT NOT NULL,
    id TEXT NOT NULL UNIQUE, -- also the name of its bytes in the folder of attachments
    at INTEGER NOT NULL,
    side TEXT NOT NULL CHECK (side IN ('partner', 'customer')),
    author TEXT NOT NULL, name TEXT NOT NULL, comment TEXT NOT NULL,
    size INTEGER NOT NULL CHECK (size > 0), -- bytes
    sha256 TEXT NOT NULL, -- lower-case hex
    PRIMARY KEY (partner_id, request_id, id),
    FOREIGN KEY (partner_id, request_id) REFERENCES service_request (partner_id, id)
) STRICT;

-- Amounts in minor units of the currency; absent: no limit.
CREATE TABLE refund_limit (
    currency TEXT NOT NULL PRIMARY KEY,
    request_above INTEGER CHECK (request_above >= 0), -- a cancellation that gives back more goes through a request
    second_above INTEGER CHECK (second_above >= 0) -- a refund above it takes two people
) STRICT;
