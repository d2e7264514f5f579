-- When the sweep looks at a subscription next, in order: a table of its own. An index of subscription on due_at had each charge
-- make all its indexes anew (decision 0026). Same columns and keys as ../sqlite/0037_due.sql.
-- +goose Up

DROP INDEX subscription_due;
CREATE TABLE due (
    partner_id TEXT COLLATE "C" NOT NULL, customer_id TEXT COLLATE "C" NOT NULL, id TEXT COLLATE "C" NOT NULL,
    due_at BIGINT NOT NULL, -- as the subscription has it
    PRIMARY KEY (due_at, id, partner_id, customer_id)
);
INSERT INTO due SELECT partner_id, customer_id, id, due_at FROM subscription WHERE due_at IS NOT NULL ORDER BY due_at, id;
-- A row changes in its own page while there is room. What was bought together is charged together: room for every row of a page.
ALTER TABLE subscription SET (fillfactor = 50);
