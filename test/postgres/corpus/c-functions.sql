-- Functions that are left behind by default: those in C, those that leak nothing, those that help the planner.
-- all
-- superuser
CREATE SCHEMA c_c_functions;
CREATE FUNCTION c_c_functions.autoinc() RETURNS trigger LANGUAGE c AS '$libdir/autoinc', 'autoinc';
CREATE FUNCTION c_c_functions.similar(text, text) RETURNS real LANGUAGE c IMMUTABLE STRICT AS '$libdir/pg_trgm', 'similarity';
CREATE FUNCTION c_c_functions.tight(integer) RETURNS boolean LANGUAGE sql LEAKPROOF IMMUTABLE AS $$ SELECT $1 > 0 $$;
CREATE FUNCTION c_c_functions.plain(integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT $1 > 0 $$;
CREATE TABLE c_c_functions.t (id integer, CHECK (c_c_functions.plain(id)));
INSERT INTO c_c_functions.t VALUES (1), (2);
CREATE SEQUENCE c_c_functions.s;
CREATE TRIGGER auto BEFORE INSERT ON c_c_functions.t FOR EACH ROW EXECUTE PROCEDURE c_c_functions.autoinc('id', 's');
CREATE VIEW c_c_functions.needs_c AS SELECT c_c_functions.similar('a', 'b') AS s, c_c_functions.tight(1) AS t;
-- next -- min: 12
CREATE FUNCTION c_c_functions.supported(text, text) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT SUPPORT pg_catalog.textlike_support AS 'textlike';
