-- Partitioned tables.
CREATE SCHEMA c_partitions;
CREATE TABLE c_partitions.by_range (id integer NOT NULL, at date NOT NULL, note text DEFAULT 'note') PARTITION BY RANGE (at);
CREATE TABLE c_partitions.by_range_2023 PARTITION OF c_partitions.by_range FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE c_partitions.by_range_2024 PARTITION OF c_partitions.by_range (note DEFAULT 'of 2024', CONSTRAINT small CHECK (id < 1000000)) FOR VALUES FROM ('2024-01-01') TO ('2025-01-01') WITH (fillfactor = 80);
CREATE TABLE c_partitions.by_range_old PARTITION OF c_partitions.by_range FOR VALUES FROM (MINVALUE) TO ('2023-01-01');
-- Attached, with its columns in another order, a dropped one, and rows.
CREATE TABLE c_partitions.by_range_2025 (note text, gone integer, at date NOT NULL, id integer NOT NULL);
ALTER TABLE c_partitions.by_range_2025 DROP COLUMN gone;
INSERT INTO c_partitions.by_range_2025 VALUES ('attached', '2025-06-01', 5000);
ALTER TABLE c_partitions.by_range ATTACH PARTITION c_partitions.by_range_2025 FOR VALUES FROM ('2025-01-01') TO (MAXVALUE);
INSERT INTO c_partitions.by_range SELECT i, '2022-06-01'::date + i, 'range ' || i FROM generate_series(1, 1000) AS i;
INSERT INTO c_partitions.by_range (id, at) VALUES (2000, '2024-05-05'), (2001, '2025-05-05');

