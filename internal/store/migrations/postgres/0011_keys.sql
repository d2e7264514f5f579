-- Pools of product keys, and the lines that wait for one. Same columns and keys as ../sqlite/0011_keys.sql.
-- +goose Up

-- What an operator set for a pool and version; also the row that acts queue up behind when a pool runs out.
CREATE TABLE key_pool (
    partner_id TEXT COLLATE "C" NOT NULL, pool TEXT COLLATE "C" NOT NULL, version TEXT COLLATE "C" NOT NULL,
    low_water BIGINT NOT NULL DEFAULT 0, -- fewer free keys than this are too few; 0: no mark
    PRIMARY KEY (partner_id, pool, version),
    CHECK (low_water >= 0)
);

-- An order line that asked for a key when its pool was empty. The oldest order is served first.
CREATE TABLE key_wait (
    partner_id TEXT COLLATE "C" NOT NULL, order_id TEXT COLLATE "C" NOT NULL, line BIGINT NOT NULL, version TEXT COLLATE "C" NOT NULL,
    pool TEXT COLLATE "C" NOT NULL, customer_id TEXT COLLATE "C" NOT NULL,
    ordered_at BIGINT NOT NULL, asked_at BIGINT NOT NULL,
    PRIMARY KEY (partner_id, order_id, line, version)
);
CREATE INDEX key_wait_turn ON key_wait (partner_id, pool, version, ordered_at, order_id, line);
CREATE INDEX key_wait_customer ON key_wait (partner_id, customer_id);
CREATE INDEX license_key_count ON license_key (partner_id, pool, version, state);
