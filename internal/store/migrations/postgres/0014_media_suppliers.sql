-- Download media that are whole, uploads on their way, and lines that wait for a supplier. Same columns and keys as
-- ../sqlite/0014_media_suppliers.sql.
-- +goose Up

-- A file of the media folder that was verified; its SHA-256 is its name there.
CREATE TABLE media_file (
    sha256 TEXT COLLATE "C" NOT NULL, name TEXT COLLATE "C" NOT NULL, -- as it came
    size BIGINT NOT NULL CHECK (size > 0),
    stored_at BIGINT NOT NULL,
    PRIMARY KEY (sha256)
);

-- A file on its way in parts.
CREATE TABLE media_upload (
    id TEXT COLLATE "C" NOT NULL, name TEXT COLLATE "C" NOT NULL, size BIGINT NOT NULL CHECK (size > 0), sha256 TEXT COLLATE "C" NOT NULL,
    received BIGINT NOT NULL, -- bytes that are on the disk
    digest BYTEA NOT NULL, -- the state of SHA-256 over them
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('open', 'stored')),
    made_by TEXT COLLATE "C" NOT NULL,
    touched_at BIGINT NOT NULL, -- wall time
    PRIMARY KEY (id),
    CHECK (received BETWEEN 0 AND size)
);
CREATE INDEX media_upload_age ON media_upload (touched_at, id);

-- A line that waits for another supplier than its pool.
ALTER TABLE key_wait ADD COLUMN supplier TEXT COLLATE "C" NOT NULL DEFAULT ''; -- '': the pool
ALTER TABLE key_wait ADD COLUMN ref TEXT COLLATE "C" NOT NULL DEFAULT ''; -- what the supplier knows the line by
ALTER TABLE key_wait ADD COLUMN next_at BIGINT; -- wall time: when it is asked next
DROP INDEX key_wait_turn;
CREATE INDEX key_wait_turn ON key_wait (partner_id, pool, version, supplier, ordered_at, order_id, line);
CREATE UNIQUE INDEX key_wait_ref ON key_wait (partner_id, ref) WHERE ref <> '';
CREATE INDEX key_wait_supplier ON key_wait (supplier, next_at) WHERE supplier <> '';
