-- The first schema. Same tables, columns and keys as ../postgres/0001_start.sql; a test compares the two.
-- Instants are microseconds since 1970, UTC; money is minor units; truth values are 0 or 1; ids are text.
-- +goose Up

-- A tenant that sells. Acts on all of a partner's things queue up behind its row.
CREATE TABLE partner (
    id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('direct_bill', 'indirect_provider', 'indirect_reseller')),
    provider_id TEXT, -- of an indirect reseller
    version INTEGER NOT NULL DEFAULT 1,
    body TEXT NOT NULL, -- JSON of the rest, here and below
    PRIMARY KEY (id)
) STRICT;

-- Every tenant there is, whosever it is: tells a foreign one from one that does not exist. No owner, on purpose.
CREATE TABLE tenant (
    id TEXT NOT NULL,
    domain TEXT UNIQUE, -- lower case
    PRIMARY KEY (id)
) STRICT;

-- Acts on one customer queue up behind its row.
CREATE TABLE customer (
    partner_id TEXT NOT NULL REFERENCES partner (id), id TEXT NOT NULL,
    domain TEXT NOT NULL, -- as in tenant
    name TEXT NOT NULL, -- company name without case, cut to what an index holds
    reseller_id TEXT, -- indirect reseller of record
    version INTEGER NOT NULL DEFAULT 1,
    body TEXT NOT NULL,
    PRIMARY KEY (partner_id, id)
) STRICT;
CREATE INDEX customer_name ON customer (partner_id, name, id);

-- API clients. Asked by id alone at every request, before it is known whose they are.
CREATE TABLE client (
    partner_id TEXT NOT NULL REFERENCES partner (id), id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    roles TEXT NOT NULL, -- short words, separated by spaces
    disabled INTEGER NOT NULL CHECK (disabled IN (0, 1)),
    body TEXT NOT NULL, -- hashes of secrets
    PRIMARY KEY (partner_id, id)
) STRICT;

-- The tables of a sale refer to each other without foreign keys: their rows are written together, behind the
-- customer's row, and none is ever deleted but a slot.
CREATE TABLE cart (
    partner_id TEXT NOT NULL, customer_id TEXT NOT NULL, id TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    body TEXT NOT NULL,
    PRIMARY KEY (partner_id, customer_id, id)
) STRICT;

CREATE TABLE orders (
    partner_id TEXT NOT NULL, customer_id TEXT NOT NULL, id TEXT NOT NULL,
    alternate_id TEXT NOT NULL, -- the short name
    cart_id TEXT, -- it came from
    plan TEXT NOT NULL, currency TEXT NOT NULL,
    at INTEGER NOT NULL,
    n INTEGER NOT NULL, -- among the orders of its act
    status TEXT NOT NULL CHECK (status IN ('completed', 'pending', 'cancelled')),
    system INTEGER NOT NULL CHECK (system IN (0, 1)), -- 1: made by a renewal
    version INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (partner_id, customer_id, id)
) STRICT;
CREATE INDEX orders_alternate ON orders (partner_id, customer_id, alternate_id);
CREATE INDEX orders_cart ON orders (partner_id, customer_id, cart_id) WHERE cart_id IS NOT NULL;

CREATE TABLE order_line (
    partner_id TEXT NOT NULL, order_id TEXT NOT NULL, n INTEGER NOT NULL,
    subscription_id TEXT, -- none for perpetual software
    state TEXT NOT NULL CHECK (state IN ('active', 'cancelled', 'superseded')),
    ended_at INTEGER,
    body TEXT NOT NULL, -- never changed
    PRIMARY KEY (partner_id, order_id, n)
) STRICT;

