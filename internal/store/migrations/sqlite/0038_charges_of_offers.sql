-- Which charges are of imported offers, so that their lines are found among any number of others. Same column and key as
-- ../postgres/0038_charges_of_offers.sql.
-- +goose Up

ALTER TABLE charge ADD COLUMN imported INTEGER NOT NULL DEFAULT 0 CHECK (imported IN (0, 1));
DROP TRIGGER charge_no_update;
UPDATE charge SET imported = 1 WHERE EXISTS (SELECT 1 FROM order_line l
    WHERE l.partner_id = charge.partner_id AND l.order_id = charge.order_id AND l.n = charge.line AND json_extract(l.body, '$.item[1]') = '');
-- +goose StatementBegin
CREATE TRIGGER charge_no_update BEFORE UPDATE ON charge BEGIN SELECT RAISE(ABORT, 'append-only'); END;
-- +goose StatementEnd
CREATE INDEX charge_imported ON charge (partner_id, currency, at, id) WHERE imported = 1;
