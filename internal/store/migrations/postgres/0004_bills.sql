-- Bills from partners to their customers, and what partners sell by. Same tables, columns and keys as
-- ../sqlite/0004_bills.sql, where the columns are explained.
-- +goose Up

-- A partner's mark-up and own prices: dated rows, added and never changed. n is the order they were recorded in.
CREATE TABLE markup (
    partner_id TEXT COLLATE "C" NOT NULL, n BIGINT NOT NULL,
    valid_from BIGINT NOT NULL, at BIGINT NOT NULL,
    basis_points BIGINT NOT NULL CHECK (basis_points BETWEEN 0 AND 100000),
    PRIMARY KEY (partner_id, n),
    CHECK (valid_from >= at)
);
CREATE TABLE own_price (
    partner_id TEXT COLLATE "C" NOT NULL, n BIGINT NOT NULL,
    product_id TEXT COLLATE "C" NOT NULL, sku_id TEXT COLLATE "C" NOT NULL, country TEXT COLLATE "C" NOT NULL, term TEXT COLLATE "C" NOT NULL, plan TEXT COLLATE "C" NOT NULL,
    valid_from BIGINT NOT NULL, at BIGINT NOT NULL,
    currency TEXT COLLATE "C" NOT NULL,
    unit BIGINT CHECK (unit >= 0),
    PRIMARY KEY (partner_id, n),
    CHECK (valid_from >= at)
);
CREATE INDEX own_price_product ON own_price (partner_id, product_id, n);

-- Billing periods that are closed, for which customers are billed. due_at: until that is done.
CREATE TABLE bill_run (
    partner_id TEXT COLLATE "C" NOT NULL, currency TEXT COLLATE "C" NOT NULL, period_start BIGINT NOT NULL, period_end BIGINT NOT NULL,
    due_at BIGINT,
    PRIMARY KEY (partner_id, currency, period_start)
);
CREATE INDEX bill_run_due ON bill_run (due_at, partner_id, currency) WHERE due_at IS NOT NULL;

-- Amounts in minor units of the currency. A bill is never changed.
CREATE TABLE bill (
    partner_id TEXT COLLATE "C" NOT NULL, id TEXT COLLATE "C" NOT NULL, customer_id TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL CHECK (number > 0),
    document TEXT COLLATE "C" NOT NULL CHECK (document IN ('invoice', 'credit_note')),
    currency TEXT COLLATE "C" NOT NULL,
    period_start BIGINT NOT NULL, period_end BIGINT NOT NULL,
    issued_at BIGINT NOT NULL, due_at BIGINT NOT NULL,
    net BIGINT NOT NULL, tax BIGINT NOT NULL,
    lines BIGINT NOT NULL, charges BIGINT NOT NULL,
    carried BIGINT NOT NULL CHECK (carried <= 0), carry_out BIGINT NOT NULL CHECK (carry_out <= 0),
    body TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (partner_id, id)
);
CREATE UNIQUE INDEX bill_number ON bill (partner_id, number);
CREATE UNIQUE INDEX bill_period ON bill (partner_id, customer_id, currency, period_start);
CREATE INDEX bill_carries ON bill (partner_id, currency, customer_id) WHERE carry_out < 0;
CREATE TRIGGER markup_keep BEFORE UPDATE OR DELETE ON markup FOR EACH ROW EXECUTE FUNCTION keep();
CREATE TRIGGER markup_keep_all BEFORE TRUNCATE ON markup FOR EACH STATEMENT EXECUTE FUNCTION keep();
CREATE TRIGGER own_price_keep BEFORE UPDATE OR DELETE ON own_price FOR EACH ROW EXECUTE FUNCTION keep();
CREATE TRIGGER own_price_keep_all BEFORE TRUNCATE ON own_price FOR EACH STATEMENT EXECUTE FUNCTION keep();
CREATE TRIGGER bill_keep BEFORE UPDATE OR DELETE ON bill FOR EACH ROW EXECUTE FUNCTION keep();
CREATE TRIGGER bill_keep_all BEFORE TRUNCATE ON bill FOR EACH STATEMENT EXECUTE FUNCTION keep();

-- The last number each partner gave a bill, taken in the transaction that uses it.
CREATE TABLE bill_series (
    partner_id TEXT COLLATE "C" NOT NULL, last BIGINT NOT NULL,
    PRIMARY KEY (partner_id)
);
