-- Nobody asks for a subscription's charges without its order: one key serves both. Same keys as
-- ../postgres/0017_keys_of_sweep.sql.
-- +goose Up

DROP INDEX charge_subscription;
DROP INDEX charge_order;
CREATE INDEX charge_order ON charge (partner_id, order_id, subscription_id);

-- The sweep looks for what is due in this key alone.
DROP INDEX subscription_due;
CREATE INDEX subscription_due ON subscription (due_at, id, partner_id, customer_id) WHERE due_at IS NOT NULL;
