-- Transforms, and functions that use them.
-- superuser
CREATE SCHEMA c_transforms;
CREATE TRANSFORM FOR integer LANGUAGE sql (FROM SQL WITH FUNCTION prsd_lextype(internal), TO SQL WITH FUNCTION int4recv(internal));
CREATE TRANSFORM FOR bigint LANGUAGE sql (TO SQL WITH FUNCTION int8recv(internal));
COMMENT ON TRANSFORM FOR integer LANGUAGE sql IS 'a transform';
CREATE FUNCTION c_transforms.transformed(integer) RETURNS integer LANGUAGE sql TRANSFORM FOR TYPE integer AS 'SELECT $1';
CREATE TABLE c_transforms.t (a integer DEFAULT c_transforms.transformed(7));
INSERT INTO c_transforms.t DEFAULT VALUES;
