-- Publications and subscriptions: left behind by default.
-- all
-- superuser
CREATE SCHEMA c_replication;
CREATE TABLE c_replication.a (id integer PRIMARY KEY, t text);
CREATE TABLE c_replication."b B" (id integer PRIMARY KEY, t text, n integer);
INSERT INTO c_replication.a VALUES (1, 'a');
INSERT INTO c_replication."b B" VALUES (1, 'b', 2);
CREATE PUBLICATION c_all FOR ALL TABLES;
CREATE PUBLICATION c_some FOR TABLE c_replication.a, ONLY c_replication."b B" WITH (publish = 'insert, delete');
CREATE PUBLICATION "c Odd 'empty'";
COMMENT ON PUBLICATION c_some IS 'it''s a publication';
CREATE SUBSCRIPTION c_subscribed CONNECTION 'host=203.0.113.1 dbname=''a b'' user=u password=SECRET-OF-SUBSCRIPTION' PUBLICATION p1, "p ""2""" WITH (connect = false, slot_name = 'c_slot', synchronous_commit = 'local');
CREATE SUBSCRIPTION "c no Slot" CONNECTION 'host=203.0.113.1' PUBLICATION p WITH (connect = false, slot_name = NONE);
COMMENT ON SUBSCRIPTION c_subscribed IS 'a subscription';
-- next -- min: 13
CREATE PUBLICATION c_by_root FOR TABLE c_replication.a WITH (publish_via_partition_root = true);
-- next -- min: 15
CREATE PUBLICATION c_filtered FOR TABLE c_replication."b B" (id, n) WHERE (n > 1 AND id <> 7), c_replication.a WHERE (id > 0);
CREATE PUBLICATION c_of_schema FOR TABLES IN SCHEMA c_replication;
