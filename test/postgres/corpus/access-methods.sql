-- Access methods, and what is kept by them.
-- superuser
CREATE SCHEMA c_access;
CREATE ACCESS METHOD c_gist TYPE INDEX HANDLER gisthandler;
COMMENT ON ACCESS METHOD c_gist IS 'an access method';
-- next -- min: 11
CREATE OPERATOR CLASS c_access.box_ops DEFAULT FOR TYPE box USING c_gist AS OPERATOR 1 <<, OPERATOR 3 &&, OPERATOR 6 ~=, FUNCTION 1 gist_box_consistent(internal, box, smallint, oid, internal), FUNCTION 2 gist_box_union(internal, internal), FUNCTION 5 gist_box_penalty(internal, internal, internal), FUNCTION 6 gist_box_picksplit(internal, internal), FUNCTION 7 gist_box_same(box, box, internal);
CREATE TABLE c_access.boxes (b box);
INSERT INTO c_access.boxes SELECT box(point(i, i), point(i + 1, i + 1)) FROM generate_series(1, 50) AS i;
CREATE INDEX boxes_c_gist ON c_access.boxes USING c_gist (b);
-- next -- min: 12
CREATE ACCESS METHOD "c Heap" TYPE TABLE HANDLER heap_tableam_handler;
CREATE TABLE c_access.kept (a integer PRIMARY KEY, t text) USING "c Heap";
INSERT INTO c_access.kept SELECT i, repeat('t', i) FROM generate_series(1, 50) AS i;
CREATE MATERIALIZED VIEW c_access.kept_view USING "c Heap" AS SELECT a FROM c_access.kept;
CREATE TABLE c_access.plain (a integer);
INSERT INTO c_access.plain VALUES (1);
