-- Functions and procedures.
CREATE SCHEMA c_functions;
CREATE SCHEMA "c_functions Odd";
CREATE TYPE c_functions.pair AS (a integer, b text);
CREATE TABLE c_functions.rows (id integer PRIMARY KEY, t text DEFAULT 'x');
INSERT INTO c_functions.rows SELECT i, 'row ' || i FROM generate_series(1, 10) AS i;
CREATE FUNCTION c_functions.plain() RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION c_functions.plain(a integer) RETURNS integer LANGUAGE sql AS 'SELECT a + 1';
CREATE FUNCTION c_functions.plain(a text, b text) RETURNS text LANGUAGE sql AS 'SELECT a || b';
CREATE FUNCTION c_functions.defaults(a integer, b text DEFAULT 'it''s', c integer[] DEFAULT '{1,2}', d timestamptz DEFAULT now(), e c_functions.pair DEFAULT ROW(1, 'x')::c_functions.pair) RETURNS text LANGUAGE sql STABLE AS $$ SELECT b $$;
CREATE FUNCTION c_functions.outs(a integer, OUT b integer, INOUT c text, OUT "Odd name" numeric) LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN b := a; "Odd name" := 1.5; END $$;
CREATE FUNCTION c_functions.set_of(n integer) RETURNS SETOF integer LANGUAGE sql ROWS 42 COST 7 STABLE STRICT AS $$ SELECT generate_series(1, n) $$;
CREATE FUNCTION c_functions.a_table(n integer) RETURNS TABLE (id integer, "select" text) LANGUAGE plpgsql PARALLEL SAFE AS $$ BEGIN RETURN QUERY SELECT r.id, r.t FROM c_functions.rows AS r LIMIT n; END $$;
CREATE FUNCTION c_functions.records() RETURNS SETOF record LANGUAGE sql PARALLEL RESTRICTED AS $$ SELECT 1, 'a'::text $$;
CREATE FUNCTION c_functions.row_type(r c_functions.rows) RETURNS c_functions.rows LANGUAGE sql IMMUTABLE AS $$ SELECT r $$;
CREATE FUNCTION c_functions.variadic(VARIADIC list integer[]) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT sum(x)::integer FROM unnest(list) AS x $$;
CREATE FUNCTION c_functions.variadic_any(f text, VARIADIC "any") RETURNS text LANGUAGE internal STABLE AS 'text_format';
CREATE FUNCTION c_functions.polymorphic(a anyelement, b anyarray) RETURNS anyarray LANGUAGE sql IMMUTABLE AS $$ SELECT array_prepend(a, b) $$;
CREATE FUNCTION c_functions.any_range(r anyrange) RETURNS anyelement LANGUAGE sql IMMUTABLE AS $$ SELECT lower(r) $$;
CREATE FUNCTION c_functions.any_enum(e anyenum) RETURNS text LANGUAGE sql STABLE AS $$ SELECT e::text $$;
CREATE FUNCTION c_functions.definer() RETURNS name LANGUAGE sql SECURITY DEFINER SET search_path = c_functions, pg_temp SET work_mem = '8MB' SET "DateStyle" = 'ISO, DMY' AS $$ SELECT current_user $$;
CREATE FUNCTION c_functions.odd_path() RETURNS integer LANGUAGE plpgsql SET search_path = "c_functions Odd", "it's ""quoted""", public SET application_name = 'it''s \ "x"' AS $$ BEGIN RETURN 1; END $$;
CREATE FUNCTION c_functions.from_current() RETURNS integer LANGUAGE sql SET TimeZone FROM CURRENT AS $$ SELECT 1 $$;
CREATE FUNCTION c_functions.empty_path() RETURNS integer LANGUAGE sql SET search_path = '' AS $$ SELECT 1 $$;
CREATE FUNCTION c_functions.windows() RETURNS bigint LANGUAGE internal WINDOW IMMUTABLE STRICT AS 'window_row_number';
CREATE FUNCTION c_functions.nothing() RETURNS void LANGUAGE plpgsql AS 'BEGIN END';
CREATE FUNCTION c_functions."it's ""quoted"" $$ \"("a ""b""" integer, "$1" text) RETURNS text LANGUAGE sql AS 'SELECT ''x''';
-- The body holds every way of quoting, and what looks like a dump.
CREATE FUNCTION c_functions.horror() RETURNS text LANGUAGE plpgsql AS $horror$
DECLARE
  a text := 'it''s'; b text := E'\\ \' \n'; c text := $$ $x$ $$; d text := $_$ $function$ $_$;
  "select" text := U&'\0041'; -- a comment that isn't closed: ' " $$ /*
  /* nested /* comments */ ; ' */
BEGIN
PERFORM $dump$
--
-- Name: fake; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.fake (a integer);

ALTER TABLE public.fake OWNER TO postgres;

--
-- TOC entry 215 (class 1259 OID 16385)
-- Dependencies: 3
-- Name: fake_too; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.fake (a) FROM stdin;
1
\.

\connect template1
\restrict abcdefghijklmnopqrstuvwxyz
\unrestrict abcdefghijklmnopqrstuvwxyz
SET search_path = public;
SELECT pg_catalog.set_config('search_path', '', false);
-- PostgreSQL database dump complete
$dump$;
  RETURN a || b || c || d || "select" || '%s %I %L' || ':x' || '$1' || $_1$;$_1$;
	RETURN 'tab and trailing blanks'   ;
END
$horror$;
CREATE FUNCTION c_functions.restrict_lines() RETURNS text LANGUAGE sql AS $f$ SELECT 'x
\restrict word
\unrestrict word
-- Name: x; Type: FUNCTION; Schema: c_functions; Owner: postgres
' $f$;
CREATE FUNCTION c_functions.dollars() RETURNS text LANGUAGE sql AS '
SELECT $$a$$ || $_$b$_$ || $function$c$function$ || $_X$d$_X$ || $abc$e$abc$ || ''f''
';
CREATE FUNCTION c_functions.crlf() RETURNS text LANGUAGE sql AS E'SELECT\r\n ''a'' -- comment\r\n || ''b''\r\n';
CREATE FUNCTION c_functions.unicode() RETURNS text LANGUAGE sql AS $$ SELECT 'é 🐘 שלום' $$;
CREATE FUNCTION c_functions.calls_later() RETURNS integer LANGUAGE plpgsql AS $$ BEGIN RETURN c_functions.z_last(); END $$;
CREATE FUNCTION c_functions.z_last() RETURNS integer LANGUAGE sql AS 'SELECT 7';
CREATE FUNCTION c_functions.not_checked() RETURNS integer LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT x FROM c_functions.does_not_exist); END $$;
CREATE TABLE c_functions.uses (id integer DEFAULT c_functions.plain(1) CHECK (id > c_functions.variadic(0)));
INSERT INTO c_functions.uses DEFAULT VALUES;
CREATE INDEX uses_expression ON c_functions.uses ((c_functions.variadic(id, 1)));
COMMENT ON FUNCTION c_functions.plain(integer) IS '';
COMMENT ON FUNCTION c_functions.plain(text, text) IS $$it's "quoted" \ 
-- Name: x; Type: TABLE$$;
-- next -- min: 11
CREATE PROCEDURE c_functions.proc(a integer, b text DEFAULT 'it''s') LANGUAGE plpgsql AS $$ BEGIN INSERT INTO c_functions.rows VALUES (a, b); COMMIT; END $$;
CREATE PROCEDURE c_functions.proc_inout(INOUT a integer) LANGUAGE plpgsql AS $$ BEGIN a := a + 1; END $$;
CREATE PROCEDURE c_functions.definer_proc() LANGUAGE sql SECURITY DEFINER SET search_path = c_functions AS $$ DELETE FROM rows WHERE id < 0 $$;
COMMENT ON PROCEDURE c_functions.proc(integer, text) IS 'a procedure';
-- next -- min: 13
CREATE FUNCTION c_functions.compatible(a anycompatible, b anycompatiblearray) RETURNS anycompatible LANGUAGE sql IMMUTABLE AS $$ SELECT a $$;
-- next -- min: 14
CREATE FUNCTION c_functions.atomic(n integer) RETURNS bigint LANGUAGE sql STABLE BEGIN ATOMIC SELECT 'it''s; END'::text; SELECT count(*) FROM c_functions.rows WHERE id > n AND t <> ';'; END;
CREATE FUNCTION c_functions.returning_expression(a integer, b integer DEFAULT 2) RETURNS integer LANGUAGE sql IMMUTABLE RETURN a * b + CASE WHEN a > 1 THEN 1 ELSE 0 END;
CREATE PROCEDURE c_functions.atomic_proc(a integer, OUT b integer) LANGUAGE sql BEGIN ATOMIC INSERT INTO c_functions.rows VALUES (a, 'atomic') ON CONFLICT (id) DO UPDATE SET t = excluded.t; SELECT 1; END;
CREATE VIEW c_functions.counted AS SELECT c_functions.atomic(1) AS n;
CREATE FUNCTION c_functions.reads_view() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT n FROM c_functions.counted; END;
