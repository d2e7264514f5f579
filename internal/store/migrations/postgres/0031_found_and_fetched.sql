-- Customers are found in one key, and what becomes of the links to a file is counted with it. Same tables, columns and keys as
-- ../sqlite/0031_found_and_fetched.sql.
-- +goose Up

-- All that a search of customers asks for: rows are read of those alone that it finds.
DROP INDEX customer_name;
CREATE INDEX customer_name ON customer (partner_id, name, id, domain, deleted_at, reseller_id);

-- Links to a file and downloads of it, of all partners: the sum of a file's parts. Parts only keep downloads at once from
-- waiting for each other.
CREATE TABLE media_use (
    sha256 TEXT COLLATE "C" NOT NULL, -- as in media_file; what was removed there stays counted
    part BIGINT NOT NULL,
    links BIGINT NOT NULL, -- handed out, one-time addresses aside
    downloads BIGINT NOT NULL, -- that counted, by one-time addresses too
    last_at BIGINT, -- of the last download; NULL: none
    PRIMARY KEY (sha256, part)
);

-- What was handed out before counts for the file that it leads to today.
INSERT INTO media_use (sha256, part, links, downloads, last_at)
    SELECT f.value ->> 'sha256', 0, SUM(1 - l.one_time), SUM(l.used),
        MAX((SELECT MAX(d.at) FROM download d WHERE d.partner_id = l.partner_id AND d.link_id = l.id))
    FROM download_link l
    JOIN order_line o ON o.partner_id = l.partner_id AND o.order_id = l.order_id AND o.n = l.line
    JOIN sku s ON s.product_id = o.body::json -> 'item' ->> 0 AND s.id = o.body::json -> 'item' ->> 1
    CROSS JOIN LATERAL json_array_elements(s.body::json -> 'delivery' -> 'files') f (value)
    WHERE COALESCE(f.value ->> 'version', '') = l.file_version AND COALESCE(f.value ->> 'language', '') = l.file_language
        AND COALESCE(f.value ->> 'type', '') = l.file_type
    GROUP BY f.value ->> 'sha256';
