-- Every type of field, with the values that are hard to carry.
CREATE SCHEMA c_types;

CREATE TABLE c_types.numbers (
  id integer PRIMARY KEY, s smallint, i integer, b bigint, n numeric, n10 numeric(10, 2), n0 numeric(38, 0), r real, d double precision, m money
);
INSERT INTO c_types.numbers VALUES
  (1, 0, 0, 0, 0, 0, 0, 0, 0, 0),
  (2, -32768, -2147483648, -9223372036854775808, -1e-500, -99999999.99, -99999999999999999999999999999999999999, -3.4028235e38, -1.7976931348623157e308, '-92233720368547758.08'),
  (3, 32767, 2147483647, 9223372036854775807, 1e1000 + 1, 99999999.99, 99999999999999999999999999999999999999, 3.4028235e38, 1.7976931348623157e308, '92233720368547758.07'),
  (4, NULL, NULL, NULL, 'NaN', NULL, NULL, 'NaN', 'NaN', NULL),
  (5, 1, 1, 1, 1.100, 1.10, 1, 'Infinity', 'Infinity', 1.1),
  (6, 1, 1, 1, 0.0000, 1.10, 1, '-Infinity', '-Infinity', 0.01),
  (7, 1, 1, 1, 123456789012345678901234567890.123456789012345678901234567890, 0.1, 1, 0.1, 0.1, 1234567.89),
  (8, 1, 1, 1, 1e-20, 0.1, 1, 1e-45, 5e-324, 3),
  (9, 1, 1, 1, 1, 0.1, 1, '-0', '-0', 3),
  (10, 1, 1, 1, 1, 0.1, 1, 0.3, 0.1::float8 + 0.2::float8, 3);

