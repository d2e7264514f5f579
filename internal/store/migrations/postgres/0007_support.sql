-- Support requests with their notes and files, and the operator's limits. Same tables, columns and keys as
-- ../sqlite/0007_support.sql, where the columns are explained.
-- +goose Up

INSERT INTO series (name, last) VALUES ('request', 100000);

CREATE TABLE service_request (
    partner_id TEXT COLLATE "C" NOT NULL REFERENCES partner (id), id TEXT COLLATE "C" NOT NULL UNIQUE,
    customer_id TEXT COLLATE "C",
    reseller_id TEXT COLLATE "C",
    side TEXT COLLATE "C" NOT NULL CHECK (side IN ('partner', 'customer')),
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('open', 'attention_needed', 'closed')),
    filed_at BIGINT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    body TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (partner_id, id),
    FOREIGN KEY (partner_id, customer_id) REFERENCES customer (partner_id, id)
);
CREATE INDEX service_request_filed ON service_request (partner_id, filed_at);
CREATE INDEX service_request_customer ON service_request (partner_id, customer_id, filed_at);
CREATE INDEX service_request_queue ON service_request (state, filed_at);

CREATE TABLE service_note (
    partner_id TEXT COLLATE "C" NOT NULL, request_id TEXT COLLATE "C" NOT NULL, n BIGINT NOT NULL,
    at BIGINT NOT NULL,
    side TEXT COLLATE "C" NOT NULL CHECK (side IN ('partner', 'customer', 'operator')),
    author TEXT COLLATE "C" NOT NULL, text TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (partner_id, request_id, n),
    FOREIGN KEY (partner_id, request_id) REFERENCES service_request (partner_id, id)
);
CREATE TRIGGER service_note_keep BEFORE UPDATE OR DELETE ON service_note FOR EACH ROW EXECUTE FUNCTION keep();
CREATE TRIGGER service_note_keep_all BEFORE TRUNCATE ON service_note FOR EACH STATEMENT EXECUTE FUNCTION keep();

CREATE TABLE service_file (
    partner_id TEXT COLLATE "C" NOT NULL, request_id TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL UNIQUE,
    at BIGINT NOT NULL,
    side TEXT COLLATE "C" NOT NULL CHECK (side IN ('partner', 'customer')),
    author TEXT COLLATE "C" NOT NULL, name TEXT COLLATE "C" NOT NULL, comment TEXT COLLATE "C" NOT NULL,
    size BIGINT NOT NULL CHECK (size > 0),
    sha256 TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (partner_id, request_id, id),
    FOREIGN KEY (partner_id, request_id) REFERENCES service_request (partner_id, id)
);

CREATE TABLE refund_limit (
    currency TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    request_above BIGINT CHECK (request_above >= 0),
    second_above BIGINT CHECK (second_above >= 0)
);
