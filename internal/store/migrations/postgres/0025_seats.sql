-- Seats that are given to people, and the keys that lists and the first page are read by. Same columns and keys as
-- ../sqlite/0025_seats.sql.
-- +goose Up

-- A seat of a subscription that one of the customer's people has (R18).
CREATE TABLE seat (
    partner_id TEXT COLLATE "C" NOT NULL, customer_id TEXT COLLATE "C" NOT NULL, subscription_id TEXT COLLATE "C" NOT NULL, user_id TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL, -- microseconds since 1970, UTC
    PRIMARY KEY (partner_id, customer_id, subscription_id, user_id)
);
CREATE INDEX seat_user ON seat (partner_id, customer_id, user_id, subscription_id);

-- A customer's subscriptions and orders in the order they are paged.
CREATE INDEX subscription_page ON subscription (partner_id, customer_id, ordered_at, n, id);
CREATE INDEX orders_page ON orders (partner_id, customer_id, at, n, id);

-- When the running term of an active subscription ends; those that wait for their publisher.
ALTER TABLE subscription ADD COLUMN ends_at BIGINT;
UPDATE subscription SET ends_at =
    CASE WHEN body::json #>> '{current,start}' IS NULL THEN (body::json ->> 'trial_until')::bigint ELSE (body::json #>> '{current,end}')::bigint END
    WHERE state = 'active';
CREATE INDEX subscription_ends ON subscription (partner_id, ends_at, id, customer_id) WHERE ends_at IS NOT NULL;
CREATE INDEX subscription_pending ON subscription (partner_id, ordered_at, id, customer_id) WHERE state = 'pending';

-- The row that decides until when a line can be cancelled, and the instant its window counts from.
ALTER TABLE order_line ADD COLUMN policy TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE order_line ADD COLUMN at BIGINT NOT NULL DEFAULT 0;
UPDATE order_line SET policy = COALESCE(body::json #>> '{tariff,policy}', ''),
    at = COALESCE((SELECT o.at FROM orders o WHERE o.partner_id = order_line.partner_id AND o.id = order_line.order_id), 0);
CREATE INDEX order_line_policy ON order_line (partner_id, policy, at, order_id, n) WHERE state = 'active';

-- Requests that are open.
CREATE INDEX service_request_state ON service_request (partner_id, state, filed_at);
