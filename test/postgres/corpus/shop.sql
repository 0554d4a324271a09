-- A small shop: what a real application's schema looks like. About ten thousand rows, always the same.
-- min: 11
CREATE SCHEMA shop;
COMMENT ON SCHEMA shop IS 'Everything of the shop';
CREATE TYPE shop.order_status AS ENUM ('new', 'paid', 'sent', 'delivered', 'returned', 'cancelled');
CREATE TYPE shop.address AS (street text, city text, zip text, country char(2));
CREATE DOMAIN shop.email AS text CHECK (VALUE ~ '^[^@\s]+@[^@\s]+$');
CREATE DOMAIN shop.price AS numeric(12, 2) CHECK (VALUE >= 0);

CREATE TABLE shop.customers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email shop.email NOT NULL UNIQUE,
  name text NOT NULL CHECK (name <> ''),
  home shop.address,
  phones text[] NOT NULL DEFAULT '{}',
  preferences jsonb NOT NULL DEFAULT '{}',
  born date,
  joined_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX customers_email_lower ON shop.customers (lower(email));
CREATE INDEX customers_preferences ON shop.customers USING gin (preferences);

CREATE TABLE shop.categories (id smallint PRIMARY KEY, parent smallint REFERENCES shop.categories, name text NOT NULL, UNIQUE (parent, name));
CREATE TABLE shop.products (
  id serial PRIMARY KEY,
  sku varchar(20) NOT NULL UNIQUE,
  category smallint NOT NULL REFERENCES shop.categories,
  name text NOT NULL,
  description text,
  price shop.price NOT NULL,
  stock integer NOT NULL DEFAULT 0 CONSTRAINT stock_is_there CHECK (stock >= 0),
  picture bytea,
  search tsvector,
  discontinued boolean NOT NULL DEFAULT false
);
CREATE INDEX products_search ON shop.products USING gin (search);
CREATE INDEX products_for_sale ON shop.products (category, price DESC) WHERE NOT discontinued;

CREATE TABLE shop.orders (
  id bigserial PRIMARY KEY,
  customer bigint NOT NULL REFERENCES shop.customers ON DELETE RESTRICT,
  status shop.order_status NOT NULL DEFAULT 'new',
  ship_to shop.address,
  ordered_at timestamptz NOT NULL DEFAULT now(),
  note text
);
CREATE INDEX orders_customer ON shop.orders (customer, ordered_at DESC);
CREATE INDEX orders_open ON shop.orders (status) WHERE status IN ('new', 'paid');
CREATE TABLE shop.order_lines (
  order_id bigint NOT NULL REFERENCES shop.orders ON DELETE CASCADE,
  line smallint NOT NULL,
  product integer NOT NULL REFERENCES shop.products,
  quantity integer NOT NULL CHECK (quantity > 0),
  unit_price shop.price NOT NULL,
  PRIMARY KEY (order_id, line)
);
CREATE INDEX order_lines_product ON shop.order_lines (product);
CREATE TABLE shop.payments (
  id uuid PRIMARY KEY,
  order_id bigint NOT NULL REFERENCES shop.orders DEFERRABLE INITIALLY DEFERRED,
  method text NOT NULL CHECK (method IN ('card', 'invoice', 'cash')),
  amount shop.price NOT NULL,
  paid_at timestamptz NOT NULL,
  period daterange,
  refund_of uuid REFERENCES shop.payments
);
CREATE INDEX payments_period ON shop.payments USING gist (period);

CREATE TABLE shop.events (id bigint NOT NULL, at timestamptz NOT NULL, kind text NOT NULL, customer bigint, data jsonb) PARTITION BY RANGE (at);
CREATE TABLE shop.events_2024_q1 PARTITION OF shop.events FOR VALUES FROM ('2024-01-01 00:00+00') TO ('2024-04-01 00:00+00');
CREATE TABLE shop.events_2024_q2 PARTITION OF shop.events FOR VALUES FROM ('2024-04-01 00:00+00') TO ('2024-07-01 00:00+00');
CREATE TABLE shop.events_rest PARTITION OF shop.events DEFAULT;
ALTER TABLE shop.events ADD PRIMARY KEY (at, id);
CREATE INDEX events_customer ON shop.events (customer) WHERE customer IS NOT NULL;

CREATE FUNCTION shop.take_stock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE shop.products SET stock = stock - NEW.quantity WHERE id = NEW.product;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'There is no product %', NEW.product;
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER take_stock BEFORE INSERT ON shop.order_lines FOR EACH ROW EXECUTE PROCEDURE shop.take_stock();
CREATE TRIGGER search BEFORE INSERT OR UPDATE OF name, description ON shop.products FOR EACH ROW EXECUTE PROCEDURE tsvector_update_trigger('search', 'pg_catalog.english', 'name', 'description');
CREATE FUNCTION shop.total(order_id bigint) RETURNS numeric LANGUAGE sql STABLE AS $$ SELECT coalesce(sum(quantity * unit_price), 0) FROM shop.order_lines AS l WHERE l.order_id = $1 $$;
CREATE PROCEDURE shop.cancel(order_id bigint) LANGUAGE plpgsql AS $$ BEGIN UPDATE shop.orders SET status = 'cancelled' WHERE id = order_id; END $$;

