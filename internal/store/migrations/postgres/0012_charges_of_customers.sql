-- A customer's charges of a period at once: bills and statements do not walk its whole history. Same key as
-- ../sqlite/0012_charges_of_customers.sql.
-- +goose Up

CREATE INDEX charge_customer ON charge (partner_id, customer_id, at, id);
