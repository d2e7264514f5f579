-- Which subscriptions are charged by use. Same columns and keys as ../sqlite/0010_metered.sql.
-- +goose Up

ALTER TABLE subscription ADD COLUMN metered BIGINT NOT NULL DEFAULT 0 CHECK (metered IN (0, 1));
UPDATE subscription SET metered = 1 WHERE body LIKE '%"class":"metered"%';
CREATE INDEX subscription_metered ON subscription (partner_id, customer_id) WHERE metered = 1;
