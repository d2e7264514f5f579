-- Nobody asks for a subscription's charges without its order: one key serves both. Same keys as
-- ../sqlite/0017_charges_of_orders.sql.
-- +goose Up

DROP INDEX charge_subscription;
DROP INDEX charge_order;
CREATE INDEX charge_order ON charge (partner_id, order_id, subscription_id);