CREATE TABLE c_partitions.by_list (kind text, n integer) PARTITION BY LIST (kind);
CREATE TABLE c_partitions.by_list_a PARTITION OF c_partitions.by_list FOR VALUES IN ('a', 'it''s', '\');
CREATE TABLE c_partitions.by_list_null PARTITION OF c_partitions.by_list FOR VALUES IN (NULL);
-- Partitioned again, by an expression and with a collation, in another schema.
CREATE SCHEMA "c_partitions sub";
CREATE TABLE "c_partitions sub"."list B" PARTITION OF c_partitions.by_list FOR VALUES IN ('b', 'c') PARTITION BY RANGE ((n % 10), kind COLLATE "C");
CREATE TABLE "c_partitions sub"."list B low" PARTITION OF "c_partitions sub"."list B" FOR VALUES FROM (MINVALUE, MINVALUE) TO (5, MINVALUE);
CREATE TABLE "c_partitions sub"."list B high" PARTITION OF "c_partitions sub"."list B" FOR VALUES FROM (5, MINVALUE) TO (MAXVALUE, MAXVALUE);
CREATE TABLE "c_partitions sub".empty PARTITION OF c_partitions.by_list FOR VALUES IN ('none');
INSERT INTO c_partitions.by_list SELECT (ARRAY['a', 'b', 'c', 'it''s', NULL])[1 + i % 5], i FROM generate_series(1, 500) AS i;
CREATE TABLE c_partitions.no_partitions (a integer) PARTITION BY LIST (a);
CREATE TABLE c_partitions.detached PARTITION OF c_partitions.no_partitions FOR VALUES IN (1);
INSERT INTO c_partitions.no_partitions VALUES (1);
ALTER TABLE c_partitions.no_partitions DETACH PARTITION c_partitions.detached;
CREATE VIEW c_partitions.counted AS SELECT tableoid::regclass AS partition, count(*) AS rows FROM c_partitions.by_list GROUP BY tableoid;
-- next -- min: 11
CREATE TABLE c_partitions.by_hash (id integer PRIMARY KEY, t text) PARTITION BY HASH (id);
CREATE TABLE c_partitions.by_hash_0 PARTITION OF c_partitions.by_hash FOR VALUES WITH (MODULUS 3, REMAINDER 0);
CREATE TABLE c_partitions.by_hash_1 PARTITION OF c_partitions.by_hash FOR VALUES WITH (MODULUS 3, REMAINDER 1);
CREATE TABLE c_partitions.by_hash_2 PARTITION OF c_partitions.by_hash FOR VALUES WITH (MODULUS 3, REMAINDER 2);
INSERT INTO c_partitions.by_hash SELECT i, md5(i::text) FROM generate_series(1, 500) AS i;
CREATE TYPE c_partitions.color AS ENUM ('red', 'green', 'blue');
-- The hash of an enum is made from OIDs: a row may belong elsewhere at the destination.
CREATE TABLE c_partitions.by_enum_hash (c c_partitions.color, n integer) PARTITION BY HASH (c);
CREATE TABLE c_partitions.by_enum_hash_0 PARTITION OF c_partitions.by_enum_hash FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE c_partitions.by_enum_hash_1 PARTITION OF c_partitions.by_enum_hash FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO c_partitions.by_enum_hash SELECT (ARRAY['red', 'green', 'blue'])[1 + i % 3]::c_partitions.color, i FROM generate_series(1, 30) AS i;
CREATE TABLE c_partitions.with_default (id integer, region text) PARTITION BY LIST (region);
CREATE TABLE c_partitions.with_default_eu PARTITION OF c_partitions.with_default FOR VALUES IN ('eu');
CREATE TABLE c_partitions.with_default_rest PARTITION OF c_partitions.with_default DEFAULT;
INSERT INTO c_partitions.with_default SELECT i, (ARRAY['eu', 'us', 'asia', NULL])[1 + i % 4] FROM generate_series(1, 100) AS i;
CREATE INDEX by_range_note ON c_partitions.by_range (note);
CREATE INDEX own_of_2024 ON c_partitions.by_range_2024 (id);
CREATE UNIQUE INDEX by_range_unique ON c_partitions.by_range (at, id);
ALTER TABLE c_partitions.with_default ADD CONSTRAINT region_key UNIQUE (region, id);
-- An index on the parent alone, of which one partition has its part.
CREATE INDEX invalid_parent ON ONLY c_partitions.with_default (id);
CREATE INDEX its_part ON c_partitions.with_default_eu (id);
ALTER INDEX c_partitions.invalid_parent ATTACH PARTITION c_partitions.its_part;
CREATE TABLE c_partitions.target (id integer PRIMARY KEY);
INSERT INTO c_partitions.target SELECT i FROM generate_series(1, 100) AS i;
ALTER TABLE c_partitions.with_default ADD CONSTRAINT to_target FOREIGN KEY (id) REFERENCES c_partitions.target;
CREATE FUNCTION c_partitions.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER after_row AFTER INSERT OR UPDATE ON c_partitions.by_hash FOR EACH ROW EXECUTE PROCEDURE c_partitions.touch();
CREATE TRIGGER on_partition AFTER DELETE ON c_partitions.by_hash_1 FOR EACH ROW EXECUTE PROCEDURE c_partitions.touch();
CREATE TRIGGER statement AFTER DELETE ON c_partitions.by_hash FOR EACH STATEMENT EXECUTE PROCEDURE c_partitions.touch();
-- next -- min: 12
CREATE TABLE c_partitions.referrer (id integer PRIMARY KEY, hash integer CONSTRAINT to_hash REFERENCES c_partitions.by_hash ON DELETE CASCADE);
INSERT INTO c_partitions.referrer SELECT i, i * 2 FROM generate_series(1, 100) AS i;
CREATE TABLE c_partitions.self (id integer, part integer, parent_id integer, parent_part integer, PRIMARY KEY (id, part), CONSTRAINT to_self FOREIGN KEY (parent_id, parent_part) REFERENCES c_partitions.self) PARTITION BY LIST (part);
CREATE TABLE c_partitions.self_1 PARTITION OF c_partitions.self FOR VALUES IN (1);
CREATE TABLE c_partitions.self_2 PARTITION OF c_partitions.self FOR VALUES IN (2);
INSERT INTO c_partitions.self VALUES (1, 1, 2, 2), (2, 2, 1, 1), (3, 1, NULL, NULL);
CREATE TABLE c_partitions.generated (id integer GENERATED BY DEFAULT AS IDENTITY, a integer, twice integer GENERATED ALWAYS AS (a * 2) STORED) PARTITION BY RANGE (a);
CREATE TABLE c_partitions.generated_low PARTITION OF c_partitions.generated FOR VALUES FROM (0) TO (50);
CREATE TABLE c_partitions.generated_high PARTITION OF c_partitions.generated FOR VALUES FROM (50) TO (100);
INSERT INTO c_partitions.generated (id, a) SELECT i, i FROM generate_series(0, 99) AS i;
-- next -- min: 13
CREATE FUNCTION c_partitions.stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.t := 'stamped'; RETURN NEW; END $$;
CREATE TRIGGER before_row BEFORE UPDATE ON c_partitions.by_hash FOR EACH ROW WHEN (OLD.t IS DISTINCT FROM NEW.t) EXECUTE FUNCTION c_partitions.stamp();
