-- Languages and transforms.
-- superuser
CREATE SCHEMA c_languages;
CREATE LANGUAGE c_pl HANDLER plpgsql_call_handler INLINE plpgsql_inline_handler VALIDATOR plpgsql_validator;
CREATE TRUSTED LANGUAGE "c Trusted" HANDLER plpgsql_call_handler;
COMMENT ON LANGUAGE c_pl IS 'it''s a language';
CREATE FUNCTION c_languages.f() RETURNS integer LANGUAGE c_pl AS 'BEGIN RETURN 1; END';
CREATE TYPE c_languages.pair AS (a integer);
CREATE TRANSFORM FOR integer LANGUAGE c_pl (FROM SQL WITH FUNCTION prsd_lextype(internal), TO SQL WITH FUNCTION int4recv(internal));
CREATE FUNCTION c_languages.transformed(integer) RETURNS integer LANGUAGE c_pl TRANSFORM FOR TYPE integer AS 'BEGIN RETURN 1; END';
COMMENT ON TRANSFORM FOR integer LANGUAGE c_pl IS 'a transform';
CREATE TABLE c_languages.t (a integer DEFAULT c_languages.f());
INSERT INTO c_languages.t DEFAULT VALUES;
