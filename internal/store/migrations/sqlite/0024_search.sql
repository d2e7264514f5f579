-- Things found by name or id, whosever customer's they are (F02). Same columns and keys as ../postgres/0024_search.sql.
-- +goose Up

-- What it is called, and below that what was bought where that differs; without case, cut to what an index holds.
ALTER TABLE subscription ADD COLUMN name TEXT NOT NULL DEFAULT '';
UPDATE subscription SET name = lower(substr(CASE WHEN json_extract(body, '$.name') = json_extract(body, '$.title') THEN json_extract(body, '$.name')
    ELSE COALESCE(json_extract(body, '$.name'), '') || char(10) || COALESCE(json_extract(body, '$.title'), '') END, 1, 250));
CREATE INDEX subscription_name ON subscription (partner_id, name, id);
CREATE INDEX subscription_id ON subscription (partner_id, id);

DROP INDEX orders_alternate;
CREATE INDEX orders_alternate ON orders (partner_id, alternate_id, customer_id);
