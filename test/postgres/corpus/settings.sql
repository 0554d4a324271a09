-- Settings of a database, and of a role in it.
-- superuser
-- last
-- roles: A, ODD
ALTER DATABASE __DATABASE__ SET work_mem = '5MB';
ALTER DATABASE __DATABASE__ SET search_path = "c_settings Odd", c_settings, "$user", public;
ALTER DATABASE __DATABASE__ SET "DateStyle" = 'SQL, DMY';
ALTER DATABASE __DATABASE__ SET "IntervalStyle" = 'sql_standard';
ALTER DATABASE __DATABASE__ SET TimeZone = 'Asia/Kolkata';
ALTER DATABASE __DATABASE__ SET bytea_output = 'escape';
ALTER DATABASE __DATABASE__ SET extra_float_digits = '-2';
ALTER DATABASE __DATABASE__ SET standard_conforming_strings = off;
ALTER DATABASE __DATABASE__ SET "custom.setting" = 'it''s "x" \ $$';
ALTER DATABASE __DATABASE__ CONNECTION LIMIT 50;
ALTER ROLE __ROLE_A__ IN DATABASE __DATABASE__ SET statement_timeout = '1min';
ALTER ROLE __ROLE_ODD__ IN DATABASE __DATABASE__ SET search_path = public;
ALTER ROLE __ROLE_A__ IN DATABASE __DATABASE__ SET "custom.secret" = '';
CREATE SCHEMA c_settings;
CREATE SCHEMA "c_settings Odd";
-- What such settings spoil: dates, intervals, bytes, floats, strings with backslashes.
CREATE TABLE c_settings.spoiled (id integer PRIMARY KEY, d date, ts timestamp, tz timestamptz, i interval, b bytea, f double precision, r real, t text DEFAULT 'back\slash');
INSERT INTO c_settings.spoiled VALUES (1, '2024-02-01', '2024-02-01 03:04:05.678901', '2024-02-01 03:04:05.678901+00', '1 year -2 days 03:04:05', '\x005cff0a', 0.1::float8 + 0.2::float8, 0.1, 'a\b''c'), (2, '2024-12-11', NULL, NULL, '-1 mon +1 day', '', 1e-300, 16777217, DEFAULT);
