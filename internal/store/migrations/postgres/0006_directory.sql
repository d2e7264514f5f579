-- Customers that were deleted, agreements, and partners found by their programme's id.
-- Same tables, columns and keys as ../sqlite/0006_directory.sql.
-- +goose Up

ALTER TABLE customer ADD COLUMN deleted_at BIGINT;

ALTER TABLE partner ADD COLUMN mpn TEXT COLLATE "C";
UPDATE partner SET mpn = body::json ->> 'mpn';
CREATE INDEX partner_mpn ON partner (mpn) WHERE mpn IS NOT NULL;
CREATE INDEX partner_provider ON partner (provider_id) WHERE provider_id IS NOT NULL;

CREATE TABLE agreement (
    partner_id TEXT COLLATE "C" NOT NULL, customer_id TEXT COLLATE "C" NOT NULL, id TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    agreed_at BIGINT NOT NULL,
    print TEXT COLLATE "C" NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (partner_id, customer_id, id),
    UNIQUE (partner_id, customer_id, print)
);
CREATE TRIGGER agreement_keep BEFORE UPDATE OR DELETE ON agreement FOR EACH ROW EXECUTE FUNCTION keep();
CREATE TRIGGER agreement_keep_all BEFORE TRUNCATE ON agreement FOR EACH STATEMENT EXECUTE FUNCTION keep();
