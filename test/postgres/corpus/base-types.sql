-- Base types: a superuser's, made of functions written in C, and left behind by default with all that uses them.
-- all
-- superuser
CREATE SCHEMA c_base_types;
CREATE TYPE c_base_types.never_defined;
CREATE TYPE c_base_types.number;
CREATE FUNCTION c_base_types.number_in(cstring) RETURNS c_base_types.number LANGUAGE internal IMMUTABLE STRICT AS 'int4in';
CREATE FUNCTION c_base_types.number_out(c_base_types.number) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';
CREATE FUNCTION c_base_types.number_recv(internal) RETURNS c_base_types.number LANGUAGE internal IMMUTABLE STRICT AS 'int4recv';
CREATE FUNCTION c_base_types.number_send(c_base_types.number) RETURNS bytea LANGUAGE internal IMMUTABLE STRICT AS 'int4send';
CREATE TYPE c_base_types.number (INPUT = c_base_types.number_in, OUTPUT = c_base_types.number_out, RECEIVE = c_base_types.number_recv, SEND = c_base_types.number_send, INTERNALLENGTH = 4, PASSEDBYVALUE, ALIGNMENT = int4, STORAGE = plain, CATEGORY = 'N', PREFERRED = false, DEFAULT = '42', DELIMITER = ';', COLLATABLE = false);
CREATE TYPE c_base_types.words;
CREATE FUNCTION c_base_types.words_in(cstring) RETURNS c_base_types.words LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION c_base_types.words_out(c_base_types.words) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE TYPE c_base_types.words (INPUT = c_base_types.words_in, OUTPUT = c_base_types.words_out, LIKE = text);
COMMENT ON TYPE c_base_types.number IS 'a base type';
CREATE TABLE c_base_types.holders (n c_base_types.number, ns c_base_types.number[], w c_base_types.words);
INSERT INTO c_base_types.holders VALUES (DEFAULT, '{1;2}', 'text'), ('7', NULL, 'it''s \N "x"');
