-- What is for sale, the dated rules, and what follows a purchase of software. Same tables, columns and keys as
-- ../postgres/0002_catalogue.sql. The catalogue and the rules belong to the installation, keys and links to a partner.
-- body: JSON of what is never asked for by value (store/catalog_body.go).
-- +goose Up

-- One row: the state of every table from here to tax_row. Each transaction that writes them counts up and sets a stamp
-- of its own, which never comes back: what was read under a stamp may be kept for as long as the stamp stands.
CREATE TABLE catalogue (
    id INTEGER NOT NULL CHECK (id = 1),
    version INTEGER NOT NULL, stamp TEXT NOT NULL,
    PRIMARY KEY (id)
) STRICT;
INSERT INTO catalogue (id, version, stamp) VALUES (1, 0, '');

CREATE TABLE product (
    id TEXT NOT NULL,
    kind TEXT NOT NULL, imported INTEGER NOT NULL CHECK (imported IN (0, 1)), -- 1: an offer of the older catalogue
    version INTEGER NOT NULL, -- grows with every change of the product or its rows
    body TEXT NOT NULL,
    PRIMARY KEY (id)
) STRICT;
CREATE TABLE sku (
    product_id TEXT NOT NULL REFERENCES product (id), id TEXT NOT NULL,
    n INTEGER NOT NULL, -- the order it is shown in
    body TEXT NOT NULL,
    PRIMARY KEY (product_id, id)
) STRICT;
CREATE TABLE availability (
    product_id TEXT NOT NULL, sku_id TEXT NOT NULL, id TEXT NOT NULL,
    n INTEGER NOT NULL, country TEXT NOT NULL, segment TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (product_id, sku_id, id),
    FOREIGN KEY (product_id, sku_id) REFERENCES sku (product_id, id)
) STRICT;
CREATE INDEX availability_market ON availability (country, segment, product_id);
CREATE TABLE price (
    product_id TEXT NOT NULL, id TEXT NOT NULL,
    n INTEGER NOT NULL, sku_id TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (product_id, id),
    FOREIGN KEY (product_id, sku_id) REFERENCES sku (product_id, id)
) STRICT;

-- An imported offer as a country's file told it.
CREATE TABLE offer (
    country TEXT NOT NULL, id TEXT NOT NULL,
    rank INTEGER NOT NULL,
    category_id TEXT NOT NULL, category_name TEXT NOT NULL, category_rank INTEGER NOT NULL,
    bases TEXT NOT NULL, -- JSON: ids of the offers it hangs on
    body TEXT NOT NULL, -- JSON: the offer itself
    PRIMARY KEY (country, id)
) STRICT;
CREATE INDEX offer_rank ON offer (country, rank, id);
-- The same bases, to find the add-ons of an offer by. A base need not be known.
CREATE TABLE offer_base (
    country TEXT NOT NULL, base_id TEXT NOT NULL, offer_id TEXT NOT NULL,
    PRIMARY KEY (country, base_id, offer_id)
) STRICT;
CREATE INDEX offer_base_offer ON offer_base (country, offer_id);

-- Dated rules (rules.md §3). A row stays as it was first written; only an open one is closed.
CREATE TABLE cancel_rule (
    id TEXT NOT NULL,
    class TEXT NOT NULL, valid_from INTEGER, valid_until INTEGER, -- NULL: open
    window_kind TEXT NOT NULL, window_days INTEGER NOT NULL, window_span INTEGER NOT NULL, -- microseconds
    credit TEXT NOT NULL, afterwards TEXT NOT NULL, source TEXT NOT NULL,
    PRIMARY KEY (id)
) STRICT;
CREATE TABLE link_rule (
    id TEXT NOT NULL,
    valid_from INTEGER, life INTEGER NOT NULL, -- microseconds
    downloads INTEGER NOT NULL, source TEXT NOT NULL,
    PRIMARY KEY (id)
) STRICT;
CREATE TABLE tax_row (
    id TEXT NOT NULL,
    country TEXT NOT NULL, class TEXT NOT NULL, -- '': any
    valid_from INTEGER, rate_ppm INTEGER NOT NULL CHECK (rate_ppm BETWEEN 0 AND 1000000),
    inclusive INTEGER NOT NULL CHECK (inclusive IN (0, 1)), source TEXT NOT NULL,
    PRIMARY KEY (id)
) STRICT;

-- Product keys, sealed by the vault. free → assigned → revoked, or free → revoked.
CREATE TABLE license_key (
    partner_id TEXT NOT NULL, id TEXT NOT NULL,
    pool TEXT NOT NULL, version TEXT NOT NULL, kind TEXT NOT NULL,
    n INTEGER NOT NULL, -- age in the pool: the smaller, the older
    state TEXT NOT NULL CHECK (state IN ('free', 'assigned', 'revoked')),
    customer_id TEXT, order_id TEXT, line INTEGER, -- NULL until assigned
    assigned_at INTEGER, revoked_at INTEGER,
    sealed BLOB NOT NULL, fingerprint TEXT NOT NULL, -- keyed hash of the key
    row_version INTEGER NOT NULL,
    PRIMARY KEY (partner_id, id),
    CHECK (state <> 'free' OR order_id IS NULL),
    CHECK (state <> 'assigned' OR (customer_id IS NOT NULL AND order_id IS NOT NULL AND line IS NOT NULL AND assigned_at IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX license_key_once ON license_key (partner_id, pool, fingerprint);
CREATE INDEX license_key_free ON license_key (partner_id, pool, version, n, id) WHERE state = 'free';
-- One key for each version of a line (F44).
CREATE UNIQUE INDEX license_key_held ON license_key (partner_id, order_id, line, version) WHERE state = 'assigned';
CREATE INDEX license_key_line ON license_key (partner_id, order_id, line) WHERE order_id IS NOT NULL;

CREATE TABLE download_link (
    partner_id TEXT NOT NULL, id TEXT NOT NULL,
    customer_id TEXT NOT NULL, order_id TEXT NOT NULL, line INTEGER NOT NULL,
    file_version TEXT NOT NULL, file_language TEXT NOT NULL, file_type TEXT NOT NULL,
    side TEXT NOT NULL CHECK (side IN ('partner', 'customer')),
    one_time INTEGER NOT NULL CHECK (one_time IN (0, 1)),
    state TEXT NOT NULL CHECK (state IN ('live', 'replaced', 'revoked', 'spent')),
    issued_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
    used INTEGER NOT NULL, max_downloads INTEGER NOT NULL,
    rule TEXT NOT NULL, -- link_rule.id; '' for a one-time address
    token_hash TEXT NOT NULL, sealed BLOB, -- the token, sealed
    version INTEGER NOT NULL,
    PRIMARY KEY (partner_id, id),
    CHECK (used BETWEEN 0 AND max_downloads)
) STRICT;
CREATE UNIQUE INDEX download_link_token ON download_link (token_hash);
-- One live link per order line, file and issuing side (F46).
CREATE UNIQUE INDEX download_link_live ON download_link (partner_id, order_id, line, file_version, file_language, file_type, side)
    WHERE state = 'live' AND one_time = 0;
CREATE INDEX download_link_line ON download_link (partner_id, order_id, line);

-- When a client was last counted on a link (E24).
CREATE TABLE download (
    partner_id TEXT NOT NULL, link_id TEXT NOT NULL,
    client TEXT NOT NULL, -- SHA-256 of address and user agent
    at INTEGER NOT NULL,
    PRIMARY KEY (partner_id, link_id, client),
    FOREIGN KEY (partner_id, link_id) REFERENCES download_link (partner_id, id)
) STRICT;
