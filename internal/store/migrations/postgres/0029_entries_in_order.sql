-- Entries of the books are named by their instant (ledger.EntryID), so that their own key is their order. Those that were named
-- by chance get such a name: of the entry nothing else changes, and nothing refers to the name.
-- +goose Up

ALTER TABLE posting DISABLE TRIGGER posting_keep;
UPDATE posting SET entry_id = substr(lpad(to_hex(at / 1000), 12, '0'), 1, 8) || '-' || substr(lpad(to_hex(at / 1000), 12, '0'), 9, 4)
        || '-7' || lpad(to_hex(at % 1000), 3, '0') || substr(entry_id, 19)
    WHERE length(entry_id) = 36 AND substr(entry_id, 15, 1) <> '7' AND at >= 0;
ALTER TABLE posting ENABLE TRIGGER posting_keep;
