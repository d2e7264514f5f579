-- Credit notes and void notes beside invoices, and payments. Same tables, columns and keys as ../sqlite/0003_payments.sql,
-- where the columns are explained.
-- +goose Up

ALTER TABLE invoice RENAME TO invoice_before;

CREATE TABLE invoice (
    partner_id TEXT COLLATE "C" NOT NULL, id TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL UNIQUE,
    document TEXT COLLATE "C" NOT NULL CHECK (document IN ('invoice', 'credit_note', 'void_note')),
    edition BIGINT NOT NULL CHECK (edition > 0),
    currency TEXT COLLATE "C" NOT NULL,
    period_start BIGINT NOT NULL, period_end BIGINT NOT NULL,
    issued_at BIGINT NOT NULL, due_at BIGINT NOT NULL,
    net BIGINT NOT NULL, tax BIGINT NOT NULL,
    lines BIGINT NOT NULL, charges BIGINT NOT NULL,
    carried BIGINT NOT NULL,
    carry_out BIGINT NOT NULL,
    amends TEXT COLLATE "C",
    PRIMARY KEY (partner_id, id),
    FOREIGN KEY (partner_id, amends) REFERENCES invoice (partner_id, id),
    CHECK (document = 'void_note' OR carried <= 0 AND carry_out <= 0)
);
INSERT INTO invoice
SELECT partner_id, id, number, 'invoice', 1, currency, period_start, (body::json #>> '{period,end}')::bigint, issued_at, (body::json ->> 'due')::bigint,
    COALESCE((body::json ->> 'net')::bigint, 0), COALESCE((body::json ->> 'tax')::bigint, 0),
    COALESCE((body::json ->> 'lines')::bigint, 0), COALESCE((body::json ->> 'lines')::bigint, 0),
    COALESCE((body::json ->> 'carried')::bigint, 0), carry_out, NULL
FROM invoice_before ORDER BY number;
DROP TABLE invoice_before;
CREATE UNIQUE INDEX invoice_edition ON invoice (partner_id, currency, period_start, edition) WHERE document <> 'void_note';
CREATE UNIQUE INDEX invoice_voided ON invoice (partner_id, amends) WHERE document = 'void_note';
CREATE UNIQUE INDEX invoice_again ON invoice (partner_id, amends) WHERE document <> 'void_note' AND amends IS NOT NULL;
CREATE TRIGGER invoice_keep BEFORE UPDATE OR DELETE ON invoice FOR EACH ROW EXECUTE FUNCTION keep();
CREATE TRIGGER invoice_keep_all BEFORE TRUNCATE ON invoice FOR EACH STATEMENT EXECUTE FUNCTION keep();

CREATE TABLE payment (
    partner_id TEXT COLLATE "C" NOT NULL, id TEXT COLLATE "C" NOT NULL,
    invoice_id TEXT COLLATE "C" NOT NULL,
    paid_on BIGINT NOT NULL,
    at BIGINT NOT NULL,
    currency TEXT COLLATE "C" NOT NULL,
    amount BIGINT NOT NULL CHECK (amount <> 0),
    PRIMARY KEY (partner_id, id),
    FOREIGN KEY (partner_id, invoice_id) REFERENCES invoice (partner_id, id)
);
CREATE INDEX payment_invoice ON payment (partner_id, invoice_id);
CREATE INDEX payment_day ON payment (partner_id, currency, paid_on);
CREATE TRIGGER payment_keep BEFORE UPDATE OR DELETE ON payment FOR EACH ROW EXECUTE FUNCTION keep();
CREATE TRIGGER payment_keep_all BEFORE TRUNCATE ON payment FOR EACH STATEMENT EXECUTE FUNCTION keep();
