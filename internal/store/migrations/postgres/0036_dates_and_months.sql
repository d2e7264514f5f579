-- When prices begin and end, and what a subscription brings in a month, as keys of lists. Same columns and keys as
-- ../sqlite/0036_dates_and_months.sql.
-- +goose Up

-- Two instants have other price lists only where a row begins or ends between them: NULL is always, and open.
ALTER TABLE price ADD COLUMN country TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE price ADD COLUMN segment TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE price ADD COLUMN from_at BIGINT; -- microseconds since 1970, UTC
ALTER TABLE price ADD COLUMN until_at BIGINT;
UPDATE price SET country = body::json ->> 'market', segment = body::json ->> 'segment',
    from_at = (body::json ->> 'from')::bigint, until_at = (body::json ->> 'until')::bigint;
CREATE INDEX price_dates ON price (country, segment, product_id, from_at, until_at);
ALTER TABLE availability ADD COLUMN from_at BIGINT;
ALTER TABLE availability ADD COLUMN until_at BIGINT;
UPDATE availability SET from_at = (body::json ->> 'from')::bigint, until_at = (body::json ->> 'until')::bigint;
DROP INDEX availability_market;
CREATE INDEX availability_market ON availability (country, segment, product_id, from_at, until_at);

-- What subscription.Monthly says of it, in minor units; '' and 0: nothing.
ALTER TABLE subscription ADD COLUMN mrr_currency TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE subscription ADD COLUMN mrr BIGINT NOT NULL DEFAULT 0;
UPDATE subscription SET mrr_currency = m.currency, mrr = CASE WHEN m.inclusive THEN m.gross - div(2 * m.gross * m.ppm + 1000000 + m.ppm, 2 * (1000000 + m.ppm)) ELSE m.gross END
    FROM (SELECT partner_id, customer_id, id, currency, inclusive, ppm, div(2 * units * quantity + scale * months, 2 * scale * months) AS gross
        FROM (SELECT partner_id, customer_id, id, body::json #>> '{tariff,unit,currency}' AS currency,
            COALESCE((body::json #>> '{tariff,tax,inclusive}')::boolean, FALSE) AS inclusive, COALESCE((body::json #>> '{tariff,tax,ppm}')::numeric, 0) AS ppm,
            (body::json #>> '{tariff,unit,units}')::numeric AS units, (body::json ->> 'quantity')::numeric AS quantity,
            (body::json #>> '{term,0}')::numeric * 12 + (body::json #>> '{term,1}')::numeric AS months,
            CASE WHEN body::json #>> '{tariff,unit,currency}' IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF') THEN 100000000
                WHEN body::json #>> '{tariff,unit,currency}' IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') THEN 100000
                WHEN body::json #>> '{tariff,unit,currency}' IN ('CLF', 'UYW') THEN 10000 ELSE 1000000 END::numeric AS scale
            FROM subscription WHERE state = 'active' AND body::json #>> '{current,start}' IS NOT NULL
                AND body::json ->> 'class' NOT IN ('trial', 'metered') AND body::json ->> 'plan' IN ('monthly', 'annual', 'biennial', 'triennial')
                AND body::json #>> '{term,2}' = '0') AS terms
        WHERE months > 0 AND units > 0 AND quantity > 0) AS m
    WHERE subscription.partner_id = m.partner_id AND subscription.customer_id = m.customer_id AND subscription.id = m.id;
DROP INDEX subscription_active;
CREATE INDEX subscription_active ON subscription (partner_id, customer_id, mrr_currency, mrr) WHERE state = 'active';
