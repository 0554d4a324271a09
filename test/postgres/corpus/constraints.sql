-- Constraints of every kind.
CREATE SCHEMA c_constraints;
CREATE TABLE c_constraints.a (id integer CONSTRAINT a_pk PRIMARY KEY, b_id integer, code text CONSTRAINT a_code UNIQUE DEFERRABLE INITIALLY DEFERRED, x integer, y integer);
CREATE TABLE c_constraints.b (id integer PRIMARY KEY, a_id integer, t text);
-- A circle of two, and a reference to oneself.
ALTER TABLE c_constraints.a ADD CONSTRAINT a_to_b FOREIGN KEY (b_id) REFERENCES c_constraints.b DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE c_constraints.b ADD CONSTRAINT b_to_a FOREIGN KEY (a_id) REFERENCES c_constraints.a ON UPDATE CASCADE ON DELETE SET NULL;
INSERT INTO c_constraints.a SELECT i, 101 - i, 'code ' || i, i, i FROM generate_series(1, 100) AS i;
INSERT INTO c_constraints.b SELECT i, 101 - i, 'b ' || i FROM generate_series(1, 100) AS i;
-- next --
CREATE TABLE c_constraints.tree (id integer PRIMARY KEY, parent integer REFERENCES c_constraints.tree ON DELETE CASCADE, name text);
INSERT INTO c_constraints.tree VALUES (3, 1, 'child before parent'), (2, 3, 'grandchild'), (1, NULL, 'root');
-- A foreign key may point at a unique index that is no constraint.
CREATE UNIQUE INDEX a_xy ON c_constraints.a (y, x);
CREATE TABLE c_constraints.to_index (x integer, y integer, CONSTRAINT to_index FOREIGN KEY (x, y) REFERENCES c_constraints.a (x, y) MATCH FULL ON UPDATE SET DEFAULT ON DELETE RESTRICT);
INSERT INTO c_constraints.to_index VALUES (1, 1), (NULL, NULL), (5, 5);
CREATE TABLE c_constraints.simple (x integer, y integer, CONSTRAINT simple_key FOREIGN KEY (x, y) REFERENCES c_constraints.a (x, y) DEFERRABLE);
INSERT INTO c_constraints.simple VALUES (1, NULL), (NULL, 2), (3, 3);
CREATE TABLE c_constraints.checks (
  id integer, age integer CONSTRAINT "age is sane" CHECK (age >= 0), name text CHECK (name <> '' AND name !~ '^\s'), kind varchar(10) CHECK (kind IN ('a', 'b', 'it''s')),
  low integer, high integer, CONSTRAINT ordered CHECK (low < high), CHECK (true), CONSTRAINT not_inherited CHECK (id IS NOT NULL) NO INHERIT
);
INSERT INTO c_constraints.checks VALUES (1, 1, 'a', 'it''s', 1, 2), (2, NULL, NULL, NULL, NULL, NULL);
-- Rows that their constraints would refuse: made before.
CREATE TABLE c_constraints.not_valid (id integer, ref integer);
INSERT INTO c_constraints.not_valid VALUES (-1, 999), (1, 1);
ALTER TABLE c_constraints.not_valid ADD CONSTRAINT check_later CHECK (id > 0) NOT VALID, ADD CONSTRAINT fk_later FOREIGN KEY (ref) REFERENCES c_constraints.a NOT VALID;
-- A check that reads another table through a function: rows come in the wrong order for it.
CREATE TABLE c_constraints.zz_limits (name text PRIMARY KEY, most integer);
INSERT INTO c_constraints.zz_limits VALUES ('amount', 100);
CREATE FUNCTION c_constraints.most() RETURNS integer LANGUAGE sql STABLE AS $$ SELECT most FROM c_constraints.zz_limits WHERE name = 'amount' $$;
CREATE TABLE c_constraints.amounts (amount integer CHECK (amount <= c_constraints.most()));
INSERT INTO c_constraints.amounts VALUES (1), (100);
CREATE TABLE c_constraints.excluded (id integer, during tsrange, spot box, c circle, EXCLUDE USING gist (during WITH &&) WHERE (id > 0), CONSTRAINT apart EXCLUDE USING gist (spot WITH &&, c WITH &&) DEFERRABLE INITIALLY DEFERRED);
INSERT INTO c_constraints.excluded VALUES (1, '[2024-01-01,2024-01-02)', '(0,0),(1,1)', '<(0,0),1>'), (2, '[2024-01-02,2024-01-03)', '(2,2),(3,3)', '<(9,9),1>'), (-1, '[2024-01-01,2024-01-03)', '(5,5),(6,6)', '<(0,0),1>');
CREATE TABLE c_constraints.keys (a integer, b integer, c integer, d text, PRIMARY KEY (b, a) WITH (fillfactor = 60), CONSTRAINT named UNIQUE (c, a), UNIQUE (d) NOT DEFERRABLE);
INSERT INTO c_constraints.keys SELECT i, i, i, 'd' || i FROM generate_series(1, 30) AS i;
CREATE UNIQUE INDEX later ON c_constraints.keys (c);
ALTER TABLE c_constraints.keys ADD CONSTRAINT later_key UNIQUE USING INDEX later;
ALTER TABLE c_constraints.keys ADD CONSTRAINT keys_self FOREIGN KEY (c) REFERENCES c_constraints.keys (c);
CREATE TABLE c_constraints.only_not_null (a integer NOT NULL, b text NOT NULL);
INSERT INTO c_constraints.only_not_null VALUES (1, '');
-- next -- min: 11
CREATE TABLE c_constraints.covering (a integer, b integer, c text, PRIMARY KEY (a) INCLUDE (b), CONSTRAINT unique_covering UNIQUE (b) INCLUDE (a, c));
INSERT INTO c_constraints.covering VALUES (1, 1, 'x');
-- next -- min: 15
CREATE TABLE c_constraints.set_some (x integer, y integer DEFAULT 1, FOREIGN KEY (x, y) REFERENCES c_constraints.a (x, y) ON DELETE SET NULL (x));
INSERT INTO c_constraints.set_some VALUES (1, 1);
CREATE TABLE c_constraints.set_default (x integer, y integer DEFAULT 1, FOREIGN KEY (x, y) REFERENCES c_constraints.a (x, y) ON DELETE SET DEFAULT (y));
CREATE TABLE c_constraints.nulls_equal (a integer, b text, UNIQUE NULLS NOT DISTINCT (a, b));
INSERT INTO c_constraints.nulls_equal VALUES (NULL, NULL), (1, NULL);
CREATE UNIQUE INDEX nulls_equal_index ON c_constraints.nulls_equal (b, a) NULLS NOT DISTINCT;
-- next -- min: 18
CREATE TABLE c_constraints.not_nulls (a integer CONSTRAINT "a must be there" NOT NULL, b integer CONSTRAINT b_not_inherited NOT NULL NO INHERIT, c integer);
INSERT INTO c_constraints.not_nulls VALUES (1, 1, NULL);
ALTER TABLE c_constraints.not_nulls ADD CONSTRAINT c_later NOT NULL c NOT VALID;
CREATE TABLE c_constraints.not_enforced (a integer CONSTRAINT never CHECK (a > 100) NOT ENFORCED, b integer CONSTRAINT nowhere REFERENCES c_constraints.a NOT ENFORCED);
INSERT INTO c_constraints.not_enforced VALUES (1, 12345);
CREATE TABLE c_constraints.rooms (id int4range, valid daterange, PRIMARY KEY (id, valid WITHOUT OVERLAPS));
CREATE TABLE c_constraints.stays (room int4range, valid daterange, FOREIGN KEY (room, PERIOD valid) REFERENCES c_constraints.rooms);
INSERT INTO c_constraints.rooms VALUES ('[1,2)', '[2024-01-01,2024-06-01)'), ('[1,2)', '[2024-06-01,2025-01-01)');
INSERT INTO c_constraints.stays VALUES ('[1,2)', '[2024-05-01,2024-07-01)');
