/**
 * Two schemas with every kind of object that names another one: views, defaults, foreign keys, policies,
 * rules, triggers, constants of type regclass, partitions, inheritance, functions of every language.
 *
 * @param role is at both ends
 */
export function shopSchema(role: string): string {
  return `
  CREATE SCHEMA sales; CREATE SCHEMA stock;
  CREATE TYPE sales.mood AS ENUM ('sad', 'happy'); CREATE DOMAIN sales.amount AS numeric(10, 2) CHECK (VALUE >= 0); CREATE TYPE sales.pair AS (a int, b sales.mood);
  CREATE COLLATION sales.plain FROM "C"; CREATE SEQUENCE sales.numbers;
  CREATE TABLE sales.customers (id serial PRIMARY KEY, name text NOT NULL COLLATE sales.plain, mood sales.mood DEFAULT 'happy', twice sales.pair, UNIQUE (name),
    number int DEFAULT nextval('sales.numbers'), CHECK (id > 0), CHECK (tableoid <> 'sales.numbers'::regclass));
  CREATE TABLE stock.items (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, price sales.amount, half numeric GENERATED ALWAYS AS (price / 2) STORED, EXCLUDE USING btree (price WITH =));
  CREATE TABLE sales.orders (id int, customer int NOT NULL REFERENCES sales.customers ON DELETE CASCADE, item bigint REFERENCES stock.items, day date NOT NULL, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
  CREATE TABLE sales.orders_2023 PARTITION OF sales.orders FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
  CREATE TABLE sales.orders_2024 PARTITION OF sales.orders FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
  CREATE INDEX orders_by_customer ON sales.orders (customer); CREATE INDEX "größe und länge der bestellungen nach kunde und tag, sehr lang" ON sales.orders_2023 (customer, day);
  CREATE TABLE sales.vip (discount int CHECK (discount < 100)) INHERITS (sales.customers);
  ALTER TABLE sales.customers ADD CONSTRAINT short CHECK (length(name) < 100) NOT VALID;
  CREATE UNLOGGED TABLE stock.old_places (id int PRIMARY KEY, item bigint REFERENCES stock.items); CREATE INDEX old_places_item ON stock.old_places (item) WHERE item IS NOT NULL;
  CREATE VIEW sales.totals AS SELECT c.name, count(*) AS orders FROM sales.customers c JOIN sales.orders o ON o.customer = c.id GROUP BY c.name;
  CREATE VIEW public.everything AS SELECT t.*, i.price FROM sales.totals t CROSS JOIN stock.items i;
  CREATE MATERIALIZED VIEW sales.sums AS SELECT customer, count(*) AS orders FROM sales.orders GROUP BY customer; CREATE UNIQUE INDEX sums_key ON sales.sums (customer);
  CREATE FUNCTION sales.shout() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.name := upper(NEW.name); RETURN NEW; END$$;
  CREATE FUNCTION sales.is_vip(c sales.customers, VARIADIC moods sales.mood[]) RETURNS bool LANGUAGE sql STABLE AS $$SELECT EXISTS (SELECT FROM sales.vip v WHERE v.id = ($1).id)$$;
  CREATE FUNCTION public.counted() RETURNS bigint LANGUAGE plpgsql SET search_path TO sales, public AS $$DECLARE n bigint; BEGIN SELECT count(*) INTO n FROM customers; EXECUTE 'SELECT 1 FROM stock.old_places'; RETURN n; END$$;
  CREATE FUNCTION public.fine() RETURNS int LANGUAGE sql AS $$SELECT 1 AS sales$$;
  CREATE PROCEDURE stock.tidy() LANGUAGE plpgsql AS $$BEGIN DELETE FROM stock.old_places; END$$;
  CREATE AGGREGATE sales.moods (sales.mood) (SFUNC = array_append, STYPE = sales.mood[]);
  CREATE OPERATOR sales.=== (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq); CREATE CAST (sales.mood AS int) WITH FUNCTION sales.mood_number(sales.mood);
  CREATE TRIGGER "shout it" BEFORE INSERT ON sales.customers FOR EACH ROW WHEN (NEW.name <> 'quiet') EXECUTE FUNCTION sales.shout();
  CREATE RULE keep AS ON DELETE TO stock.items DO INSTEAD INSERT INTO stock.old_places VALUES (1, OLD.id);
  CREATE POLICY own ON sales.orders TO ${role} USING (customer IN (SELECT id FROM sales.vip)) WITH CHECK (true); ALTER TABLE sales.orders ENABLE ROW LEVEL SECURITY;
  CREATE STATISTICS sales.spread ON id, day FROM sales.orders; ALTER TABLE sales.customers CLUSTER ON customers_pkey; ALTER TABLE sales.customers REPLICA IDENTITY USING INDEX customers_name_key;
  COMMENT ON TABLE sales.customers IS 'who buys'; COMMENT ON COLUMN sales.customers.name IS 'in full'; COMMENT ON CONSTRAINT customers_pkey ON sales.customers IS 'key'; COMMENT ON INDEX sales.orders_by_customer IS 'fast';
  COMMENT ON FUNCTION sales.is_vip(sales.customers, sales.mood[]) IS 'rich'; COMMENT ON TRIGGER "shout it" ON sales.customers IS 'loud'; COMMENT ON POLICY own ON sales.orders IS 'own'; COMMENT ON SCHEMA sales IS 'what is sold';
  COMMENT ON TYPE sales.mood IS 'how it goes'; COMMENT ON COLUMN sales.pair.a IS 'first'; COMMENT ON CONSTRAINT amount_check ON DOMAIN sales.amount IS 'none is negative'; COMMENT ON RULE keep ON stock.items IS 'never lost';
  GRANT SELECT, INSERT (name) ON sales.customers TO ${role}; GRANT USAGE ON SCHEMA sales TO ${role}; GRANT EXECUTE ON FUNCTION sales.is_vip(sales.customers, sales.mood[]) TO ${role}; GRANT USAGE ON SEQUENCE sales.numbers TO ${role};
  REVOKE ALL ON TYPE sales.mood FROM public; GRANT USAGE ON TYPE sales.mood TO ${role}; ALTER DEFAULT PRIVILEGES IN SCHEMA sales GRANT SELECT ON TABLES TO ${role};
  INSERT INTO sales.customers (name) SELECT 'customer ' || i FROM generate_series(1, 50) i; INSERT INTO sales.vip (name, discount) VALUES ('rich', 5);
  INSERT INTO stock.items (price) SELECT i FROM generate_series(1, 20) i; INSERT INTO sales.orders SELECT i, 1 + i % 50, 1 + i % 20, date '2023-06-01' + i FROM generate_series(1, 400) i;
  INSERT INTO stock.old_places SELECT i, i FROM generate_series(1, 10) i; REFRESH MATERIALIZED VIEW sales.sums;
`.replace("CREATE CAST", "CREATE FUNCTION sales.mood_number(sales.mood) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1'; CREATE CAST");
}
