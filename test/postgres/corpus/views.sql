-- Views, and what depends on them.
CREATE SCHEMA c_views;
CREATE SCHEMA "c_views Odd";
CREATE TABLE c_views.people (id integer PRIMARY KEY, name text, "Odd name" integer, boss integer REFERENCES c_views.people, born date, gone text);
INSERT INTO c_views.people VALUES (1, 'Ada', 1, NULL, '1815-12-10', 'g'), (2, 'Bob', 2, 1, '1990-01-01', 'g'), (3, 'Cy', 3, 2, '1995-05-05', 'g');
CREATE TABLE "c_views Odd"."Things" (id integer, owner integer, what text);
INSERT INTO "c_views Odd"."Things" VALUES (1, 1, 'engine'), (2, 1, 'it''s "x" \ $$'), (3, 3, NULL);
CREATE VIEW c_views.simple AS SELECT id, name FROM c_views.people;
CREATE VIEW c_views.star AS SELECT * FROM c_views.people;
CREATE VIEW c_views.renamed (a, "B b", c) AS SELECT id, name, "Odd name" FROM c_views.people;
CREATE VIEW c_views.joined AS SELECT p.id, p.name, t.what, b.name AS boss FROM c_views.people AS p JOIN "c_views Odd"."Things" AS t ON t.owner = p.id LEFT JOIN c_views.people AS b ON b.id = p.boss WHERE t.what IS DISTINCT FROM 'it''s';
CREATE VIEW c_views.using_join AS SELECT id, a.name, b.what FROM c_views.people AS a FULL JOIN "c_views Odd"."Things" AS b USING (id);
CREATE VIEW c_views.on_view AS SELECT s.name, j.what FROM c_views.simple AS s LEFT JOIN c_views.joined AS j USING (id);
CREATE VIEW "c_views Odd"."on View" AS SELECT * FROM c_views.on_view;
CREATE RECURSIVE VIEW c_views.chain (id, name, depth) AS SELECT id, name, 0 FROM c_views.people WHERE boss IS NULL UNION ALL SELECT p.id, p.name, c.depth + 1 FROM c_views.people AS p JOIN chain AS c ON p.boss = c.id;
CREATE VIEW c_views.clauses AS
  WITH w AS (SELECT boss, count(*) FILTER (WHERE name <> '') AS n, string_agg(name, ', ' ORDER BY name DESC) AS names FROM c_views.people GROUP BY boss HAVING count(*) > 0)
  SELECT DISTINCT ON (w.boss) w.boss, w.n, w.names, rank() OVER (PARTITION BY w.n ORDER BY w.boss DESC NULLS LAST) AS place, CASE w.n WHEN 1 THEN 'one' ELSE E'other\n' END AS label, ARRAY(SELECT name FROM c_views.people WHERE boss = w.boss ORDER BY id) AS list
  FROM w ORDER BY w.boss, w.n LIMIT 10 OFFSET 0;