CREATE TABLE subscription (
    partner_id TEXT NOT NULL, customer_id TEXT NOT NULL, id TEXT NOT NULL,
    order_id TEXT NOT NULL, -- of the current term's line
    parent_id TEXT, -- the base of an add-on
    state TEXT NOT NULL CHECK (state IN ('pending', 'active', 'suspended', 'cancelled', 'expired')),
    ordered_at INTEGER NOT NULL,
    n INTEGER NOT NULL, -- among the subscriptions of its act
    due_at INTEGER, -- when the sweep looks at it next
    version INTEGER NOT NULL DEFAULT 1,
    body TEXT NOT NULL,
    PRIMARY KEY (partner_id, customer_id, id)
) STRICT;
CREATE INDEX subscription_parent ON subscription (partner_id, customer_id, parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX subscription_due ON subscription (due_at, id) WHERE due_at IS NOT NULL;

-- Places of limited offers (F13): two purchases cannot take the same one.
CREATE TABLE slot (
    partner_id TEXT NOT NULL, customer_id TEXT NOT NULL, product_id TEXT NOT NULL, sku_id TEXT NOT NULL,
    n INTEGER NOT NULL CHECK (n > 0),
    subscription_id TEXT NOT NULL,
    PRIMARY KEY (partner_id, customer_id, product_id, sku_id, n)
) STRICT;

-- Charges and credits. What is charged stays charged.
CREATE TABLE charge (
    partner_id TEXT NOT NULL, at INTEGER NOT NULL, id TEXT NOT NULL,
    customer_id TEXT NOT NULL, order_id TEXT NOT NULL, line INTEGER NOT NULL,
    subscription_id TEXT,
    currency TEXT NOT NULL, net INTEGER NOT NULL, tax INTEGER NOT NULL, -- minor units; negative in a credit
    body TEXT NOT NULL,
    PRIMARY KEY (partner_id, at, id)
) STRICT;
CREATE INDEX charge_order ON charge (partner_id, order_id);
CREATE INDEX charge_subscription ON charge (partner_id, subscription_id) WHERE subscription_id IS NOT NULL;
-- +goose StatementBegin
CREATE TRIGGER charge_no_update BEFORE UPDATE ON charge BEGIN SELECT RAISE(ABORT, 'append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER charge_no_delete BEFORE DELETE ON charge BEGIN SELECT RAISE(ABORT, 'append-only'); END;
-- +goose StatementEnd

CREATE TABLE invoice (
    partner_id TEXT NOT NULL, id TEXT NOT NULL,
    number INTEGER NOT NULL UNIQUE, -- gap-free in the whole store
    currency TEXT NOT NULL,
    period_start INTEGER NOT NULL,
    issued_at INTEGER NOT NULL,
    carry_out INTEGER NOT NULL CHECK (carry_out <= 0), -- minor units, left over for the next
    body TEXT NOT NULL,
    PRIMARY KEY (partner_id, id),
    UNIQUE (partner_id, currency, period_start)
) STRICT;

-- Numbers that leave no gap: taken in the transaction that uses them.
CREATE TABLE series (
    name TEXT NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (name)
) STRICT;
INSERT INTO series (name, last) VALUES ('invoice', 0);

-- The billing period of a partner in a currency that is running (F71).
CREATE TABLE account (
    partner_id TEXT NOT NULL, currency TEXT NOT NULL,
    due_at INTEGER NOT NULL, -- its end
    PRIMARY KEY (partner_id, currency)
) STRICT;
CREATE INDEX account_due ON account (due_at, partner_id, currency);

-- Where the sandbox's business clock stands.
CREATE TABLE clock (
    id INTEGER NOT NULL CHECK (id = 1),
    offset_us INTEGER NOT NULL, -- to the wall, microseconds
    high INTEGER, -- the latest instant it told
    PRIMARY KEY (id)
) STRICT;
INSERT INTO clock (id, offset_us) VALUES (1, 0);

-- Answers given, to be given again to the same request (house.md §3, Replay record); kept 24 h of wall time.
CREATE TABLE replay (
    partner_id TEXT NOT NULL, actor TEXT NOT NULL, request_id TEXT NOT NULL, method TEXT NOT NULL, target TEXT NOT NULL,
    body_hash BLOB NOT NULL, -- SHA-256 of the request's body
    status INTEGER NOT NULL, header TEXT NOT NULL, -- JSON object, or empty
    body BLOB NOT NULL, sealed INTEGER NOT NULL CHECK (sealed IN (0, 1)), -- 1: body is sealed by the vault
    version INTEGER NOT NULL, -- of the object the act changed, after it; 0: none
    at INTEGER NOT NULL, -- wall time
    PRIMARY KEY (partner_id, actor, request_id, method, target)
) STRICT;
CREATE INDEX replay_at ON replay (at);

-- What is posted stays posted.
CREATE TABLE posting (
    partner_id TEXT NOT NULL, entry_id TEXT NOT NULL, n INTEGER NOT NULL,
    at INTEGER NOT NULL,
    ref TEXT NOT NULL DEFAULT '', -- what caused it: a charge, a payment
    account TEXT NOT NULL, currency TEXT NOT NULL, amount INTEGER NOT NULL, -- minor units; + debit, - credit
    PRIMARY KEY (partner_id, entry_id, n)
) STRICT;
-- +goose StatementBegin
CREATE TRIGGER posting_no_update BEFORE UPDATE ON posting BEGIN SELECT RAISE(ABORT, 'append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER posting_no_delete BEFORE DELETE ON posting BEGIN SELECT RAISE(ABORT, 'append-only'); END;
-- +goose StatementEnd

-- Who did what, written in the act's own transaction.
CREATE TABLE activity (
    partner_id TEXT NOT NULL, id TEXT NOT NULL,
    at INTEGER NOT NULL,
    customer_id TEXT, customer_name TEXT NOT NULL, -- name without case
    operation TEXT NOT NULL, resource TEXT NOT NULL,
    security INTEGER NOT NULL CHECK (security IN (0, 1)), -- 1: for the roles of R06 alone
    body TEXT NOT NULL,
    PRIMARY KEY (partner_id, id)
) STRICT;
CREATE INDEX activity_at ON activity (partner_id, at, id);
CREATE INDEX activity_customer ON activity (partner_id, customer_id, at, id);
CREATE INDEX activity_security ON activity (partner_id, at, id) WHERE security = 1;
-- +goose StatementBegin
CREATE TRIGGER activity_no_update BEFORE UPDATE ON activity BEGIN SELECT RAISE(ABORT, 'append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER activity_no_delete BEFORE DELETE ON activity BEGIN SELECT RAISE(ABORT, 'append-only'); END;
-- +goose StatementEnd
