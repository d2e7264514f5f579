-- The first schema. Same tables, columns and keys as ../sqlite/0001_start.sql, where the columns are explained.
-- +goose Up

-- +goose StatementBegin
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'append-only'; END $$;
-- +goose StatementEnd

CREATE TABLE partner (
    id TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('direct_bill', 'indirect_provider', 'indirect_reseller')),
    provider_id TEXT COLLATE "C",
    version BIGINT NOT NULL DEFAULT 1,
    body TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE tenant (
    id TEXT COLLATE "C" NOT NULL,
    domain TEXT COLLATE "C" UNIQUE,
    PRIMARY KEY (id)
);

CREATE TABLE customer (
    partner_id TEXT COLLATE "C" NOT NULL REFERENCES partner (id), id TEXT COLLATE "C" NOT NULL,
    domain TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    reseller_id TEXT COLLATE "C",
    version BIGINT NOT NULL DEFAULT 1,
    body TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (partner_id, id)
);
CREATE INDEX customer_name ON customer (partner_id, name, id);

CREATE TABLE client (
    partner_id TEXT COLLATE "C" NOT NULL REFERENCES partner (id), id TEXT COLLATE "C" NOT NULL UNIQUE,
    name TEXT COLLATE "C" NOT NULL,
    roles TEXT COLLATE "C" NOT NULL,
    disabled BIGINT NOT NULL CHECK (disabled IN (0, 1)),
    body TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (partner_id, id)
);

CREATE TABLE cart (
    partner_id TEXT COLLATE "C" NOT NULL, customer_id TEXT COLLATE "C" NOT NULL, id TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    body TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (partner_id, customer_id, id)
);

CREATE TABLE orders (
    partner_id TEXT COLLATE "C" NOT NULL, customer_id TEXT COLLATE "C" NOT NULL, id TEXT COLLATE "C" NOT NULL,
    alternate_id TEXT COLLATE "C" NOT NULL,
    cart_id TEXT COLLATE "C",
    plan TEXT COLLATE "C" NOT NULL, currency TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    n BIGINT NOT NULL,
    status TEXT COLLATE "C" NOT NULL CHECK (status IN ('completed', 'pending', 'cancelled')),
    system BIGINT NOT NULL CHECK (system IN (0, 1)),
    version BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (partner_id, customer_id, id)
);
CREATE INDEX orders_alternate ON orders (partner_id, customer_id, alternate_id);
CREATE INDEX orders_cart ON orders (partner_id, customer_id, cart_id) WHERE cart_id IS NOT NULL;

CREATE TABLE order_line (
    partner_id TEXT COLLATE "C" NOT NULL, order_id TEXT COLLATE "C" NOT NULL, n BIGINT NOT NULL,
    subscription_id TEXT COLLATE "C",
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('active', 'cancelled', 'superseded')),
    ended_at BIGINT,
    body TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (partner_id, order_id, n)
);

