-- The first schema. Same tables, columns and keys as ../sqlite/0001_start.sql, where the columns are explained.
-- +goose Up

-- +goose StatementBegin
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'append-only'; END $$;
-- +goose StatementEnd

CREATE TABLE partner (
    id TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (id)
);

CREATE TABLE customer (
    partner_id TEXT COLLATE "C" NOT NULL REFERENCES partner (id), id TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (partner_id, id)
);

CREATE TABLE replay (
    partner_id TEXT COLLATE "C" NOT NULL, actor TEXT COLLATE "C" NOT NULL, request_id TEXT COLLATE "C" NOT NULL,
    method TEXT COLLATE "C" NOT NULL, target TEXT COLLATE "C" NOT NULL,
    body_hash BYTEA NOT NULL,
    status BIGINT NOT NULL, header TEXT COLLATE "C" NOT NULL,
    body BYTEA NOT NULL, sealed BIGINT NOT NULL CHECK (sealed IN (0, 1)),
    version BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (partner_id, actor, request_id, method, target)
);
CREATE INDEX replay_at ON replay (at);

CREATE TABLE posting (
    partner_id TEXT COLLATE "C" NOT NULL, entry_id TEXT COLLATE "C" NOT NULL, n BIGINT NOT NULL,
    at BIGINT NOT NULL,
    account TEXT COLLATE "C" NOT NULL, currency TEXT COLLATE "C" NOT NULL, amount BIGINT NOT NULL,
    PRIMARY KEY (partner_id, entry_id, n)
);
CREATE TRIGGER posting_keep BEFORE UPDATE OR DELETE ON posting FOR EACH ROW EXECUTE FUNCTION keep();
CREATE TRIGGER posting_keep_all BEFORE TRUNCATE ON posting FOR EACH STATEMENT EXECUTE FUNCTION keep();

CREATE TABLE activity (
    partner_id TEXT COLLATE "C" NOT NULL, id TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    operation TEXT COLLATE "C" NOT NULL, body TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (partner_id, id)
);
CREATE INDEX activity_at ON activity (partner_id, at, id);
CREATE TRIGGER activity_keep BEFORE UPDATE OR DELETE ON activity FOR EACH ROW EXECUTE FUNCTION keep();
CREATE TRIGGER activity_keep_all BEFORE TRUNCATE ON activity FOR EACH STATEMENT EXECUTE FUNCTION keep();