CREATE TABLE c_types.texts (id integer PRIMARY KEY, c1 char, c5 char(5), bp bpchar, v varchar, v5 varchar(5), t text, n name, q "char");
INSERT INTO c_types.texts VALUES
  (1, '', '', '', '', '', '', '', ''),
  (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (3, ' ', 'a', 'a ', ' a ', '  ', '  ', ' ', ' '),
  (4, '\', '\N', '\N', '\N', '\N', '\N', '\N', '\'),
  (5, '.', '\.', '\.', '\.', '\.', '\.', '\.', '.'),
  (6, E'\t', E'\t\n\r', E'a\tb', E'a\nb', E'\r\n', E'\b\f\n\r\t\x0b', E'\t', E'\t'),
  (7, '''', '"''"', '$$', '\\', '\n', 'it''s "quoted" \ \\ \t $$ $1 :x %s', 'x', ''''),
  (8, 'é', '🐘🐘🐘🐘🐘', '🐘', '🐘', '🐘🐘🐘🐘🐘', chr(1) || chr(31) || chr(127) || chr(128) || chr(8232) || chr(1114111), 'é', 'z'),
  (9, 'x', 'x', 'x', 'NULL', 'null', E'line\n\\.\nline', 'null', 'x'),
  (10, 'x', 'x', 'x', repeat('x', 10000), 'x', repeat('toast this ', 100000), 'x', 'x'),
  (11, 'x', 'x', 'x', 'x', 'x', (SELECT string_agg(md5(i::text), '' ORDER BY i) FROM generate_series(1, 20000) AS i), 'x', 'x');

CREATE TABLE c_types.bytes (id integer PRIMARY KEY, b bytea);
INSERT INTO c_types.bytes VALUES (1, ''), (2, NULL), (3, '\x00'), (4, '\x005c2e0a5c4e0d0a09ff'), (5, decode(repeat('00ff5c', 100000), 'hex')), (6, (SELECT string_agg(decode(md5(i::text), 'hex'), '' ORDER BY i) FROM generate_series(1, 20000) AS i));

CREATE TABLE c_types.times (
  id integer PRIMARY KEY, d date, t time, t3 time(3), tz timetz, ts timestamp, ts0 timestamp(0), tstz timestamptz, i interval, iy interval year to month, i2 interval second(2)
);
INSERT INTO c_types.times VALUES
  (1, '2024-02-01', '00:00', '00:00', '00:00+00', '2024-02-01 03:04:05.000001', '2024-02-01', '2024-02-01 03:04:05.000001+05:30', '1 year 2 months -3 days 04:05:06.000007', '1 year 2 months', '1.25 seconds'),
  (2, 'infinity', '24:00', '23:59:59.999', '24:00-15:59', 'infinity', 'infinity', 'infinity', '-1 year -2 months +3 days -04:05:06', '-1 month', '-1.25 seconds'),
  (3, '-infinity', '23:59:59.999999', '12:00', '23:59:59.999999+15:59', '-infinity', '-infinity', '-infinity', '0', '0', '0'),
  (4, '4713-01-01 BC', '12:00', '12:00', '12:00:00+01:02:03', '4713-01-01 00:00:00 BC', '0001-01-01 BC', '4713-01-02 00:00:00+00 BC', '178000000 years', '178000000 years', '1 day'),
  (5, '5874897-12-31', '12:00', '12:00', '12:00', '294276-12-31 23:59:59.999999', '294276-12-31', '294276-12-31 23:59:59.999999+00', '-178000000 years', '1 year', '1 second'),
  (6, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (7, '1900-01-01', '12:00', '12:00', '12:00', '1900-01-01', '1900-01-01', '1900-01-01 00:00:00 Europe/Amsterdam', '1 mon -1 day', '1 year', '1 second'),
  (8, '2024-10-27', '02:30', '02:30', '02:30+02', '2024-10-27 02:30', '2024-10-27 02:30', '2024-10-27 02:30:00+02', '25:00', '1 year', '61 seconds');

CREATE TYPE c_types.mood AS ENUM ('sad', 'ok', 'happy');
CREATE TABLE c_types.small (id integer PRIMARY KEY, b boolean, e c_types.mood, u uuid, bi bit(5), b1 bit, vb varbit, vb8 varbit(8));
INSERT INTO c_types.small VALUES
  (1, true, 'sad', '00000000-0000-0000-0000-000000000000', B'10101', B'1', B'', B''),
  (2, false, 'happy', 'ffffffff-ffff-ffff-ffff-ffffffffffff', B'00000', B'0', repeat('10', 500)::varbit, B'11111111'),
  (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL);

CREATE TABLE c_types.shapes (id integer PRIMARY KEY, p point, l line, s lseg, b box, o path, c path, g polygon, r circle);
INSERT INTO c_types.shapes VALUES
  (1, '(0,0)', '{1,2,3}', '[(0,0),(1,1)]', '(1,1),(0,0)', '[(0,0),(1,1),(2,0)]', '((0,0),(1,1),(2,0))', '((0,0),(1,1),(2,0))', '<(0,0),1>'),
  (2, '(1e300,-1e-300)', '{0.1,-1,0.3}', '[(0.1,0.2),(0.3,0.7)]', '(0.1,0.2),(0.3,0.7)', '[(0.1,0.2)]', '((0.1,0.2))', '((0.1,0.2))', '<(0.1,0.2),0.3>'),
  (3, '(NaN,Infinity)', NULL, NULL, NULL, NULL, NULL, NULL, NULL);

CREATE TABLE c_types.networks (id integer PRIMARY KEY, i inet, c cidr, m macaddr, m8 macaddr8);
INSERT INTO c_types.networks VALUES
  (1, '192.168.1.5', '192.168.0.0/16', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05'),
  (2, '192.168.1.5/24', '0.0.0.0/0', 'ff:ff:ff:ff:ff:ff', 'ff:ff:ff:ff:ff:ff:ff:ff'),
  (3, '::1', '2001:db8::/32', NULL, NULL),
  (4, '2001:db8::1/64', '::ffff:1.2.3.4/128', NULL, NULL);

CREATE TABLE c_types.searches (id integer PRIMARY KEY, v tsvector, q tsquery);
INSERT INTO c_types.searches VALUES
  (1, '', ''), (2, NULL, NULL), (3, 'a:1A b:2B,3C c', 'a & !b | c:AB*'), (4, '''it''''s'' ''back\\\\slash'':5', '''it''''s'' <-> ''x y'' <3> z'),
  (5, to_tsvector('pg_catalog.english', 'The fat cats sat on the mats'), to_tsquery('pg_catalog.english', 'cats <-> sat'));

CREATE TABLE c_types.documents (id integer PRIMARY KEY, j json, b jsonb, x xml);
INSERT INTO c_types.documents VALUES
  (1, ' { "b" : 1, "a":2 , "a" : 3 } ', ' { "b" : 1, "a":2 , "a" : 3 } ', '<a b="1"/>'),
  (2, 'null', 'null', 'just text'),
  (3, NULL, NULL, NULL),
  (4, '"\u00e9\ud83d\udc18 \\N \\. \t \" \/"', '"\u00e9\ud83d\udc18 \\N \\. \t \" \/"', E'<?xml version="1.0"?>\n<a>\n  &lt;&amp; <![CDATA[<>]]> 🐘 <!-- x --></a>'),
  (5, '[1e400, 0.10, -0, 12345678901234567890, [], {}]', '[1e400, 0.10, -0, 12345678901234567890, [], {}]', ''),
  (6, E'[1,\n\t2]', E'[1,\n\t2]', '<a/><b/>');

CREATE TYPE c_types.pair AS (a integer, b text);
CREATE TYPE c_types.nest AS (p c_types.pair, ps c_types.pair[], m c_types.mood);
CREATE TABLE c_types.composites (id integer PRIMARY KEY, p c_types.pair, ps c_types.pair[], n c_types.nest, r c_types.small);
INSERT INTO c_types.composites VALUES
  (1, '(1,a)', '{"(1,a)","(,)",NULL}', ROW(ROW(1, 'x,y "z" \ '), ARRAY[ROW(1, NULL)::c_types.pair, ROW(2, '')::c_types.pair], 'ok'), (SELECT s FROM c_types.small AS s WHERE id = 1)),
  (2, '(,)', '{}', '(,,)', NULL),
  (3, NULL, NULL, NULL, NULL),
  (4, ROW(NULL, ''), ARRAY[ROW(1, '(){},"\')::c_types.pair], NULL, (SELECT s FROM c_types.small AS s WHERE id = 2));

CREATE TABLE c_types.arrays (id integer PRIMARY KEY, i integer[], t text[], b bytea[], d timestamptz[], n numeric[], j jsonb[], e c_types.mood[], f float8[], p point[], bx box[], c5 char(5)[], three integer[3][3]);
INSERT INTO c_types.arrays VALUES
  (1, '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}'),
  (2, '{1,NULL,3}', '{"",NULL,"NULL","a,b","{}","\"","\\"," "}', '{"\\x00","\\x5c4e"}', '{infinity,2024-02-01 00:00:00+00,NULL}', '{NaN,1.10,NULL}', '{"{\"a\": \"x,y\"}",null,NULL}', '{sad,NULL}', '{0.1,NaN,-Infinity,0.30000000000000004}', '{"(1,2)","(3,4)"}', '{(1,1),(0,0);(2,2),(1,1)}', '{a,b}', '{{1,2},{3,4}}'),
  (3, '{{1,2},{3,NULL}}', '{{a,b},{c,d}}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{{{1}},{{2}}}'),
  (4, '[0:2]={1,2,3}', '[-1:0]={a,b}', NULL, NULL, NULL, NULL, '[5:5]={ok}', NULL, NULL, NULL, NULL, '[2:3][-1:0]={{1,2},{3,4}}'),
  (5, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);

CREATE TABLE c_types.ranges (id integer PRIMARY KEY, i int4range, b int8range, n numrange, ts tsrange, tz tstzrange, d daterange, ia int4range[]);
INSERT INTO c_types.ranges VALUES
  (1, 'empty', 'empty', 'empty', 'empty', 'empty', 'empty', '{}'),
  (2, '[1,5)', '(,5]', '[1.10,2.5]', '(2024-01-01,infinity]', '[2024-01-01 00:00+02,)', '(,)', '{empty,"[1,2)",NULL}'),
  (3, '(,)', '[1,1]', '(0.1,NaN]', '[-infinity,infinity)', '(,)', '[2024-02-01,2024-02-29]', NULL),
  (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL);

CREATE DOMAIN c_types.positive AS integer CHECK (VALUE > 0);
CREATE DOMAIN c_types.short AS varchar(5) NOT NULL DEFAULT 'none';
CREATE DOMAIN c_types.numbers_list AS integer[] CHECK (array_length(VALUE, 1) <= 3);
CREATE TABLE c_types.domains (id integer PRIMARY KEY, p c_types.positive, s c_types.short, l c_types.numbers_list);
INSERT INTO c_types.domains VALUES (1, 1, 'a', '{1,2}'), (2, NULL, '', '{}'), (3, NULL, DEFAULT, NULL);

CREATE TABLE c_types.identifiers (id integer PRIMARY KEY, o oid, x xid, c cid, t tid, l pg_lsn, rt regtype, rc regclass, ro regoper, rop regoperator, rp regproc, rpr regprocedure, rn regnamespace, rcfg regconfig, rd regdictionary, ov oidvector, iv int2vector, sn txid_snapshot, ti refcursor);
INSERT INTO c_types.identifiers VALUES
  (1, 0, '0', '0', '(0,0)', '0/0', 'integer', 'pg_class', NULL, '+(integer,integer)', NULL, 'lower(text)', 'pg_catalog', 'english', 'simple', '1 2 3', '1 2', '10:20:10,14,15', 'x'),
  (2, 4294967295, '4294967295', '4294967295', '(4294967295,65535)', 'FFFFFFFF/FFFFFFFF', NULL, 'c_types.identifiers', NULL, NULL, NULL, NULL, 'c_types', NULL, NULL, '', '', NULL, ''),
  (3, NULL, NULL, NULL, NULL, NULL, 'c_types.mood', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);

CREATE TABLE c_types.no_columns ();
INSERT INTO c_types.no_columns DEFAULT VALUES;
INSERT INTO c_types.no_columns DEFAULT VALUES;
CREATE TABLE c_types.no_rows (a integer);
CREATE TABLE c_types.same_rows (a integer, b text);
INSERT INTO c_types.same_rows SELECT 1, 'same' FROM generate_series(1, 100);
-- next -- min: 11
CREATE TABLE c_types.domain_arrays (p c_types.positive[], l c_types.numbers_list[]);
INSERT INTO c_types.domain_arrays VALUES ('{1,NULL}', NULL), ('{}', '{}'), (NULL, '{"{1,2}",NULL}');
-- next -- min: 12
CREATE TABLE c_types.paths (id integer PRIMARY KEY, p jsonpath);
INSERT INTO c_types.paths VALUES (1, '$'), (2, 'strict $.a[*] ? (@.b > 1 && @."c d" like_regex "^x\\." flag "i")'), (3, NULL);
-- next -- min: 13
CREATE TABLE c_types.transactions (id integer PRIMARY KEY, x xid8, s pg_snapshot, c regcollation);
INSERT INTO c_types.transactions VALUES (1, '18446744073709551615', '10:20:10,14,15', '"C"'), (2, '0', NULL, NULL);
-- next -- min: 14
CREATE TABLE c_types.multiranges (id integer PRIMARY KEY, i int4multirange, n nummultirange, d datemultirange, tz tstzmultirange, num numeric);
INSERT INTO c_types.multiranges VALUES
  (1, '{}', '{}', '{}', '{}', 'Infinity'),
  (2, '{[1,3),[5,9)}', '{(,1.10),[2,NaN]}', '{[2024-01-01,2024-02-01),[infinity,)}', '{[2024-01-01 00:00+02,)}', '-Infinity'),
  (3, NULL, NULL, NULL, NULL, NULL);
-- next -- min: 15
CREATE TABLE c_types.scales (id integer PRIMARY KEY, minus numeric(3, -2), many numeric(3, 5));
INSERT INTO c_types.scales VALUES (1, 12300, 0.00123), (2, -99900, -0.00999);
-- next -- min: 16
CREATE TABLE c_types.high_chars (c "char");
INSERT INTO c_types.high_chars VALUES ('\377'), ('\200'), ('\'), ('');
-- next -- min: 17
CREATE TABLE c_types.infinite (id integer PRIMARY KEY, i interval);
INSERT INTO c_types.infinite VALUES (1, 'infinity'), (2, '-infinity');