CREATE TABLE subscription (
    partner_id TEXT COLLATE "C" NOT NULL, customer_id TEXT COLLATE "C" NOT NULL, id TEXT COLLATE "C" NOT NULL,
    order_id TEXT COLLATE "C" NOT NULL,
    parent_id TEXT COLLATE "C",
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('pending', 'active', 'suspended', 'cancelled', 'expired')),
    ordered_at BIGINT NOT NULL,
    n BIGINT NOT NULL,
    due_at BIGINT,
    version BIGINT NOT NULL DEFAULT 1,
    body TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (partner_id, customer_id, id)
);
CREATE INDEX subscription_parent ON subscription (partner_id, customer_id, parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX subscription_due ON subscription (due_at, id) WHERE due_at IS NOT NULL;

CREATE TABLE slot (
    partner_id TEXT COLLATE "C" NOT NULL, customer_id TEXT COLLATE "C" NOT NULL, product_id TEXT COLLATE "C" NOT NULL,
    sku_id TEXT COLLATE "C" NOT NULL,
    n BIGINT NOT NULL CHECK (n > 0),
    subscription_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (partner_id, customer_id, product_id, sku_id, n)
);

CREATE TABLE charge (
    partner_id TEXT COLLATE "C" NOT NULL, at BIGINT NOT NULL, id TEXT COLLATE "C" NOT NULL,
    customer_id TEXT COLLATE "C" NOT NULL, order_id TEXT COLLATE "C" NOT NULL, line BIGINT NOT NULL,
    subscription_id TEXT COLLATE "C",
    currency TEXT COLLATE "C" NOT NULL, net BIGINT NOT NULL, tax BIGINT NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (partner_id, at, id)
);
CREATE INDEX charge_order ON charge (partner_id, order_id);
CREATE INDEX charge_subscription ON charge (partner_id, subscription_id) WHERE subscription_id IS NOT NULL;
CREATE TRIGGER charge_keep BEFORE UPDATE OR DELETE ON charge FOR EACH ROW EXECUTE FUNCTION keep();
CREATE TRIGGER charge_keep_all BEFORE TRUNCATE ON charge FOR EACH STATEMENT EXECUTE FUNCTION keep();

CREATE TABLE invoice (
    partner_id TEXT COLLATE "C" NOT NULL, id TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL UNIQUE,
    currency TEXT COLLATE "C" NOT NULL,
    period_start BIGINT NOT NULL,
    issued_at BIGINT NOT NULL,
    carry_out BIGINT NOT NULL CHECK (carry_out <= 0),
    body TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (partner_id, id),
    UNIQUE (partner_id, currency, period_start)
);

CREATE TABLE series (
    name TEXT COLLATE "C" NOT NULL,
    last BIGINT NOT NULL,
    PRIMARY KEY (name)
);
INSERT INTO series (name, last) VALUES ('invoice', 0);

CREATE TABLE account (
    partner_id TEXT COLLATE "C" NOT NULL, currency TEXT COLLATE "C" NOT NULL,
    due_at BIGINT NOT NULL,
    PRIMARY KEY (partner_id, currency)
);
CREATE INDEX account_due ON account (due_at, partner_id, currency);

CREATE TABLE clock (
    id BIGINT NOT NULL CHECK (id = 1),
    offset_us BIGINT NOT NULL,
    high BIGINT,
    PRIMARY KEY (id)
);
INSERT INTO clock (id, offset_us) VALUES (1, 0);

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
    ref TEXT COLLATE "C" NOT NULL DEFAULT '',
    account TEXT COLLATE "C" NOT NULL, currency TEXT COLLATE "C" NOT NULL, amount BIGINT NOT NULL,
    PRIMARY KEY (partner_id, entry_id, n)
);
CREATE TRIGGER posting_keep BEFORE UPDATE OR DELETE ON posting FOR EACH ROW EXECUTE FUNCTION keep();
CREATE TRIGGER posting_keep_all BEFORE TRUNCATE ON posting FOR EACH STATEMENT EXECUTE FUNCTION keep();

CREATE TABLE activity (
    partner_id TEXT COLLATE "C" NOT NULL, id TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    customer_id TEXT COLLATE "C", customer_name TEXT COLLATE "C" NOT NULL,
    operation TEXT COLLATE "C" NOT NULL, resource TEXT COLLATE "C" NOT NULL,
    security BIGINT NOT NULL CHECK (security IN (0, 1)),
    body TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (partner_id, id)
);
CREATE INDEX activity_at ON activity (partner_id, at, id);
CREATE INDEX activity_customer ON activity (partner_id, customer_id, at, id);
CREATE INDEX activity_security ON activity (partner_id, at, id) WHERE security = 1;
CREATE TRIGGER activity_keep BEFORE UPDATE OR DELETE ON activity FOR EACH ROW EXECUTE FUNCTION keep();
CREATE TRIGGER activity_keep_all BEFORE TRUNCATE ON activity FOR EACH STATEMENT EXECUTE FUNCTION keep();
