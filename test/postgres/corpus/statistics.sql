-- Extended statistics.
CREATE SCHEMA c_statistics;
CREATE SCHEMA "c_statistics Odd";
CREATE TABLE c_statistics.t (a integer, b integer, c text, "D d" date);
INSERT INTO c_statistics.t SELECT i, i / 10, 'c' || i % 5, '2024-01-01'::date + i % 30 FROM generate_series(1, 500) AS i;
CREATE STATISTICS c_statistics.distinct_ones (ndistinct) ON a, b FROM c_statistics.t;
CREATE STATISTICS "c_statistics Odd"."Dependent ones" (dependencies) ON b, "D d" FROM c_statistics.t;
CREATE STATISTICS c_statistics.all_kinds ON a, c, "D d" FROM c_statistics.t;
COMMENT ON STATISTICS c_statistics.distinct_ones IS 'it''s statistics';
-- next --
ANALYZE c_statistics.t;
-- next -- min: 12
CREATE STATISTICS c_statistics.common (mcv, ndistinct) ON c, b FROM c_statistics.t;
-- next -- min: 13
ALTER STATISTICS c_statistics.distinct_ones SET STATISTICS 555;
-- next -- min: 14
CREATE STATISTICS c_statistics.of_expression ON (a % 10) FROM c_statistics.t;
CREATE STATISTICS c_statistics.of_expressions (mcv, dependencies) ON lower(c), (a + b), "D d" FROM c_statistics.t;
