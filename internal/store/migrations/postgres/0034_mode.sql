-- Whether the server takes acts. Same table and columns as ../sqlite/0034_mode.sql.
-- +goose Up
CREATE TABLE mode (
    id BIGINT NOT NULL CHECK (id = 1),
    read_only BIGINT NOT NULL CHECK (read_only IN (0, 1)),
    since BIGINT, -- wall time of the last switch, microseconds; NULL: never
    reason TEXT COLLATE "C" NOT NULL, -- that every reader is shown
    PRIMARY KEY (id)
);
INSERT INTO mode (id, read_only, reason) VALUES (1, 0, '');
