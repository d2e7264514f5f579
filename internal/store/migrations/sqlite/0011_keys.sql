-- Pools of product keys, and the lines that wait for one. Same columns and keys as ../postgres/0011_keys.sql.
-- +goose Up

-- What an operator set for a pool and version; also the row that acts queue up behind when a pool runs out.
CREATE TABLE key_pool (
    partner_id TEXT NOT NULL, pool TEXT NOT NULL, version TEXT NOT NULL,
    low_water INTEGER NOT NULL DEFAULT 0, -- fewer free keys than this are too few; 0: no mark
    PRIMARY KEY (partner_id, pool, version),
    CHECK (low_water >= 0)
) STRICT;

-- An order line that asked for a key when its pool was empty. The oldest order is served first.
CREATE TABLE key_wait (
    partner_id TEXT NOT NULL, order_id TEXT NOT NULL, line INTEGER NOT NULL, version TEXT NOT NULL,
    pool TEXT NOT NULL, customer_id TEXT NOT NULL,
    ordered_at INTEGER NOT NULL, asked_at INTEGER NOT NULL,
    PRIMARY KEY (partner_id, order_id, line, version)
) STRICT;
CREATE INDEX key_wait_turn ON key_wait (partner_id, pool, version, ordered_at, order_id, line);
CREATE INDEX key_wait_customer ON key_wait (partner_id, customer_id);
CREATE INDEX license_key_count ON license_key (partner_id, pool, version, state);
