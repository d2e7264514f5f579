-- Customers that were deleted, agreements, and partners found by their programme's id.
-- Same tables, columns and keys as ../postgres/0006_directory.sql.
-- +goose Up

ALTER TABLE customer ADD COLUMN deleted_at INTEGER; -- its row stays, for what it was charged

-- The trade programme's id of a partner, also in its body: lines name their partner of record by it.
ALTER TABLE partner ADD COLUMN mpn TEXT;
UPDATE partner SET mpn = json_extract(body, '$.mpn');
CREATE INDEX partner_mpn ON partner (mpn) WHERE mpn IS NOT NULL;
CREATE INDEX partner_provider ON partner (provider_id) WHERE provider_id IS NOT NULL;

-- What customers agreed to. What was agreed stays agreed.
CREATE TABLE agreement (
    partner_id TEXT NOT NULL, customer_id TEXT NOT NULL, id TEXT NOT NULL,
    kind TEXT NOT NULL,
    agreed_at INTEGER NOT NULL,
    print TEXT NOT NULL, -- of all that tells two agreements apart: the same is not recorded twice
    body TEXT NOT NULL,
    PRIMARY KEY (partner_id, customer_id, id),
    UNIQUE (partner_id, customer_id, print)
) STRICT;
-- +goose StatementBegin
CREATE TRIGGER agreement_no_update BEFORE UPDATE ON agreement BEGIN SELECT RAISE(ABORT, 'append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER agreement_no_delete BEFORE DELETE ON agreement BEGIN SELECT RAISE(ABORT, 'append-only'); END;
-- +goose StatementEnd
