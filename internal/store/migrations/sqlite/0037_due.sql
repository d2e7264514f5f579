-- When the sweep looks at a subscription next, in order: a table of its own. An index of subscription on due_at would have each charge
-- make all its indexes anew on PostgreSQL (decision 0026). Same columns and keys as ../postgres/0037_due.sql.
-- +goose Up

DROP INDEX subscription_due;
CREATE TABLE due (
    partner_id TEXT NOT NULL, customer_id TEXT NOT NULL, id TEXT NOT NULL,
    due_at INTEGER NOT NULL, -- as the subscription has it
    PRIMARY KEY (due_at, id, partner_id, customer_id)
) STRICT, WITHOUT ROWID;
INSERT INTO due SELECT partner_id, customer_id, id, due_at FROM subscription WHERE due_at IS NOT NULL ORDER BY due_at, id;
