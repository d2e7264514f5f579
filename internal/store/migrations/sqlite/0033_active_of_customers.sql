-- How many active subscriptions each customer of a list has. Same key as ../postgres/0033_active_of_customers.sql.
-- +goose Up

CREATE INDEX subscription_active ON subscription (partner_id, customer_id) WHERE state = 'active';
