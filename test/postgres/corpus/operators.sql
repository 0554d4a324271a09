-- Operators, also those that name one that comes later.
CREATE SCHEMA c_operators;
CREATE SCHEMA "c_operators Odd";
CREATE TYPE c_operators.point3 AS (x integer, y integer, z integer);
CREATE FUNCTION c_operators.lt(a c_operators.point3, b c_operators.point3) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT (a.x, a.y, a.z) < (b.x, b.y, b.z) $$;
CREATE FUNCTION c_operators.gt(a c_operators.point3, b c_operators.point3) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT (a.x, a.y, a.z) > (b.x, b.y, b.z) $$;
CREATE FUNCTION c_operators.ge(a c_operators.point3, b c_operators.point3) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT (a.x, a.y, a.z) >= (b.x, b.y, b.z) $$;
CREATE FUNCTION c_operators.same(a c_operators.point3, b c_operators.point3) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT (a.x, a.y, a.z) = (b.x, b.y, b.z) $$;
CREATE FUNCTION c_operators.differ(a c_operators.point3, b c_operators.point3) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT (a.x, a.y, a.z) <> (b.x, b.y, b.z) $$;
CREATE FUNCTION c_operators.plus(a c_operators.point3, b integer) RETURNS c_operators.point3 LANGUAGE sql IMMUTABLE AS $$ SELECT ROW(a.x + b, a.y + b, a.z + b)::c_operators.point3 $$;
CREATE FUNCTION c_operators.minus(a c_operators.point3) RETURNS c_operators.point3 LANGUAGE sql IMMUTABLE AS $$ SELECT ROW(-a.x, -a.y, -a.z)::c_operators.point3 $$;
CREATE OPERATOR c_operators.<<< (LEFTARG = c_operators.point3, RIGHTARG = c_operators.point3, PROCEDURE = c_operators.lt, COMMUTATOR = OPERATOR(c_operators.>>>), NEGATOR = OPERATOR(c_operators.>>=), RESTRICT = scalarltsel, JOIN = scalarltjoinsel);
CREATE OPERATOR c_operators.>>> (LEFTARG = c_operators.point3, RIGHTARG = c_operators.point3, PROCEDURE = c_operators.gt, COMMUTATOR = OPERATOR(c_operators.<<<), RESTRICT = scalargtsel, JOIN = scalargtjoinsel);
CREATE OPERATOR c_operators.>>= (LEFTARG = c_operators.point3, RIGHTARG = c_operators.point3, PROCEDURE = c_operators.ge, NEGATOR = OPERATOR(c_operators.<<<));
CREATE OPERATOR c_operators.=== (LEFTARG = c_operators.point3, RIGHTARG = c_operators.point3, PROCEDURE = c_operators.same, COMMUTATOR = OPERATOR(c_operators.===), NEGATOR = OPERATOR(c_operators.!==), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES);
CREATE OPERATOR c_operators.!== (LEFTARG = c_operators.point3, RIGHTARG = c_operators.point3, PROCEDURE = c_operators.differ, COMMUTATOR = OPERATOR(c_operators.!==), NEGATOR = OPERATOR(c_operators.===));
CREATE OPERATOR "c_operators Odd".+ (LEFTARG = c_operators.point3, RIGHTARG = integer, PROCEDURE = c_operators.plus);
CREATE OPERATOR c_operators.- (RIGHTARG = c_operators.point3, PROCEDURE = c_operators.minus);
CREATE OPERATOR c_operators.~@#%^&|`? (LEFTARG = integer, RIGHTARG = integer, PROCEDURE = int4pl);
COMMENT ON OPERATOR c_operators.<<< (c_operators.point3, c_operators.point3) IS 'comes before';
CREATE TABLE c_operators.points (p c_operators.point3, CHECK (p OPERATOR(c_operators.!==) ROW(0, 0, 0)::c_operators.point3));
INSERT INTO c_operators.points SELECT ROW(i, -i, 0)::c_operators.point3 FROM generate_series(1, 20) AS i;
CREATE VIEW c_operators.used AS SELECT p OPERATOR("c_operators Odd".+) 1 AS more, OPERATOR(c_operators.-) p AS less FROM c_operators.points WHERE p OPERATOR(c_operators.>>>) ROW(3, 0, 0)::c_operators.point3;
-- next -- superuser
-- Classes and families of operators.
CREATE FUNCTION c_operators.compare(a c_operators.point3, b c_operators.point3) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT CASE WHEN (a.x, a.y, a.z) < (b.x, b.y, b.z) THEN -1 WHEN (a.x, a.y, a.z) > (b.x, b.y, b.z) THEN 1 ELSE 0 END $$;
CREATE FUNCTION c_operators.le(a c_operators.point3, b c_operators.point3) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT (a.x, a.y, a.z) <= (b.x, b.y, b.z) $$;
CREATE FUNCTION c_operators.hash(a c_operators.point3) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT hashint4(a.x) # hashint4(a.y) # hashint4(a.z) $$;
CREATE OPERATOR c_operators.<<= (LEFTARG = c_operators.point3, RIGHTARG = c_operators.point3, PROCEDURE = c_operators.le);
CREATE OPERATOR CLASS c_operators.point3_ops FOR TYPE c_operators.point3 USING btree AS OPERATOR 1 c_operators.<<<, OPERATOR 2 c_operators.<<=, OPERATOR 3 c_operators.===, OPERATOR 4 c_operators.>>=, OPERATOR 5 c_operators.>>>, FUNCTION 1 c_operators.compare(c_operators.point3, c_operators.point3);
CREATE OPERATOR FAMILY c_operators."hash Family" USING hash;
CREATE OPERATOR CLASS c_operators.point3_hash_ops DEFAULT FOR TYPE c_operators.point3 USING hash FAMILY c_operators."hash Family" AS OPERATOR 1 c_operators.===, FUNCTION 1 c_operators.hash(c_operators.point3);
CREATE OPERATOR CLASS c_operators.array_items FOR TYPE integer[] USING gin AS OPERATOR 1 && (anyarray, anyarray), OPERATOR 2 @> (anyarray, anyarray), FUNCTION 1 btint4cmp(integer, integer), FUNCTION 2 ginarrayextract(anyarray, internal), FUNCTION 3 ginqueryarrayextract(anyarray, internal, smallint, internal, internal, internal, internal), FUNCTION 4 ginarrayconsistent(internal, smallint, anyarray, integer, internal, internal, internal, internal), STORAGE integer;
-- Operators across two types are members of the family alone.
CREATE OPERATOR FAMILY c_operators.numbers USING btree;
CREATE OPERATOR CLASS c_operators.int4_ops FOR TYPE integer USING btree FAMILY c_operators.numbers AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint4cmp(integer, integer);
CREATE OPERATOR CLASS c_operators.int8_ops FOR TYPE bigint USING btree FAMILY c_operators.numbers AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint8cmp(bigint, bigint);
ALTER OPERATOR FAMILY c_operators.numbers USING btree ADD OPERATOR 1 < (integer, bigint), OPERATOR 2 <= (integer, bigint), OPERATOR 3 = (integer, bigint), OPERATOR 4 >= (integer, bigint), OPERATOR 5 > (integer, bigint), FUNCTION 1 (integer, bigint) btint48cmp(integer, bigint);
CREATE OPERATOR FAMILY c_operators.empty USING gist;
COMMENT ON OPERATOR FAMILY c_operators.numbers USING btree IS 'a family';
COMMENT ON OPERATOR CLASS c_operators.point3_ops USING btree IS 'a class';
CREATE INDEX points_sorted ON c_operators.points (p c_operators.point3_ops);
CREATE INDEX points_hashed ON c_operators.points USING hash (p c_operators.point3_hash_ops);
CREATE TABLE c_operators.lists (l integer[], n integer);
CREATE INDEX lists_items ON c_operators.lists USING gin (l c_operators.array_items);
CREATE UNIQUE INDEX lists_n ON c_operators.lists (n c_operators.int4_ops DESC);
INSERT INTO c_operators.lists SELECT ARRAY[i, i + 1], i FROM generate_series(1, 20) AS i;
