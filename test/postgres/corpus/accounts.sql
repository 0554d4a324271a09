-- Roles: attributes, passwords, memberships, settings.
-- roles: A, B, C, D, ODD, SUPER
ALTER ROLE __ROLE_A__ LOGIN CREATEDB CREATEROLE CONNECTION LIMIT 3 VALID UNTIL '2040-01-01 00:00+00' PASSWORD 'secret of A: it''s "x" \';
ALTER ROLE __ROLE_B__ NOINHERIT NOLOGIN;
ALTER ROLE __ROLE_C__ LOGIN VALID UNTIL 'infinity' REPLICATION;
ALTER ROLE __ROLE_D__ BYPASSRLS;
ALTER ROLE __ROLE_SUPER__ SUPERUSER LOGIN PASSWORD 'secret of SUPER';
ALTER ROLE __ROLE_A__ SET work_mem = '6MB';
ALTER ROLE __ROLE_ODD__ SET search_path = "c_accounts Odd", public;
ALTER ROLE __ROLE_ODD__ SET "custom.setting" = 'it''s \';
COMMENT ON ROLE __ROLE_A__ IS 'it''s a role';
GRANT __ROLE_B__ TO __ROLE_A__ WITH ADMIN OPTION;
GRANT __ROLE_B__ TO __ROLE_ODD__;
GRANT __ROLE_ODD__ TO __ROLE_C__;
GRANT __ROLE_SUPER__ TO __ROLE_C__;
GRANT pg_read_all_settings TO __ROLE_A__;
CREATE SCHEMA "c_accounts Odd" AUTHORIZATION __ROLE_ODD__;
CREATE TABLE "c_accounts Odd".t (a integer);
INSERT INTO "c_accounts Odd".t VALUES (1);
CREATE TABLE "c_accounts Odd".of_super (a integer);
ALTER TABLE "c_accounts Odd".t OWNER TO __ROLE_A__;
ALTER TABLE "c_accounts Odd".of_super OWNER TO __ROLE_SUPER__;
GRANT SELECT ON "c_accounts Odd".of_super TO __ROLE_B__;
-- next -- min: 16
GRANT __ROLE_D__ TO __ROLE_B__ WITH INHERIT FALSE, SET TRUE;
GRANT __ROLE_D__ TO __ROLE_A__ WITH INHERIT TRUE, SET FALSE, ADMIN FALSE;
