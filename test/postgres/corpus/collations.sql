-- Collations and conversions.
CREATE SCHEMA c_collations;
CREATE COLLATION c_collations.c_copy FROM "C";
CREATE COLLATION c_collations."POSIX one" (LC_COLLATE = 'POSIX', LC_CTYPE = 'POSIX');
CREATE COLLATION c_collations.utf8 (LOCALE = 'C.UTF-8');
CREATE COLLATION c_collations.mixed (LC_COLLATE = 'C', LC_CTYPE = 'C.UTF-8');
COMMENT ON COLLATION c_collations.utf8 IS 'it''s a collation';
CREATE TABLE c_collations.words (w text COLLATE c_collations.c_copy, "P" text COLLATE c_collations."POSIX one" DEFAULT 'x', u varchar(10) COLLATE c_collations.utf8 UNIQUE, CHECK (w < 'zz' COLLATE "C"));
INSERT INTO c_collations.words VALUES ('b', 'é', 'B'), ('a', 'e', 'b'), ('B', 'E', 'é');
CREATE DOMAIN c_collations.word AS text COLLATE c_collations.utf8 DEFAULT 'word';
CREATE VIEW c_collations.sorted AS SELECT w, w COLLATE c_collations.utf8 AS other FROM c_collations.words ORDER BY w COLLATE c_collations.mixed DESC;
CREATE INDEX words_other ON c_collations.words (w COLLATE c_collations.utf8);
CREATE CONVERSION c_collations.latin FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE DEFAULT CONVERSION c_collations."default Conversion" FOR 'UTF8' TO 'LATIN1' FROM utf8_to_iso8859_1;
COMMENT ON CONVERSION c_collations.latin IS 'it''s a conversion';
-- next --
CREATE COLLATION c_collations.german (provider = icu, locale = 'de-u-co-phonebk');
CREATE TABLE c_collations.names (n text COLLATE c_collations.german PRIMARY KEY);
INSERT INTO c_collations.names VALUES ('Göbel'), ('Goethe'), ('Goldmann'), ('Göthe');
-- next -- min: 12
CREATE COLLATION c_collations.no_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE c_collations.no_case_names (n text COLLATE c_collations.no_case UNIQUE);
INSERT INTO c_collations.no_case_names VALUES ('Ada'), ('bob');
-- next -- min: 16
CREATE COLLATION c_collations.rules (provider = icu, locale = 'en', rules = '&V << w <<< W');
-- next -- min: 17
CREATE COLLATION c_collations.builtin (provider = builtin, locale = 'C.UTF-8');
