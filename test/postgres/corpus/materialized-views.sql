-- Materialized views: filled, not filled, on one another.
CREATE SCHEMA c_matviews;
CREATE TABLE c_matviews.sales (id integer PRIMARY KEY, shop text, amount numeric(10, 2), on_day date);
INSERT INTO c_matviews.sales SELECT i, 'shop ' || i % 7, i * 1.25, '2024-01-01'::date + i % 60 FROM generate_series(1, 1000) AS i;
CREATE MATERIALIZED VIEW c_matviews.z_by_shop AS SELECT shop, sum(amount) AS amount, count(*) AS sales FROM c_matviews.sales GROUP BY shop;
CREATE UNIQUE INDEX by_shop_key ON c_matviews.z_by_shop (shop);
CREATE INDEX by_shop_amount ON c_matviews.z_by_shop (amount DESC) WHERE amount > 10;
-- Its name comes before the one that it reads.
CREATE MATERIALIZED VIEW c_matviews.a_totals WITH (fillfactor = 90) AS SELECT sum(amount) AS amount, max(sales) AS most FROM c_matviews.z_by_shop;
CREATE VIEW c_matviews.m_between AS SELECT amount, most FROM c_matviews.a_totals;
CREATE MATERIALIZED VIEW c_matviews."0 top" AS SELECT amount * 2 AS twice FROM c_matviews.m_between;
CREATE MATERIALIZED VIEW c_matviews.empty AS SELECT * FROM c_matviews.sales WITH NO DATA;
CREATE INDEX empty_index ON c_matviews.empty (id);
CREATE MATERIALIZED VIEW c_matviews.on_empty AS SELECT count(*) AS n FROM c_matviews.sales WHERE false;
CREATE MATERIALIZED VIEW c_matviews.clustered AS SELECT id, shop FROM c_matviews.sales WHERE id <= 50;
CREATE INDEX clustered_id ON c_matviews.clustered (id);
ALTER MATERIALIZED VIEW c_matviews.clustered CLUSTER ON clustered_id;
ALTER MATERIALIZED VIEW c_matviews.clustered ALTER COLUMN shop SET STATISTICS 50, ALTER COLUMN shop SET STORAGE EXTERNAL;
COMMENT ON MATERIALIZED VIEW c_matviews.empty IS 'not filled';
-- Unqualified names inside of a function that fills it: a restore has an empty search_path.
CREATE FUNCTION c_matviews.total() RETURNS numeric LANGUAGE sql STABLE SET search_path = c_matviews AS $$ SELECT sum(amount) FROM sales $$;
CREATE MATERIALIZED VIEW c_matviews.by_function AS SELECT c_matviews.total() AS total;
-- Filled before the rows changed: the source's own view is older than its tables.
CREATE TABLE c_matviews.fixed (n integer);
INSERT INTO c_matviews.fixed VALUES (1), (2);
CREATE MATERIALIZED VIEW c_matviews.of_fixed AS SELECT n FROM c_matviews.fixed;