INSERT INTO shop.categories VALUES (1, NULL, 'Everything'), (2, 1, 'Books'), (3, 1, 'Tools'), (4, 2, 'Novels'), (5, 2, 'Maps & charts');
INSERT INTO shop.customers (email, name, home, phones, preferences, born, joined_at)
  SELECT 'customer' || i || '@example.org', (ARRAY['Ada', 'Jürgen', 'O''Brien', '李', 'Zoë "Z"'])[1 + i % 5] || ' ' || i, CASE WHEN i % 7 > 0 THEN ROW('Street ' || i, (ARRAY['Köln', 'Oslo', 'Łódź'])[1 + i % 3], lpad(i::text, 5, '0'), 'DE')::shop.address END,
    CASE WHEN i % 4 = 0 THEN ARRAY['+49 1' || i, '+47 ' || i] ELSE '{}' END, jsonb_build_object('newsletter', i % 2 = 0, 'theme', 't' || i % 5), '1950-01-01'::date + i * 17, '2023-01-01 00:00+00'::timestamptz + i * interval '7 hours'
  FROM generate_series(1, 800) AS i;
INSERT INTO shop.products (sku, category, name, description, price, stock, picture, discontinued)
  SELECT 'SKU-' || lpad(i::text, 6, '0'), 2 + i % 4, 'Product ' || i, CASE WHEN i % 3 > 0 THEN 'A fine thing, number ' || i || E'.\nSells well.' END, i * 1.25, 10000, CASE WHEN i % 50 = 0 THEN decode(repeat(md5(i::text), 200), 'hex') END, i % 20 = 0
  FROM generate_series(1, 300) AS i;
INSERT INTO shop.orders (customer, status, ship_to, ordered_at, note)
  SELECT 1 + i * 7 % 800, (ARRAY['new', 'paid', 'sent', 'delivered', 'returned', 'cancelled'])[1 + i % 6]::shop.order_status, CASE WHEN i % 9 = 0 THEN ROW('Elsewhere ' || i, 'Rome', '00100', 'IT')::shop.address END, '2024-01-01 00:00+00'::timestamptz + i * interval '97 minutes', CASE i % 100 WHEN 0 THEN E'Ring\ttwice\\N' WHEN 1 THEN '' END
  FROM generate_series(1, 2000) AS i;
INSERT INTO shop.order_lines SELECT o, l, 1 + (o * 13 + l * 31) % 300, 1 + (o + l) % 4, 9.99 + (o % 50) FROM generate_series(1, 2000) AS o, generate_series(1, 2) AS l;
INSERT INTO shop.payments (id, order_id, method, amount, paid_at, period)
  SELECT md5('payment ' || o)::uuid, o, (ARRAY['card', 'invoice', 'cash'])[1 + o % 3], 20 + o % 50, '2024-01-01 00:00+00'::timestamptz + o * interval '99 minutes', CASE WHEN o % 5 = 0 THEN daterange('2024-01-01'::date + o::integer, '2024-01-31'::date + o::integer) END
  FROM generate_series(1, 1500) AS o;
INSERT INTO shop.payments SELECT md5('refund ' || o)::uuid, o, 'card', 5, '2024-06-01 00:00+00', NULL, md5('payment ' || o)::uuid FROM generate_series(10, 1000, 10) AS o;
INSERT INTO shop.events SELECT i, '2024-01-01 00:00+00'::timestamptz + i * interval '100 minutes', (ARRAY['view', 'search', 'buy'])[1 + i % 3], CASE WHEN i % 4 > 0 THEN 1 + i % 800 END, jsonb_build_object('product', 1 + i % 300) FROM generate_series(1, 3000) AS i;

-- next --
CREATE VIEW shop.order_totals AS SELECT o.id, o.customer, c.name, o.status, sum(l.quantity * l.unit_price) AS total, count(*) AS lines FROM shop.orders AS o JOIN shop.customers AS c ON c.id = o.customer JOIN shop.order_lines AS l ON l.order_id = o.id GROUP BY o.id, c.name;
CREATE VIEW shop.open_orders AS SELECT id, name, total FROM shop.order_totals WHERE status IN ('new', 'paid');
CREATE MATERIALIZED VIEW shop.sales AS SELECT p.category, date_trunc('month', o.ordered_at AT TIME ZONE 'UTC') AS month, sum(l.quantity) AS pieces, sum(l.quantity * l.unit_price) AS revenue FROM shop.order_lines AS l JOIN shop.orders AS o ON o.id = l.order_id JOIN shop.products AS p ON p.id = l.product WHERE o.status <> 'cancelled' GROUP BY p.category, date_trunc('month', o.ordered_at AT TIME ZONE 'UTC');
CREATE UNIQUE INDEX sales_key ON shop.sales (category, month);
COMMENT ON TABLE shop.orders IS 'What customers want';
COMMENT ON COLUMN shop.orders.note IS 'As the customer wrote it';
