-- Customers are found in one key, and what becomes of the links to a file is counted with it. Same tables, columns and keys as
-- ../postgres/0031_found_and_fetched.sql.
-- +goose Up

-- All that a search of customers asks for: rows are read of those alone that it finds.
DROP INDEX customer_name;
CREATE INDEX customer_name ON customer (partner_id, name, id, domain, deleted_at, reseller_id);

-- Links to a file and downloads of it, of all partners: the sum of a file's parts. Parts only keep downloads at once from
-- waiting for each other.
CREATE TABLE media_use (
    sha256 TEXT NOT NULL, -- as in media_file; what was removed there stays counted
    part INTEGER NOT NULL,
    links INTEGER NOT NULL, -- handed out, one-time addresses aside
    downloads INTEGER NOT NULL, -- that counted, by one-time addresses too
    last_at INTEGER, -- of the last download; NULL: none
    PRIMARY KEY (sha256, part)
) STRICT;

-- What was handed out before counts for the file that it leads to today.
INSERT INTO media_use (sha256, part, links, downloads, last_at)
    SELECT json_extract(f.value, '$.sha256'), 0, SUM(1 - l.one_time), SUM(l.used),
        MAX((SELECT MAX(d.at) FROM download d WHERE d.partner_id = l.partner_id AND d.link_id = l.id))
    FROM download_link l
    JOIN order_line o ON o.partner_id = l.partner_id AND o.order_id = l.order_id AND o.n = l.line
    JOIN sku s ON s.product_id = json_extract(o.body, '$.item[0]') AND s.id = json_extract(o.body, '$.item[1]')
    JOIN json_each(s.body, '$.delivery.files') f
    WHERE COALESCE(json_extract(f.value, '$.version'), '') = l.file_version
        AND COALESCE(json_extract(f.value, '$.language'), '') = l.file_language
        AND COALESCE(json_extract(f.value, '$.type'), '') = l.file_type
    GROUP BY json_extract(f.value, '$.sha256');
