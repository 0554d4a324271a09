-- Languages. Their handlers are functions in C: left behind by default, with all that is written in them.
-- all
-- superuser
CREATE SCHEMA c_languages;
CREATE FUNCTION c_languages.call_handler() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler';
CREATE FUNCTION c_languages.inline_handler(internal) RETURNS void LANGUAGE c STRICT AS '$libdir/plpgsql', 'plpgsql_inline_handler';
CREATE FUNCTION c_languages.validator(oid) RETURNS void LANGUAGE c STRICT AS '$libdir/plpgsql', 'plpgsql_validator';
CREATE LANGUAGE c_pl HANDLER c_languages.call_handler INLINE c_languages.inline_handler VALIDATOR c_languages.validator;
CREATE TRUSTED LANGUAGE "c Trusted" HANDLER c_languages.call_handler;
COMMENT ON LANGUAGE c_pl IS 'it''s a language';
CREATE FUNCTION c_languages.f() RETURNS integer LANGUAGE c_pl AS 'BEGIN RETURN 1; END';
CREATE TABLE c_languages.t (a integer DEFAULT c_languages.f());
INSERT INTO c_languages.t DEFAULT VALUES;
