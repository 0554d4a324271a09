-- Policies and row security.
-- roles: A, B, ODD
CREATE SCHEMA c_security;
CREATE TABLE c_security.allowed (id integer, who name);
INSERT INTO c_security.allowed VALUES (1, 'somebody');
CREATE TABLE c_security.docs (id integer PRIMARY KEY, owner name, secret boolean, t text);
INSERT INTO c_security.docs SELECT i, CASE WHEN i % 2 = 0 THEN 'nobody' ELSE 'somebody' END, i % 3 = 0, 'doc ' || i FROM generate_series(1, 50) AS i;
ALTER TABLE c_security.docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY for_all ON c_security.docs USING (owner = CURRENT_USER) WITH CHECK (owner = CURRENT_USER AND t <> 'it''s');
CREATE POLICY select_some ON c_security.docs AS PERMISSIVE FOR SELECT TO __ROLE_A__, __ROLE_ODD__ USING (NOT secret);
CREATE POLICY insert_some ON c_security.docs FOR INSERT TO __ROLE_B__ WITH CHECK (id > 0);
CREATE POLICY "update 'some'" ON c_security.docs FOR UPDATE TO PUBLIC USING (id > 1) WITH CHECK (id > 2);
CREATE POLICY delete_none ON c_security.docs AS RESTRICTIVE FOR DELETE USING (false);
CREATE POLICY by_query ON c_security.docs AS RESTRICTIVE TO __ROLE_A__ USING (EXISTS (SELECT 1 FROM c_security.allowed AS a WHERE a.id = docs.id AND a.who = CURRENT_USER));
CREATE TABLE c_security.forced (id integer, t text);
INSERT INTO c_security.forced VALUES (1, 'seen by nobody but a superuser');
ALTER TABLE c_security.forced ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE TABLE c_security.only_forced (id integer);
INSERT INTO c_security.only_forced VALUES (1);
ALTER TABLE c_security.only_forced FORCE ROW LEVEL SECURITY;
CREATE TABLE c_security.policy_only (id integer);
INSERT INTO c_security.policy_only VALUES (1);
CREATE POLICY not_used ON c_security.policy_only USING (false);
COMMENT ON POLICY for_all ON c_security.docs IS 'it''s a policy';
ALTER TABLE c_security.docs OWNER TO __ROLE_A__;
GRANT USAGE ON SCHEMA c_security TO PUBLIC;
GRANT SELECT ON c_security.docs TO PUBLIC;
