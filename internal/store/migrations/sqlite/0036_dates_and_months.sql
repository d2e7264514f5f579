-- When prices begin and end, and what a subscription brings in a month, as keys of lists. Same columns and keys as
-- ../postgres/0036_dates_and_months.sql.
-- +goose Up

-- Two instants have other price lists only where a row begins or ends between them: NULL is always, and open.
ALTER TABLE price ADD COLUMN country TEXT NOT NULL DEFAULT '';
ALTER TABLE price ADD COLUMN segment TEXT NOT NULL DEFAULT '';
ALTER TABLE price ADD COLUMN from_at INTEGER; -- microseconds since 1970, UTC
ALTER TABLE price ADD COLUMN until_at INTEGER;
UPDATE price SET country = json_extract(body, '$.market'), segment = json_extract(body, '$.segment'),
    from_at = json_extract(body, '$.from'), until_at = json_extract(body, '$.until');
CREATE INDEX price_dates ON price (country, segment, product_id, from_at, until_at);
ALTER TABLE availability ADD COLUMN from_at INTEGER;
ALTER TABLE availability ADD COLUMN until_at INTEGER;
UPDATE availability SET from_at = json_extract(body, '$.from'), until_at = json_extract(body, '$.until');
DROP INDEX availability_market;
CREATE INDEX availability_market ON availability (country, segment, product_id, from_at, until_at);

-- What subscription.Monthly says of it, in minor units; '' and 0: nothing.
ALTER TABLE subscription ADD COLUMN mrr_currency TEXT NOT NULL DEFAULT '';
ALTER TABLE subscription ADD COLUMN mrr INTEGER NOT NULL DEFAULT 0;
UPDATE subscription SET mrr_currency = m.currency, mrr = CASE WHEN m.inclusive = 1 THEN m.gross - (2 * m.gross * m.ppm + 1000000 + m.ppm) / (2 * (1000000 + m.ppm)) ELSE m.gross END
    FROM (SELECT partner_id, customer_id, id, currency, inclusive, ppm, (2 * units * quantity + scale * months) / (2 * scale * months) AS gross
        FROM (SELECT partner_id, customer_id, id, json_extract(body, '$.tariff.unit.currency') AS currency,
            COALESCE(json_extract(body, '$.tariff.tax.inclusive'), 0) AS inclusive, COALESCE(json_extract(body, '$.tariff.tax.ppm'), 0) AS ppm,
            json_extract(body, '$.tariff.unit.units') AS units, json_extract(body, '$.quantity') AS quantity,
            json_extract(body, '$.term[0]') * 12 + json_extract(body, '$.term[1]') AS months,
            CASE WHEN json_extract(body, '$.tariff.unit.currency') IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF') THEN 100000000
                WHEN json_extract(body, '$.tariff.unit.currency') IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') THEN 100000
                WHEN json_extract(body, '$.tariff.unit.currency') IN ('CLF', 'UYW') THEN 10000 ELSE 1000000 END AS scale
            FROM subscription WHERE state = 'active' AND json_extract(body, '$.current.start') IS NOT NULL
                AND json_extract(body, '$.class') NOT IN ('trial', 'metered') AND json_extract(body, '$.plan') IN ('monthly', 'annual', 'biennial', 'triennial')
                AND json_extract(body, '$.term[2]') = 0) AS terms
        WHERE months > 0 AND units > 0 AND quantity > 0) AS m
    WHERE subscription.partner_id = m.partner_id AND subscription.customer_id = m.customer_id AND subscription.id = m.id;
DROP INDEX subscription_active;
CREATE INDEX subscription_active ON subscription (partner_id, customer_id, mrr_currency, mrr) WHERE state = 'active';
