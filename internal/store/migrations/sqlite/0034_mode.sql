-- Whether the server takes acts. Same table and columns as ../postgres/0034_mode.sql.
-- +goose Up
CREATE TABLE mode (
    id INTEGER NOT NULL CHECK (id = 1),
    read_only INTEGER NOT NULL CHECK (read_only IN (0, 1)),
    since INTEGER, -- wall time of the last switch, microseconds; NULL: never
    reason TEXT NOT NULL, -- that every reader is shown
    PRIMARY KEY (id)
) STRICT;
INSERT INTO mode (id, read_only, reason) VALUES (1, 0, '');
