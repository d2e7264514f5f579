-- Which charges are of imported offers, so that their lines are found among any number of others. Same column and key as
-- ../sqlite/0038_charges_of_offers.sql.
-- +goose Up

ALTER TABLE charge ADD COLUMN imported BIGINT NOT NULL DEFAULT 0 CHECK (imported IN (0, 1));
ALTER TABLE charge DISABLE TRIGGER charge_keep;
UPDATE charge SET imported = 1 FROM order_line l
    WHERE l.partner_id = charge.partner_id AND l.order_id = charge.order_id AND l.n = charge.line AND l.body::json #>> '{item,1}' = '';
ALTER TABLE charge ENABLE TRIGGER charge_keep;
CREATE INDEX charge_imported ON charge (partner_id, currency, at, id) WHERE imported = 1;
