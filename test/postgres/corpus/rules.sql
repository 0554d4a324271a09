-- Rules.
CREATE SCHEMA c_rules;
CREATE TABLE c_rules.notes (id integer PRIMARY KEY, t text);
CREATE TABLE c_rules.log (what text, id integer, t text);
CREATE VIEW c_rules.shown AS SELECT id, t FROM c_rules.notes WHERE id > 0;
CREATE RULE insert_shown AS ON INSERT TO c_rules.shown DO INSTEAD INSERT INTO c_rules.notes (id, t) VALUES (NEW.id, NEW.t) RETURNING id, t;
CREATE RULE update_shown AS ON UPDATE TO c_rules.shown DO INSTEAD (UPDATE c_rules.notes SET t = NEW.t WHERE id = OLD.id; INSERT INTO c_rules.log VALUES ('update; it''s', OLD.id, NEW.t));
CREATE RULE delete_shown AS ON DELETE TO c_rules.shown WHERE OLD.id = 1 DO INSTEAD NOTHING;
CREATE RULE delete_else AS ON DELETE TO c_rules.shown DO INSTEAD DELETE FROM c_rules.notes WHERE id = OLD.id;
INSERT INTO c_rules.shown VALUES (1, 'one'), (2, 'two');
UPDATE c_rules.shown SET t = 'second' WHERE id = 2;
-- Each of these would change rows that are inserted; COPY passes rules by.
CREATE RULE log_insert AS ON INSERT TO c_rules.notes DO ALSO INSERT INTO c_rules.log VALUES ('insert', NEW.id, NEW.t);
CREATE RULE "disabled ""rule""" AS ON UPDATE TO c_rules.notes DO INSTEAD NOTHING;
ALTER TABLE c_rules.notes DISABLE RULE "disabled ""rule""";
CREATE RULE always AS ON DELETE TO c_rules.notes WHERE OLD.t = 'kept' DO INSTEAD NOTHING;
ALTER TABLE c_rules.notes ENABLE ALWAYS RULE always;
CREATE RULE replica AS ON DELETE TO c_rules.log DO ALSO NOTIFY "a channel", 'it''s';
ALTER TABLE c_rules.log ENABLE REPLICA RULE replica;
CREATE TABLE c_rules.sink (a integer);
CREATE RULE nothing AS ON INSERT TO c_rules.sink DO INSTEAD NOTHING;
COMMENT ON RULE nothing ON c_rules.sink IS 'swallows';
