-- Casts without a function: a superuser's, and left behind by default.
-- all
-- superuser
CREATE SCHEMA c_binary_casts;
CREATE CAST (xid AS integer) WITHOUT FUNCTION;
CREATE TABLE c_binary_casts.t (x xid);
INSERT INTO c_binary_casts.t VALUES ('7'), (NULL);
CREATE VIEW c_binary_casts.uses AS SELECT x::integer AS n FROM c_binary_casts.t;
