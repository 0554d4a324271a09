-- Large objects.
-- roles: A, B
CREATE SCHEMA c_large;
SELECT lo_create(700001), lo_create(700002), lo_create(700003), lo_create(4294967294);
SELECT lo_put(700001, 0, '\x00ff5c0a'), lo_put(700003, 0, decode(repeat('00112233445566778899aabbccddeeff', 30000), 'hex')), lo_put(4294967294, 3000000, '\x656e64');
ALTER LARGE OBJECT 700001 OWNER TO __ROLE_A__;
GRANT SELECT ON LARGE OBJECT 700001 TO __ROLE_B__ WITH GRANT OPTION;
GRANT SELECT, UPDATE ON LARGE OBJECT 700003 TO PUBLIC;
COMMENT ON LARGE OBJECT 700001 IS 'it''s large';
CREATE TABLE c_large.images (name text, content oid);
INSERT INTO c_large.images VALUES ('one', 700001), ('empty', 700002), ('big', 700003), ('hole', 4294967294), ('gone', 123);