CREATE VIEW c_views.sets AS SELECT id FROM c_views.people UNION SELECT owner FROM "c_views Odd"."Things" EXCEPT ALL (SELECT 7 INTERSECT SELECT 8);
CREATE VIEW c_views.grouped AS SELECT boss, born, count(*) AS n, grouping(boss) AS g FROM c_views.people GROUP BY GROUPING SETS ((boss), (born), ()), ROLLUP (boss);
-- Grouped by a key: needs the primary key to be there.
CREATE VIEW c_views.needs_key AS SELECT p.id, p.name, count(t.id) AS things FROM c_views.people AS p LEFT JOIN "c_views Odd"."Things" AS t ON t.owner = p.id GROUP BY p.id;
CREATE VIEW c_views.lateral_join AS SELECT p.id, x.what, y.n FROM c_views.people AS p CROSS JOIN LATERAL (SELECT t.what FROM "c_views Odd"."Things" AS t WHERE t.owner = p.id LIMIT 1) AS x, generate_series(1, p.id) WITH ORDINALITY AS y (m, n);
CREATE VIEW c_views."values" AS SELECT column1 AS n, column2 AS t FROM (VALUES (1, 'one'), (2, E'tw\\o')) AS v;
CREATE VIEW c_views.whole_row AS SELECT p, (p).name AS name, p.*::text AS text FROM c_views.people AS p;
CREATE VIEW c_views.local_check AS SELECT id, name FROM c_views.people WHERE id > 0 WITH LOCAL CHECK OPTION;
CREATE VIEW c_views.cascaded_check AS SELECT id, name FROM c_views.local_check WHERE id < 1000 WITH CASCADED CHECK OPTION;
CREATE VIEW c_views.barrier WITH (security_barrier) AS SELECT id FROM c_views.people WHERE name <> 'Bob';
CREATE VIEW c_views.with_default AS SELECT id, name FROM c_views.people;
ALTER VIEW c_views.with_default ALTER COLUMN name SET DEFAULT 'from the view';
-- A view over a table that then lost a column and had one renamed.
ALTER TABLE c_views.people RENAME COLUMN born TO birthday;
CREATE VIEW c_views.few AS SELECT id FROM c_views.people;
-- A view that uses a function that uses a view, and one that calls itself by its table's name.
CREATE FUNCTION c_views.names() RETURNS SETOF c_views.simple LANGUAGE sql STABLE AS $$ SELECT * FROM c_views.simple $$;
CREATE VIEW c_views.by_function AS SELECT n.name, (SELECT count(*) FROM c_views.names()) AS n FROM c_views.names() AS n;
CREATE FUNCTION c_views.of_row(p c_views.people) RETURNS text LANGUAGE sql STABLE AS $$ SELECT $1.name || '!' $$;
CREATE VIEW c_views.as_attribute AS SELECT c_views.of_row(people) AS of_row FROM c_views.people;
-- Two views in a circle: the first was there before the second.
CREATE VIEW c_views.circle_a AS SELECT 1 AS x, NULL::text AS t;
CREATE VIEW c_views.circle_b AS SELECT x, t FROM c_views.circle_a;
CREATE FUNCTION c_views.circle(x integer) RETURNS text LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN (SELECT b.t FROM c_views.circle_b AS b WHERE b.x = circle.x LIMIT 1); END $$;
CREATE VIEW c_views.circle_c AS SELECT c_views.circle(x) AS t FROM c_views.circle_b;
CREATE VIEW c_views.temporal AS SELECT id, date_part('year'::text, birthday) AS year, (birthday + interval '1 mon -2 days')::date AS soon, timezone('UTC', birthday::timestamp) AS at, 'infinity'::date AS never FROM c_views.people;
CREATE VIEW c_views.no_columns AS SELECT FROM c_views.people;
CREATE VIEW c_views.sampled AS SELECT id FROM c_views.people TABLESAMPLE system (100) REPEATABLE (1);
CREATE VIEW c_views.locked AS SELECT id FROM c_views.people FOR UPDATE;
CREATE VIEW c_views.between_ones AS SELECT id FROM c_views.people WHERE name IN ('Ada', 'Cy') AND NOT EXISTS (SELECT 1 FROM "c_views Odd"."Things" AS t WHERE t.id = people.id AND t.what LIKE 'x%');
CREATE TABLE c_views.holds_row (v c_views.simple);
INSERT INTO c_views.holds_row SELECT s FROM c_views.simple AS s;
-- next -- min: 14
CREATE VIEW c_views.sql_syntax AS SELECT birthday::timestamp AT TIME ZONE 'UTC' AS z, extract(year FROM birthday) AS y, substring(name FROM 2 FOR 1) AS s, position('a' IN name) AS p, trim(BOTH ' ' FROM name) AS t, overlay(name PLACING 'x' FROM 1) AS o FROM c_views.people;
CREATE VIEW c_views.searched AS WITH RECURSIVE w AS (SELECT id, boss FROM c_views.people WHERE boss IS NULL UNION ALL SELECT p.id, p.boss FROM c_views.people AS p JOIN w ON p.boss = w.id) SEARCH DEPTH FIRST BY id SET o CYCLE id SET looped USING path SELECT id, looped FROM w;
-- next -- min: 15
CREATE VIEW c_views.invoker WITH (security_invoker = true, security_barrier = false) AS SELECT id FROM c_views.people;
-- next -- min: 17
CREATE VIEW c_views.json_syntax AS SELECT id, JSON_OBJECT('n': name ABSENT ON NULL) AS o, JSON_VALUE('{"a": 1}', '$.a' RETURNING integer) AS v FROM c_views.people;
