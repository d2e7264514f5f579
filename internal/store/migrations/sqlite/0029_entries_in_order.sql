-- Entries of the books are named by their instant (ledger.EntryID), so that their own key is their order. Those that were named
-- by chance get such a name: of the entry nothing else changes, and nothing refers to the name.
-- +goose Up

DROP TRIGGER posting_no_update;
UPDATE posting SET entry_id = substr(printf('%012x', at / 1000), 1, 8) || '-' || substr(printf('%012x', at / 1000), 9, 4)
        || '-7' || printf('%03x', at % 1000) || substr(entry_id, 19)
    WHERE length(entry_id) = 36 AND substr(entry_id, 15, 1) <> '7' AND at >= 0;
-- +goose StatementBegin
CREATE TRIGGER posting_no_update BEFORE UPDATE ON posting BEGIN SELECT RAISE(ABORT, 'append-only'); END;
-- +goose StatementEnd
