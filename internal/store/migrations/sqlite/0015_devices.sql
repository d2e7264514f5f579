-- The migration planner's devices. Same columns and keys as ../postgres/0015_devices.sql.
-- +goose Up

-- A machine of a customer that moves from volume licensing to a multiple-activation key (F51).
CREATE TABLE device (
    partner_id TEXT NOT NULL, customer_id TEXT NOT NULL, name_key TEXT NOT NULL, -- the name in lower case
    id TEXT NOT NULL, name TEXT NOT NULL,
    product TEXT NOT NULL, product_key TEXT NOT NULL, -- as it was told, and in lower case; may be empty
    activated_at INTEGER NOT NULL, -- by the KMS host, microseconds since 1970, UTC; 0: not known
    done INTEGER NOT NULL, moved_at INTEGER,
    version INTEGER NOT NULL,
    PRIMARY KEY (partner_id, customer_id, name_key),
    CHECK ((done = 1) = (moved_at IS NOT NULL) AND activated_at >= 0)
) STRICT;
CREATE UNIQUE INDEX device_id ON device (partner_id, customer_id, id);
CREATE INDEX device_plan ON device (partner_id, customer_id, done, activated_at, name_key);
