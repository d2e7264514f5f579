-- A customer's records about keys, for its own page; unbilled lines of one currency among those of many. Same keys as
-- ../sqlite/0028_keys_of_pages.sql.
-- +goose Up

CREATE INDEX activity_customer_security ON activity (partner_id, customer_id, at, id) WHERE security = 1;
CREATE INDEX charge_currency ON charge (partner_id, currency, at, id);
