-- The activity log becomes a Merkle tree, and names leave its records. Same tables, columns and keys as
-- ../postgres/0013_activity_tree.sql.
-- +goose Up

-- The name that a record's actor went by. Records hold the id; without this row nobody can tell whose it was. No tenant's:
-- who acts in one may be another's staff.
CREATE TABLE alias (
    id TEXT NOT NULL,
    salt TEXT, -- the id is a hash of salt and name; NULL: a name from before there was a tree, or one that was erased
    name TEXT, -- user principal name; NULL: erased
    erased_at INTEGER,
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX alias_name ON alias (name);

ALTER TABLE person ADD COLUMN alias TEXT NOT NULL DEFAULT ''; -- what records of this person's acts hold

UPDATE person SET alias = lower(hex(randomblob(16)));
INSERT INTO alias (id, name) SELECT alias, upn FROM person;
-- People who are gone: their names stand in records only.
INSERT INTO alias (id, name)
    SELECT lower(hex(randomblob(16))), name FROM (
        SELECT json_extract(body, '$.actor') AS name FROM activity
        UNION SELECT lower(json_extract(body, '$.details[0][1]')) FROM activity WHERE json_extract(body, '$.details[0][0]') = 'UserPrincipalName')
    WHERE name LIKE '%_@_%' AND name NOT IN (SELECT name FROM alias);

-- The same rows in the order they came, with a number that follows it.
CREATE TABLE activity_old (
    partner_id TEXT NOT NULL, id TEXT NOT NULL,
    at INTEGER NOT NULL,
    customer_id TEXT, customer_name TEXT NOT NULL, -- name without case
    operation TEXT NOT NULL, resource TEXT NOT NULL,
    security INTEGER NOT NULL CHECK (security IN (0, 1)), -- 1: for the roles of R06 alone
    body TEXT NOT NULL,
    seq INTEGER PRIMARY KEY NOT NULL, -- given by the database; on PostgreSQL in the order of writing, not of commits
    UNIQUE (partner_id, id)
) STRICT;
INSERT INTO activity_old (partner_id, id, at, customer_id, customer_name, operation, resource, security, body)
    SELECT partner_id, id, at, customer_id, customer_name, operation, resource, security, body FROM activity ORDER BY rowid;
DROP TABLE activity;
ALTER TABLE activity_old RENAME TO activity;
UPDATE activity SET body = json_set(json_remove(body, '$.actor'), '$.who', (SELECT a.id FROM alias a WHERE a.name = json_extract(body, '$.actor')))
    WHERE json_extract(body, '$.actor') IN (SELECT name FROM alias);
UPDATE activity SET body = json_set(body, '$.details[0]', json_array('UserPrincipalName', '',
        (SELECT a.id FROM alias a WHERE a.name = lower(json_extract(body, '$.details[0][1]')))))
    WHERE json_extract(body, '$.details[0][0]') = 'UserPrincipalName';

CREATE INDEX activity_at ON activity (partner_id, at, id);
CREATE INDEX activity_customer ON activity (partner_id, customer_id, at, id);
CREATE INDEX activity_security ON activity (partner_id, at, id) WHERE security = 1;
-- +goose StatementBegin
CREATE TRIGGER activity_no_update BEFORE UPDATE ON activity BEGIN SELECT RAISE(ABORT, 'append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER activity_no_delete BEFORE DELETE ON activity BEGIN SELECT RAISE(ABORT, 'append-only'); END;
-- +goose StatementEnd

-- Which record is which leaf of the tree, from 0 without a gap.
CREATE TABLE activity_leaf (
    n INTEGER PRIMARY KEY NOT NULL,
    seq INTEGER NOT NULL UNIQUE -- of the record
) STRICT;
-- +goose StatementBegin
CREATE TRIGGER activity_leaf_no_update BEFORE UPDATE ON activity_leaf BEGIN SELECT RAISE(ABORT, 'append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER activity_leaf_no_delete BEFORE DELETE ON activity_leaf BEGIN SELECT RAISE(ABORT, 'append-only'); END;
-- +goose StatementEnd

-- The tree's hashes: up to 256 neighbours of one level a row, level k holding the roots of what 256 of level k - 1 make.
CREATE TABLE activity_tile (
    level INTEGER NOT NULL, n INTEGER NOT NULL,
    hashes BLOB NOT NULL, -- 32 bytes each
    PRIMARY KEY (level, n)
) STRICT;

-- One row: the tree as it is now.
CREATE TABLE activity_tree (
    id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
    size INTEGER NOT NULL, -- leaves
    settled INTEGER NOT NULL, -- every record up to this seq is a leaf, or was never committed
    checkpoint TEXT NOT NULL, -- the latest, signed; '' before the first
    mailed_at INTEGER NOT NULL, -- wall time; when a checkpoint was last sent by mail
    version INTEGER NOT NULL
) STRICT;
INSERT INTO activity_tree (id, size, settled, checkpoint, mailed_at, version) VALUES (1, 0, 0, '', 0, 1);
