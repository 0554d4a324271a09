-- Casts.
CREATE SCHEMA c_casts;
CREATE TYPE c_casts.metres AS (n numeric);
CREATE TYPE c_casts.color AS ENUM ('red', 'green');
CREATE TYPE c_casts."Odd feet" AS (n numeric);
CREATE FUNCTION c_casts.to_metres(numeric) RETURNS c_casts.metres LANGUAGE sql IMMUTABLE AS $$ SELECT ROW($1)::c_casts.metres $$;
CREATE FUNCTION c_casts.to_numeric(c_casts.metres) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$ SELECT ($1).n $$;
CREATE FUNCTION c_casts.to_feet(c_casts.metres) RETURNS c_casts."Odd feet" LANGUAGE sql IMMUTABLE AS $$ SELECT ROW(($1).n * 3.28)::c_casts."Odd feet" $$;
CREATE FUNCTION c_casts.to_number(c_casts.color, integer, boolean) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT 1 $$;
CREATE CAST (numeric AS c_casts.metres) WITH FUNCTION c_casts.to_metres(numeric) AS IMPLICIT;
CREATE CAST (c_casts.metres AS numeric) WITH FUNCTION c_casts.to_numeric(c_casts.metres) AS ASSIGNMENT;
CREATE CAST (c_casts.metres AS c_casts."Odd feet") WITH FUNCTION c_casts.to_feet(c_casts.metres);
CREATE CAST (text AS c_casts.color) WITH INOUT AS IMPLICIT;
CREATE CAST (c_casts.color AS text) WITH INOUT AS ASSIGNMENT;
CREATE CAST (c_casts.color AS integer) WITH FUNCTION c_casts.to_number(c_casts.color, integer, boolean);
COMMENT ON CAST (numeric AS c_casts.metres) IS 'it''s a cast';
CREATE TABLE c_casts.lengths (m c_casts.metres DEFAULT 1.5::numeric::c_casts.metres, c c_casts.color);
INSERT INTO c_casts.lengths VALUES (DEFAULT, 'red'), (2.5::numeric, 'green'::text);
CREATE VIEW c_casts.feet AS SELECT m::c_casts."Odd feet" AS feet, m::numeric AS n, c::integer AS i FROM c_casts.lengths;
