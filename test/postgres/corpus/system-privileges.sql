-- Privileges on what every database has: the schema public, functions of the system, languages.
-- superuser
-- roles: A, B
GRANT CREATE ON SCHEMA public TO __ROLE_A__;
REVOKE EXECUTE ON FUNCTION pg_catalog.pg_sleep(double precision) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pg_catalog.pg_sleep(double precision) TO __ROLE_A__;
GRANT SELECT ON pg_catalog.pg_authid TO __ROLE_B__;
GRANT USAGE ON LANGUAGE plpgsql TO __ROLE_B__ WITH GRANT OPTION;
COMMENT ON SCHEMA public IS 'it''s the public schema';
GRANT CONNECT, CREATE ON DATABASE __DATABASE__ TO __ROLE_A__ WITH GRANT OPTION;
REVOKE TEMPORARY ON DATABASE __DATABASE__ FROM PUBLIC;
COMMENT ON DATABASE __DATABASE__ IS 'it''s a "database" \';
CREATE SCHEMA c_system_privileges;
CREATE TABLE c_system_privileges.t (a integer);
INSERT INTO c_system_privileges.t VALUES (1);
