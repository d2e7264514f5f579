-- Credit notes and void notes beside invoices, and payments. Same tables, columns and keys as ../postgres/0003_payments.sql.
-- +goose Up

ALTER TABLE invoice RENAME TO invoice_before;

-- Amounts in minor units of the currency. A document is never changed: what amends it is a later row.
CREATE TABLE invoice (
    partner_id TEXT NOT NULL, id TEXT NOT NULL,
    number INTEGER NOT NULL UNIQUE, -- gap-free in the whole store
    document TEXT NOT NULL CHECK (document IN ('invoice', 'credit_note', 'void_note')),
    edition INTEGER NOT NULL CHECK (edition > 0), -- of its period: one more each time it is issued again
    currency TEXT NOT NULL,
    period_start INTEGER NOT NULL, period_end INTEGER NOT NULL,
    issued_at INTEGER NOT NULL, due_at INTEGER NOT NULL,
    net INTEGER NOT NULL, tax INTEGER NOT NULL,
    lines INTEGER NOT NULL, charges INTEGER NOT NULL, -- charges: of the lines, those above zero
    carried INTEGER NOT NULL, -- brought in from the period before
    carry_out INTEGER NOT NULL, -- left over for the next
    amends TEXT, -- what it takes back, or stands for
    PRIMARY KEY (partner_id, id),
    FOREIGN KEY (partner_id, amends) REFERENCES invoice (partner_id, id),
    CHECK (document = 'void_note' OR carried <= 0 AND carry_out <= 0)
) STRICT;
INSERT INTO invoice
SELECT partner_id, id, number, 'invoice', 1, currency, period_start, body ->> '$.period.end', issued_at, body ->> '$.due',
    COALESCE(body ->> '$.net', 0), COALESCE(body ->> '$.tax', 0), COALESCE(body ->> '$.lines', 0), COALESCE(body ->> '$.lines', 0),
    COALESCE(body ->> '$.carried', 0), carry_out, NULL
FROM invoice_before ORDER BY number;
DROP TABLE invoice_before;
CREATE UNIQUE INDEX invoice_edition ON invoice (partner_id, currency, period_start, edition) WHERE document <> 'void_note';
-- A document is taken back once, and stood for once.
CREATE UNIQUE INDEX invoice_voided ON invoice (partner_id, amends) WHERE document = 'void_note';
CREATE UNIQUE INDEX invoice_again ON invoice (partner_id, amends) WHERE document <> 'void_note' AND amends IS NOT NULL;
-- +goose StatementBegin
CREATE TRIGGER invoice_no_update BEFORE UPDATE ON invoice BEGIN SELECT RAISE(ABORT, 'append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER invoice_no_delete BEFORE DELETE ON invoice BEGIN SELECT RAISE(ABORT, 'append-only'); END;
-- +goose StatementEnd

CREATE TABLE payment (
    partner_id TEXT NOT NULL, id TEXT NOT NULL,
    invoice_id TEXT NOT NULL,
    paid_on INTEGER NOT NULL, -- 00:00Z of the day the money moved
    at INTEGER NOT NULL, -- when it was recorded
    currency TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount <> 0), -- minor units; below zero: paid out to the partner
    PRIMARY KEY (partner_id, id),
    FOREIGN KEY (partner_id, invoice_id) REFERENCES invoice (partner_id, id)
) STRICT;
CREATE INDEX payment_invoice ON payment (partner_id, invoice_id);
CREATE INDEX payment_day ON payment (partner_id, currency, paid_on);
-- +goose StatementBegin
CREATE TRIGGER payment_no_update BEFORE UPDATE ON payment BEGIN SELECT RAISE(ABORT, 'append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER payment_no_delete BEFORE DELETE ON payment BEGIN SELECT RAISE(ABORT, 'append-only'); END;
-- +goose StatementEnd
