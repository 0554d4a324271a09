-- Event triggers: a superuser's. The first writes a row for each statement that comes after it.
-- superuser
-- last
CREATE SCHEMA c_event_triggers;
CREATE TABLE c_event_triggers.statements (n serial PRIMARY KEY, tag text);
CREATE FUNCTION c_event_triggers.note() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO c_event_triggers.statements (tag) VALUES (TG_TAG); END $$;
CREATE FUNCTION c_event_triggers.refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no statement may come through this event trigger'; END $$;
CREATE FUNCTION c_event_triggers.dropped() RETURNS event_trigger LANGUAGE plpgsql AS $$ DECLARE r record; BEGIN FOR r IN SELECT * FROM pg_event_trigger_dropped_objects() LOOP RAISE DEBUG '%', r.object_identity; END LOOP; END $$;
CREATE EVENT TRIGGER c_note ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'REFRESH MATERIALIZED VIEW', 'CREATE INDEX', 'ALTER TABLE', 'COMMENT') EXECUTE PROCEDURE c_event_triggers.note();
CREATE EVENT TRIGGER c_dropped ON sql_drop EXECUTE PROCEDURE c_event_triggers.dropped();
CREATE EVENT TRIGGER "c it's ""disabled""" ON ddl_command_start EXECUTE PROCEDURE c_event_triggers.refuse();
ALTER EVENT TRIGGER "c it's ""disabled""" DISABLE;
CREATE EVENT TRIGGER c_replica ON ddl_command_start WHEN TAG IN ('CREATE TABLE') EXECUTE PROCEDURE c_event_triggers.refuse();
ALTER EVENT TRIGGER c_replica ENABLE REPLICA;
CREATE EVENT TRIGGER c_rewrite ON table_rewrite EXECUTE PROCEDURE c_event_triggers.dropped();
ALTER EVENT TRIGGER c_rewrite ENABLE ALWAYS;
COMMENT ON EVENT TRIGGER c_note IS 'notes statements';
CREATE TABLE c_event_triggers.noted (a integer);
