-- Text search.
CREATE SCHEMA c_search;
CREATE TEXT SEARCH DICTIONARY c_search.stems (TEMPLATE = snowball, LANGUAGE = 'english', STOPWORDS = 'english');
CREATE TEXT SEARCH DICTIONARY c_search."simple Dict" (TEMPLATE = pg_catalog.simple, ACCEPT = false, STOPWORDS = 'english');
CREATE TEXT SEARCH CONFIGURATION c_search.copied (COPY = pg_catalog.english);
ALTER TEXT SEARCH CONFIGURATION c_search.copied ALTER MAPPING FOR asciiword, word WITH c_search."simple Dict", c_search.stems, pg_catalog.simple;
ALTER TEXT SEARCH CONFIGURATION c_search.copied DROP MAPPING FOR email, url, host;
CREATE TEXT SEARCH CONFIGURATION c_search."from Parser" (PARSER = pg_catalog."default");
ALTER TEXT SEARCH CONFIGURATION c_search."from Parser" ADD MAPPING FOR asciiword WITH c_search.stems;
CREATE TEXT SEARCH CONFIGURATION c_search.empty (PARSER = "default");
COMMENT ON TEXT SEARCH CONFIGURATION c_search.copied IS 'it''s a configuration';
COMMENT ON TEXT SEARCH DICTIONARY c_search.stems IS 'a dictionary';
CREATE TABLE c_search.texts (id integer PRIMARY KEY, t text, v tsvector, c regconfig DEFAULT 'c_search.copied');
INSERT INTO c_search.texts SELECT i, 'The fat cats number ' || i, to_tsvector('c_search.copied', 'The fat cats number ' || i) FROM generate_series(1, 50) AS i;
CREATE INDEX texts_search ON c_search.texts USING gin (to_tsvector('c_search.copied'::regconfig, t));
CREATE VIEW c_search.found AS SELECT id FROM c_search.texts WHERE v @@ to_tsquery('c_search.copied'::regconfig, 'cats');
CREATE TRIGGER fill BEFORE INSERT OR UPDATE ON c_search.texts FOR EACH ROW EXECUTE PROCEDURE tsvector_update_trigger('v', 'c_search.copied', 't');
-- next -- superuser
CREATE TEXT SEARCH PARSER c_search.parser (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype, HEADLINE = prsd_headline);
CREATE TEXT SEARCH TEMPLATE c_search."Template" (INIT = dsimple_init, LEXIZE = dsimple_lexize);
CREATE TEXT SEARCH TEMPLATE c_search.no_init (LEXIZE = dsimple_lexize);
CREATE TEXT SEARCH DICTIONARY c_search.own_template (TEMPLATE = c_search."Template", STOPWORDS = 'english');
CREATE TEXT SEARCH CONFIGURATION c_search.own_parser (PARSER = c_search.parser);
ALTER TEXT SEARCH CONFIGURATION c_search.own_parser ADD MAPPING FOR asciiword WITH c_search.own_template;
COMMENT ON TEXT SEARCH PARSER c_search.parser IS 'a parser';
COMMENT ON TEXT SEARCH TEMPLATE c_search."Template" IS 'a template';
