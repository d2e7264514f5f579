-- Bills from partners to their customers, and what partners sell by. Same tables, columns and keys as
-- ../postgres/0004_bills.sql.
-- +goose Up

-- A partner's mark-up and own prices: dated rows, added and never changed. n is the order they were recorded in.
CREATE TABLE markup (
    partner_id TEXT NOT NULL, n INTEGER NOT NULL,
    valid_from INTEGER NOT NULL, at INTEGER NOT NULL, -- at: when it was recorded; valid_from is never before it
    basis_points INTEGER NOT NULL CHECK (basis_points BETWEEN 0 AND 100000),
    PRIMARY KEY (partner_id, n),
    CHECK (valid_from >= at)
) STRICT;
CREATE TABLE own_price (
    partner_id TEXT NOT NULL, n INTEGER NOT NULL,
    product_id TEXT NOT NULL, sku_id TEXT NOT NULL, country TEXT NOT NULL, term TEXT NOT NULL, plan TEXT NOT NULL,
    valid_from INTEGER NOT NULL, at INTEGER NOT NULL,
    currency TEXT NOT NULL,
    unit INTEGER CHECK (unit >= 0), -- 10^-8 of the major unit, for the whole term; NULL: the mark-up counts again
    PRIMARY KEY (partner_id, n),
    CHECK (valid_from >= at)
) STRICT;
CREATE INDEX own_price_product ON own_price (partner_id, product_id, n);

-- Billing periods that are closed, for which customers are billed. due_at: until that is done.
CREATE TABLE bill_run (
    partner_id TEXT NOT NULL, currency TEXT NOT NULL, period_start INTEGER NOT NULL, period_end INTEGER NOT NULL,
    due_at INTEGER,
    PRIMARY KEY (partner_id, currency, period_start)
) STRICT;
CREATE INDEX bill_run_due ON bill_run (due_at, partner_id, currency) WHERE due_at IS NOT NULL;

-- Amounts in minor units of the currency. A bill is never changed.
CREATE TABLE bill (
    partner_id TEXT NOT NULL, id TEXT NOT NULL, customer_id TEXT NOT NULL,
    number INTEGER NOT NULL CHECK (number > 0), -- gap-free for the partner
    document TEXT NOT NULL CHECK (document IN ('invoice', 'credit_note')),
    currency TEXT NOT NULL,
    period_start INTEGER NOT NULL, period_end INTEGER NOT NULL,
    issued_at INTEGER NOT NULL, due_at INTEGER NOT NULL,
    net INTEGER NOT NULL, tax INTEGER NOT NULL,
    lines INTEGER NOT NULL, charges INTEGER NOT NULL, -- charges: of the lines, those above zero
    carried INTEGER NOT NULL CHECK (carried <= 0), carry_out INTEGER NOT NULL CHECK (carry_out <= 0),
    body TEXT NOT NULL, -- names as they were
    PRIMARY KEY (partner_id, id)
) STRICT;
CREATE UNIQUE INDEX bill_number ON bill (partner_id, number);
CREATE UNIQUE INDEX bill_period ON bill (partner_id, customer_id, currency, period_start);
CREATE INDEX bill_carries ON bill (partner_id, currency, customer_id) WHERE carry_out < 0;
-- +goose StatementBegin
CREATE TRIGGER markup_no_update BEFORE UPDATE ON markup BEGIN SELECT RAISE(ABORT, 'append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER markup_no_delete BEFORE DELETE ON markup BEGIN SELECT RAISE(ABORT, 'append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER own_price_no_update BEFORE UPDATE ON own_price BEGIN SELECT RAISE(ABORT, 'append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER own_price_no_delete BEFORE DELETE ON own_price BEGIN SELECT RAISE(ABORT, 'append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER bill_no_update BEFORE UPDATE ON bill BEGIN SELECT RAISE(ABORT, 'append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER bill_no_delete BEFORE DELETE ON bill BEGIN SELECT RAISE(ABORT, 'append-only'); END;
-- +goose StatementEnd

-- The last number each partner gave a bill, taken in the transaction that uses it.
CREATE TABLE bill_series (
    partner_id TEXT NOT NULL, last INTEGER NOT NULL,
    PRIMARY KEY (partner_id)
) STRICT;
