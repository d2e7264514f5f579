-- What is for sale, the dated rules, keys and links. Same tables, columns and keys as ../sqlite/0002_catalogue.sql, where
-- they are explained.
-- +goose Up

CREATE TABLE catalogue (
    id BIGINT NOT NULL CHECK (id = 1),
    version BIGINT NOT NULL, stamp TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (id)
);
INSERT INTO catalogue (id, version, stamp) VALUES (1, 0, '');

CREATE TABLE product (
    id TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL, imported BIGINT NOT NULL CHECK (imported IN (0, 1)),
    version BIGINT NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (id)
);
CREATE TABLE sku (
    product_id TEXT COLLATE "C" NOT NULL REFERENCES product (id), id TEXT COLLATE "C" NOT NULL,
    n BIGINT NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (product_id, id)
);
CREATE TABLE availability (
    product_id TEXT COLLATE "C" NOT NULL, sku_id TEXT COLLATE "C" NOT NULL, id TEXT COLLATE "C" NOT NULL,
    n BIGINT NOT NULL, country TEXT COLLATE "C" NOT NULL, segment TEXT COLLATE "C" NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (product_id, sku_id, id),
    FOREIGN KEY (product_id, sku_id) REFERENCES sku (product_id, id)
);
CREATE INDEX availability_market ON availability (country, segment, product_id);
CREATE TABLE price (
    product_id TEXT COLLATE "C" NOT NULL, id TEXT COLLATE "C" NOT NULL,
    n BIGINT NOT NULL, sku_id TEXT COLLATE "C" NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (product_id, id),
    FOREIGN KEY (product_id, sku_id) REFERENCES sku (product_id, id)
);

CREATE TABLE offer (
    country TEXT COLLATE "C" NOT NULL, id TEXT COLLATE "C" NOT NULL,
    rank BIGINT NOT NULL,
    category_id TEXT COLLATE "C" NOT NULL, category_name TEXT COLLATE "C" NOT NULL, category_rank BIGINT NOT NULL,
    bases TEXT COLLATE "C" NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (country, id)
);
CREATE INDEX offer_rank ON offer (country, rank, id);
CREATE TABLE offer_base (
    country TEXT COLLATE "C" NOT NULL, base_id TEXT COLLATE "C" NOT NULL, offer_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (country, base_id, offer_id)
);
CREATE INDEX offer_base_offer ON offer_base (country, offer_id);

CREATE TABLE cancel_rule (
    id TEXT COLLATE "C" NOT NULL,
    class TEXT COLLATE "C" NOT NULL, valid_from BIGINT, valid_until BIGINT,
    window_kind TEXT COLLATE "C" NOT NULL, window_days BIGINT NOT NULL, window_span BIGINT NOT NULL,
    credit TEXT COLLATE "C" NOT NULL, afterwards TEXT COLLATE "C" NOT NULL, source TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (id)
);
CREATE TABLE link_rule (
    id TEXT COLLATE "C" NOT NULL,
    valid_from BIGINT, life BIGINT NOT NULL,
    downloads BIGINT NOT NULL, source TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (id)
);
CREATE TABLE tax_row (
    id TEXT COLLATE "C" NOT NULL,
    country TEXT COLLATE "C" NOT NULL, class TEXT COLLATE "C" NOT NULL,
    valid_from BIGINT, rate_ppm BIGINT NOT NULL CHECK (rate_ppm BETWEEN 0 AND 1000000),
    inclusive BIGINT NOT NULL CHECK (inclusive IN (0, 1)), source TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE license_key (
    partner_id TEXT COLLATE "C" NOT NULL, id TEXT COLLATE "C" NOT NULL,
    pool TEXT COLLATE "C" NOT NULL, version TEXT COLLATE "C" NOT NULL, kind TEXT COLLATE "C" NOT NULL,
    n BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('free', 'assigned', 'revoked')),
    customer_id TEXT COLLATE "C", order_id TEXT COLLATE "C", line BIGINT,
    assigned_at BIGINT, revoked_at BIGINT,
    sealed BYTEA NOT NULL, fingerprint TEXT COLLATE "C" NOT NULL,
    row_version BIGINT NOT NULL,
    PRIMARY KEY (partner_id, id),
    CHECK (state <> 'free' OR order_id IS NULL),
    CHECK (state <> 'assigned' OR (customer_id IS NOT NULL AND order_id IS NOT NULL AND line IS NOT NULL AND assigned_at IS NOT NULL))
);
CREATE UNIQUE INDEX license_key_once ON license_key (partner_id, pool, fingerprint);
CREATE INDEX license_key_free ON license_key (partner_id, pool, version, n, id) WHERE state = 'free';
CREATE UNIQUE INDEX license_key_held ON license_key (partner_id, order_id, line, version) WHERE state = 'assigned';
CREATE INDEX license_key_line ON license_key (partner_id, order_id, line) WHERE order_id IS NOT NULL;

CREATE TABLE download_link (
    partner_id TEXT COLLATE "C" NOT NULL, id TEXT COLLATE "C" NOT NULL,
    customer_id TEXT COLLATE "C" NOT NULL, order_id TEXT COLLATE "C" NOT NULL, line BIGINT NOT NULL,
    file_version TEXT COLLATE "C" NOT NULL, file_language TEXT COLLATE "C" NOT NULL, file_type TEXT COLLATE "C" NOT NULL,
    side TEXT COLLATE "C" NOT NULL CHECK (side IN ('partner', 'customer')),
    one_time BIGINT NOT NULL CHECK (one_time IN (0, 1)),
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('live', 'replaced', 'revoked', 'spent')),
    issued_at BIGINT NOT NULL, expires_at BIGINT NOT NULL,
    used BIGINT NOT NULL, max_downloads BIGINT NOT NULL,
    rule TEXT COLLATE "C" NOT NULL,
    token_hash TEXT COLLATE "C" NOT NULL, sealed BYTEA,
    version BIGINT NOT NULL,
    PRIMARY KEY (partner_id, id),
    CHECK (used BETWEEN 0 AND max_downloads)
);
CREATE UNIQUE INDEX download_link_token ON download_link (token_hash);
CREATE UNIQUE INDEX download_link_live ON download_link (partner_id, order_id, line, file_version, file_language, file_type, side)
    WHERE state = 'live' AND one_time = 0;
CREATE INDEX download_link_line ON download_link (partner_id, order_id, line);

CREATE TABLE download (
    partner_id TEXT COLLATE "C" NOT NULL, link_id TEXT COLLATE "C" NOT NULL,
    client TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (partner_id, link_id, client),
    FOREIGN KEY (partner_id, link_id) REFERENCES download_link (partner_id, id)
);
