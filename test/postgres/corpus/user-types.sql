-- Domains, enums, composite types, ranges: what a user can define without a superuser.
CREATE SCHEMA c_user_types;
CREATE DOMAIN c_user_types.plain AS integer;
CREATE DOMAIN c_user_types.full_house AS varchar(20) COLLATE "C" DEFAULT 'it''s' NOT NULL CONSTRAINT "not 'empty'" CHECK (VALUE <> '') CONSTRAINT short CHECK (length(VALUE) < 15);
CREATE DOMAIN c_user_types.over_domain AS c_user_types.plain CHECK (VALUE > 0) DEFAULT 7;
CREATE DOMAIN c_user_types.list AS text[] CHECK (array_ndims(VALUE) = 1);
CREATE FUNCTION c_user_types.is_even(n integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT n % 2 = 0 $$;
CREATE DOMAIN c_user_types.even AS integer CHECK (c_user_types.is_even(VALUE));
CREATE DOMAIN c_user_types.later AS integer;
CREATE TABLE c_user_types.domains (a c_user_types.plain, b c_user_types.full_house, c c_user_types.over_domain, d c_user_types.list, e c_user_types.even, f c_user_types.later);
INSERT INTO c_user_types.domains VALUES (1, DEFAULT, DEFAULT, '{a,b}', 2, -5), (NULL, 'x', 1, NULL, NULL, NULL);
ALTER DOMAIN c_user_types.later ADD CONSTRAINT not_checked CHECK (VALUE > 0) NOT VALID;
COMMENT ON DOMAIN c_user_types.plain IS 'a domain';
COMMENT ON CONSTRAINT short ON DOMAIN c_user_types.full_house IS 'of a domain''s constraint';
CREATE TYPE c_user_types.empty_enum AS ENUM ();
CREATE TYPE c_user_types.letters AS ENUM ('b', 'd', 'it''s');
CREATE TYPE c_user_types.address AS (street text, "House No" integer, zip varchar(10), tags text[] );
CREATE TYPE c_user_types.nothing AS ();
CREATE TYPE c_user_types.person AS (name text COLLATE "C", home c_user_types.address, homes c_user_types.address[], l c_user_types.letters);
CREATE TYPE c_user_types.altered AS (a integer, gone text, c text);
ALTER TYPE c_user_types.altered DROP ATTRIBUTE gone, ADD ATTRIBUTE d date, ALTER ATTRIBUTE c TYPE varchar(5);
COMMENT ON TYPE c_user_types.address IS 'a composite type';
COMMENT ON COLUMN c_user_types.address."House No" IS 'it''s an attribute';
CREATE FUNCTION c_user_types.distance(a double precision, b double precision) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT a - b $$;
CREATE TYPE c_user_types.float_range AS RANGE (SUBTYPE = double precision, SUBTYPE_DIFF = c_user_types.distance);
CREATE TYPE c_user_types.text_range AS RANGE (SUBTYPE = text, COLLATION = "C", SUBTYPE_OPCLASS = text_pattern_ops);
CREATE TABLE c_user_types.holders (id integer PRIMARY KEY, p c_user_types.person, a c_user_types.altered, t c_user_types.text_range, e c_user_types.empty_enum, EXCLUDE USING gist (t WITH &&));
INSERT INTO c_user_types.holders VALUES (1, ROW('Ada', ROW('Main "St"', 1, '123', '{x,"y,z"}'), ARRAY[ROW('\', NULL, '', NULL)::c_user_types.address], 'it''s'), ROW(1, 'c', '2024-01-01'), '[a,b)', NULL), (2, NULL, NULL, '("b,c","d""e"]', NULL), (3, ROW(NULL, NULL, NULL, NULL), NULL, 'empty', NULL);
CREATE TABLE c_user_types.floats (r c_user_types.float_range);
INSERT INTO c_user_types.floats VALUES ('[0.5,1.25)'), ('(,)'), (NULL);
-- next --
ALTER TYPE c_user_types.letters ADD VALUE 'c' BEFORE 'd';
-- next --
ALTER TYPE c_user_types.letters ADD VALUE 'a' BEFORE 'b';
-- next --
ALTER TYPE c_user_types.letters RENAME VALUE 'd' TO 'D "quoted" \';
CREATE TABLE c_user_types.lettered (l c_user_types.letters DEFAULT 'c' CHECK (l >= 'a'));
INSERT INTO c_user_types.lettered SELECT l FROM unnest(enum_range(NULL::c_user_types.letters)) AS l;
CREATE INDEX ON c_user_types.lettered (l);
-- next -- min: 14
CREATE TYPE c_user_types.named_multi AS RANGE (SUBTYPE = integer, MULTIRANGE_TYPE_NAME = c_user_types."Many ints");
CREATE TABLE c_user_types.multis (m c_user_types."Many ints", t c_user_types.text_multirange);
INSERT INTO c_user_types.multis VALUES ('{[1,2),[5,7)}', '{[a,b)}'), ('{}', NULL);
-- next -- superuser
-- A canonical function needs a shell type first, and a language that may take one.
CREATE TYPE c_user_types.steps;
CREATE FUNCTION c_user_types.steps_canonical(c_user_types.steps) RETURNS c_user_types.steps LANGUAGE internal IMMUTABLE STRICT AS 'int4range_canonical';
CREATE TYPE c_user_types.steps AS RANGE (SUBTYPE = integer, CANONICAL = c_user_types.steps_canonical, SUBTYPE_DIFF = int4range_subdiff);
CREATE TABLE c_user_types.stepped (s c_user_types.steps);
INSERT INTO c_user_types.stepped VALUES ('[1,5]'), ('(1,5)'), ('empty');
