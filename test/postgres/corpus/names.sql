-- Names that hold whatever PostgreSQL allows in a name.
CREATE SCHEMA "c names";
CREATE SCHEMA "it's ""quoted"" \ $$ -- /* %s :x . ;";
CREATE SCHEMA "select";
CREATE SCHEMA "Ünïcödé 🐘 مرحبا";
CREATE SCHEMA "public.""drop table""";
CREATE SCHEMA "line
break	tab";

CREATE TABLE "c names"."select" ("from" integer PRIMARY KEY, "where" text DEFAULT 'it''s; DROP TABLE x --', "a""b" text, "o'clock" text, "back\slash" text, "$1" integer, ":x" integer, "%s%I" integer, "--" integer, "/*" integer, "*/" integer, "a.b" text, " " integer, "🐘" text, "עברית" text);
INSERT INTO "c names"."select" VALUES (1, DEFAULT, '"', '''', '\', 1, 2, 3, 4, 5, 6, 'a.b', 7, '🐘', 'שלום'), (2, '', NULL, '', '\.', NULL, NULL, NULL, NULL, NULL, NULL, E'\t', NULL, E'\n', E'\r\n');

CREATE TABLE "it's ""quoted"" \ $$ -- /* %s :x . ;"."'; DROP SCHEMA public; --" (
  "id" integer CONSTRAINT "pk '"" \ $tag$" PRIMARY KEY,
  "select" integer CONSTRAINT "fk -- '"" 🐘" REFERENCES "c names"."select" ("from"),
  CONSTRAINT "check /* it's */" CHECK ("id" > 0 AND "select" IS NOT NULL)
);
CREATE INDEX "index
with line -- and $$" ON "it's ""quoted"" \ $$ -- /* %s :x . ;"."'; DROP SCHEMA public; --" ("select") WHERE "id" <> 7;
INSERT INTO "it's ""quoted"" \ $$ -- /* %s :x . ;"."'; DROP SCHEMA public; --" VALUES (1, 1), (2, 2);
COMMENT ON TABLE "it's ""quoted"" \ $$ -- /* %s :x . ;"."'; DROP SCHEMA public; --" IS E'first line\n-- Name: second; Type: TABLE; Schema: public; Owner: postgres\n\\connect template1\n\\.\n''quoted'' "twice" $$ \\';

CREATE TABLE "select"."table" ("order" integer, "group" integer);
INSERT INTO "select"."table" SELECT i, -i FROM generate_series(1, 5) AS i;
CREATE VIEW "select"."view" AS SELECT "order", "group", "table" AS "row" FROM "select"."table";
CREATE SEQUENCE "select"."sequence";
SELECT setval('"select"."sequence"', 42);
CREATE TYPE "select"."type" AS ENUM ('it''s', '"', '\', '', ' ', E'\n', '🐘', '$$', ',', '{}');
CREATE TABLE "select"."Type" (a "select"."type", b "select"."type"[]);
INSERT INTO "select"."Type" SELECT e, ARRAY[e, NULL, e] FROM unnest(enum_range(NULL::"select"."type")) AS e;

CREATE TABLE "Ünïcödé 🐘 مرحبا"."Grüße" ("Größe" numeric, "名前" text);
INSERT INTO "Ünïcödé 🐘 مرحبا"."Grüße" VALUES (1.50, '名前'), (2, 'e' || chr(769)), (3, 'é'), (4, chr(8238) || 'abc' || chr(8236)), (5, chr(65279)), (6, '👩‍👩‍👧');
CREATE TABLE "Ünïcödé 🐘 مرحبا"."grüße" (a integer);
INSERT INTO "Ünïcödé 🐘 مرحبا"."grüße" VALUES (1);
CREATE TABLE "Ünïcödé 🐘 مرحبا"."GRÜSSE" (a integer);

CREATE TABLE "public.""drop table"""."public.x" ("c names.select" integer UNIQUE);
INSERT INTO "public.""drop table"""."public.x" VALUES (1), (NULL), (NULL);

CREATE TABLE "line
break	tab"."table
of lines" ("column
one" text);
INSERT INTO "line
break	tab"."table
of lines" VALUES ('x');
CREATE FUNCTION "line
break	tab"."function
-- Name: evil; Type: TABLE; Schema: public; Owner: -" ("argument
1" integer) RETURNS integer LANGUAGE sql AS $$ SELECT $1 + 1 $$;

-- 63 bytes is the longest name; these are cut in the middle of nothing, and one byte before a letter of two, three and four bytes.
CREATE TABLE "c names".a123456789b123456789c123456789d123456789e123456789f123456789abc (a123456789b123456789c123456789d123456789e123456789f123456789abc integer PRIMARY KEY);
INSERT INTO "c names".a123456789b123456789c123456789d123456789e123456789f123456789abc VALUES (63);
CREATE TABLE "c names"."a123456789b123456789c123456789d123456789e123456789f123456789abé" (a serial UNIQUE);
INSERT INTO "c names"."a123456789b123456789c123456789d123456789e123456789f123456789abé" DEFAULT VALUES;
CREATE TABLE "c names"."ééééééééééééééééééééééééééééééé" (b serial PRIMARY KEY, "ééééééééééééééééééééééééééééééé" integer CHECK ("ééééééééééééééééééééééééééééééé" > 0));
INSERT INTO "c names"."ééééééééééééééééééééééééééééééé" VALUES (DEFAULT, 62);
CREATE TABLE "c names"."🐘🐘🐘🐘🐘🐘🐘🐘🐘🐘🐘🐘🐘🐘🐘" ("🐘🐘🐘🐘🐘🐘🐘🐘🐘🐘🐘🐘🐘🐘🐘" serial PRIMARY KEY, parent integer REFERENCES "c names"."🐘🐘🐘🐘🐘🐘🐘🐘🐘🐘🐘🐘🐘🐘🐘");
INSERT INTO "c names"."🐘🐘🐘🐘🐘🐘🐘🐘🐘🐘🐘🐘🐘🐘🐘" VALUES (DEFAULT, NULL), (DEFAULT, 1), (DEFAULT, 2);

-- The same name for things of every kind.
CREATE TABLE "c names".same (same integer CONSTRAINT same CHECK (same > 0));
CREATE FUNCTION "c names".same(same integer) RETURNS integer LANGUAGE sql AS 'SELECT same';
CREATE FUNCTION "c names".same(same text) RETURNS text LANGUAGE sql AS 'SELECT same';
CREATE RULE same AS ON DELETE TO "c names".same WHERE false DO ALSO NOTHING;
CREATE FUNCTION "c names".same() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER same BEFORE INSERT ON "c names".same FOR EACH ROW EXECUTE PROCEDURE "c names".same();
CREATE POLICY same ON "c names".same USING (true);
CREATE STATISTICS "c names".same ON "from", "where" FROM "c names"."select";
CREATE COLLATION "c names".same (locale = 'C');
CREATE TEXT SEARCH CONFIGURATION "c names".same (COPY = pg_catalog.simple);
CREATE TEXT SEARCH DICTIONARY "c names".same (TEMPLATE = pg_catalog.simple);
INSERT INTO "c names".same VALUES (1);
