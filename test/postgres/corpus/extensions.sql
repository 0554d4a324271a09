-- Extensions, and what is made of their members.
-- superuser
CREATE SCHEMA c_extensions;
CREATE SCHEMA "c_extensions Odd";
CREATE EXTENSION hstore WITH SCHEMA "c_extensions Odd";
CREATE EXTENSION citext WITH SCHEMA c_extensions;
CREATE EXTENSION pg_trgm WITH SCHEMA public;
CREATE EXTENSION pgcrypto WITH SCHEMA c_extensions;
CREATE EXTENSION btree_gist WITH SCHEMA c_extensions;
CREATE EXTENSION "uuid-ossp" WITH SCHEMA c_extensions;
CREATE EXTENSION ltree WITH SCHEMA c_extensions;
CREATE EXTENSION cube WITH SCHEMA c_extensions;
CREATE EXTENSION earthdistance WITH SCHEMA c_extensions CASCADE;
CREATE EXTENSION unaccent WITH SCHEMA c_extensions;
COMMENT ON EXTENSION citext IS 'it''s our own comment';
CREATE TABLE c_extensions.t (id uuid DEFAULT c_extensions.uuid_nil(), h "c_extensions Odd".hstore, email c_extensions.citext UNIQUE, path c_extensions.ltree, spot c_extensions.cube, n integer, t text, EXCLUDE USING gist (n WITH =));
INSERT INTO c_extensions.t VALUES (DEFAULT, 'a=>1, "b c"=>NULL, "d\"e"=>"\\"', 'Ada@Example.org', 'a.b.c', '(1,2),(3,4)', 1, 'word'), (NULL, '', 'bob@example.org', '', NULL, 2, 'wörd'), (NULL, NULL, NULL, NULL, NULL, NULL, NULL);
CREATE INDEX t_trgm ON c_extensions.t USING gin (t public.gin_trgm_ops);
CREATE INDEX t_path ON c_extensions.t USING gist (path);
CREATE INDEX t_h ON c_extensions.t USING gin (h);
CREATE VIEW c_extensions.used AS SELECT h OPERATOR("c_extensions Odd".->) 'a' AS a, email OPERATOR(c_extensions.=) 'ADA@example.org' AS same, encode(c_extensions.digest(t, 'sha256'), 'hex') AS digest FROM c_extensions.t;
CREATE FUNCTION c_extensions.plain(text) RETURNS text LANGUAGE sql STABLE AS $$ SELECT c_extensions.unaccent($1) $$;
-- A dictionary of an extension, and one of our own of its template.
CREATE TEXT SEARCH DICTIONARY c_extensions.no_accents (TEMPLATE = c_extensions.unaccent, RULES = 'unaccent');
