-- What reaches outside of the database: left behind by default.
-- all
-- superuser
-- roles: A, ODD
CREATE SCHEMA c_foreign;
CREATE EXTENSION postgres_fdw WITH SCHEMA c_foreign;
CREATE EXTENSION file_fdw WITH SCHEMA c_foreign;
CREATE FOREIGN DATA WRAPPER c_dummy OPTIONS (debug 'it''s', "Odd key" 'x');
CREATE FOREIGN DATA WRAPPER c_own HANDLER c_foreign.file_fdw_handler VALIDATOR c_foreign.file_fdw_validator;
COMMENT ON FOREIGN DATA WRAPPER c_dummy IS 'a wrapper';
CREATE SERVER c_server TYPE 'a type' VERSION '1.2 "x"' FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '203.0.113.1', dbname 'it''s', port '5432');
CREATE SERVER "c Odd 'server'" FOREIGN DATA WRAPPER c_dummy;
COMMENT ON SERVER c_server IS 'a server';
CREATE USER MAPPING FOR PUBLIC SERVER c_server OPTIONS (user 'u', password 'SECRET-OF-PUBLIC');
CREATE USER MAPPING FOR __ROLE_A__ SERVER c_server OPTIONS (user 'it''s', password 'SECRET-OF-A ''quoted'' \');
CREATE USER MAPPING FOR __ROLE_ODD__ SERVER "c Odd 'server'" OPTIONS ("Odd secret" 'SECRET-OF-ODD');
CREATE FOREIGN TABLE c_foreign.remote (id integer OPTIONS (column_name 'Remote "id"') NOT NULL, t text COLLATE "C" DEFAULT 'x', CONSTRAINT positive CHECK (id > 0)) SERVER c_server OPTIONS (schema_name 'it''s', table_name 'x');
CREATE FOREIGN TABLE c_foreign.dummy (a integer) SERVER "c Odd 'server'";
COMMENT ON FOREIGN TABLE c_foreign.remote IS 'a foreign table';
COMMENT ON COLUMN c_foreign.remote.id IS 'a foreign column';
CREATE TABLE c_foreign.parted (id integer, part integer) PARTITION BY LIST (part);
CREATE TABLE c_foreign.parted_1 PARTITION OF c_foreign.parted FOR VALUES IN (1);
CREATE FOREIGN TABLE c_foreign.parted_2 PARTITION OF c_foreign.parted FOR VALUES IN (2) SERVER "c Odd 'server'";
INSERT INTO c_foreign.parted_1 VALUES (1, 1);
CREATE VIEW c_foreign.of_remote AS SELECT id FROM c_foreign.remote;
ALTER SERVER c_server OWNER TO postgres;
GRANT USAGE ON FOREIGN SERVER c_server TO __ROLE_A__;
GRANT USAGE ON FOREIGN DATA WRAPPER c_dummy TO __ROLE_ODD__ WITH GRANT OPTION;
GRANT SELECT, INSERT (id) ON c_foreign.remote TO __ROLE_A__;
