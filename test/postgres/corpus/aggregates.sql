-- Aggregates. Those whose state is `internal` are a superuser's.
CREATE SCHEMA c_aggregates;
CREATE FUNCTION c_aggregates.step(state numeric, value numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$ SELECT coalesce(state, 0) + coalesce(value, 0) $$;
CREATE FUNCTION c_aggregates.back(state numeric, value numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$ SELECT coalesce(state, 0) - coalesce(value, 0) $$;
CREATE FUNCTION c_aggregates.final(state numeric) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'total ' || state $$;
CREATE FUNCTION c_aggregates.final_more(state numeric, value numeric) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'total ' || state $$;
CREATE FUNCTION c_aggregates.join_two(state text, a text, b text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT state || a || b $$;
CREATE FUNCTION c_aggregates.count_list(state bigint, VARIADIC list integer[]) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT state + cardinality(list) $$;
CREATE FUNCTION c_aggregates.append(state anyarray, value anyelement) RETURNS anyarray LANGUAGE sql IMMUTABLE AS $$ SELECT state || value $$;
CREATE AGGREGATE c_aggregates.plain(numeric) (SFUNC = c_aggregates.step, STYPE = numeric);
CREATE AGGREGATE c_aggregates.all_options(numeric) (SFUNC = c_aggregates.step, STYPE = numeric, SSPACE = 128, FINALFUNC = c_aggregates.final_more, FINALFUNC_EXTRA, COMBINEFUNC = c_aggregates.step, INITCOND = '0', MSFUNC = c_aggregates.step, MINVFUNC = c_aggregates.back, MSTYPE = numeric, MSSPACE = 64, MFINALFUNC = c_aggregates.final, MINITCOND = '1.50', PARALLEL = SAFE);
CREATE AGGREGATE c_aggregates.sorted(integer) (SFUNC = int4larger, STYPE = integer, SORTOP = OPERATOR(pg_catalog.>));
CREATE AGGREGATE c_aggregates."no arguments"(*) (SFUNC = int8inc, STYPE = bigint, INITCOND = '0');
CREATE AGGREGATE c_aggregates.two("first" text, second text) (SFUNC = c_aggregates.join_two, STYPE = text, INITCOND = 'it''s "x" \');
CREATE AGGREGATE c_aggregates.any_list(anyelement) (SFUNC = c_aggregates.append, STYPE = anyarray, INITCOND = '{}');
CREATE AGGREGATE c_aggregates.many(VARIADIC list integer[]) (SFUNC = c_aggregates.count_list, STYPE = bigint, INITCOND = '0');
CREATE FUNCTION c_aggregates.place(state integer[], value integer) RETURNS integer[] LANGUAGE sql IMMUTABLE AS $$ SELECT state || value $$;
CREATE FUNCTION c_aggregates.place_final(state integer[], fraction double precision) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT state[1] $$;
CREATE AGGREGATE c_aggregates.ordered(double precision ORDER BY integer) (SFUNC = c_aggregates.place, STYPE = integer[], FINALFUNC = c_aggregates.place_final, INITCOND = '{}');
CREATE FUNCTION c_aggregates.hypothetical_final(state integer[], value integer) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT 1 $$;
CREATE AGGREGATE c_aggregates.hypothetical(integer ORDER BY integer) (SFUNC = c_aggregates.place, STYPE = integer[], FINALFUNC = c_aggregates.hypothetical_final, INITCOND = '{}', HYPOTHETICAL);
COMMENT ON AGGREGATE c_aggregates.plain(numeric) IS 'it''s a sum';
CREATE TABLE c_aggregates.items (n numeric, t text);
INSERT INTO c_aggregates.items SELECT i, 't' || i FROM generate_series(1, 20) AS i;
CREATE VIEW c_aggregates.used AS SELECT c_aggregates.plain(n) AS a, c_aggregates.two(t, t ORDER BY t) AS b, c_aggregates."no arguments"(*) AS c, c_aggregates.ordered(0.5) WITHIN GROUP (ORDER BY n::integer) AS d, c_aggregates.all_options(DISTINCT n) FILTER (WHERE n > 3) AS e FROM c_aggregates.items;
CREATE VIEW c_aggregates.used_over AS SELECT c_aggregates.all_options(n) OVER (ORDER BY n ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS moving FROM c_aggregates.items;
CREATE MATERIALIZED VIEW c_aggregates.filled AS SELECT c_aggregates.plain(n) AS total FROM c_aggregates.items;
-- next -- superuser
CREATE AGGREGATE c_aggregates.internal_state(numeric) (SFUNC = numeric_avg_accum, STYPE = internal, FINALFUNC = numeric_avg, COMBINEFUNC = numeric_avg_combine, SERIALFUNC = numeric_avg_serialize, DESERIALFUNC = numeric_avg_deserialize, PARALLEL = SAFE);
CREATE AGGREGATE c_aggregates.percentile(double precision ORDER BY anyelement) (SFUNC = ordered_set_transition, STYPE = internal, FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA);
-- next -- min: 11
CREATE AGGREGATE c_aggregates.modifies(numeric) (SFUNC = c_aggregates.step, STYPE = numeric, FINALFUNC = c_aggregates.final, FINALFUNC_MODIFY = READ_WRITE, MSFUNC = c_aggregates.step, MINVFUNC = c_aggregates.back, MSTYPE = numeric, MFINALFUNC = c_aggregates.final, MFINALFUNC_MODIFY = SHAREABLE);
