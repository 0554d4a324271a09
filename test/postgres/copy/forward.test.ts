import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import type { Session } from "../../../src/postgres/connect/session.ts";
import { type CopiedRows, type CopyTask, forwardCopy } from "../../../src/postgres/copy/forward.ts";
import { copyStatements } from "../../../src/postgres/copy/statements.ts";
import { makeDatabase } from "../../support/postgres/databases.ts";
import { sessionTo, startProxy, statusOf, UNLIMITED } from "./sessions.ts";

type Rest = Partial<CopyTask> & Pick<CopyTask, "source" | "destination">;

function forward(task: Rest): Promise<CopiedRows> {
  return forwardCopy({
    from: "COPY public.t TO STDOUT",
    to: "COPY public.t FROM STDIN",
    item: "public.t",
    budget: UNLIMITED,
    signal: new AbortController().signal,
    ...task,
  });
}

const ODD = `
  CREATE TABLE public.t (id int PRIMARY KEY, b bytea, t text, n numeric, f float8, w timestamptz, a text[], j jsonb, r int4range);
`;
const ODD_ROWS = `
  INSERT INTO public.t SELECT i, decode(lpad(to_hex(i), 2, '0'), 'hex'), CASE WHEN i = 0 THEN NULL ELSE 'x' || chr(i) || 'y' END,
    i * 1.1, i / 3.0, timestamptz '2001-02-03 04:05:06+07' + i * interval '1 day', ARRAY['a,"' || i, NULL, '\\'], '{"k": "\\n"}', int4range(i, i + 5)
    FROM generate_series(0, 255) i;
  INSERT INTO public.t (id, t, b, f) VALUES (1000, E'\\\\.', '', 'NaN'), (1001, E'\\\\N', NULL, '-infinity'), (1002, '', '\\x00ff0a0d09', 0.1 + 0.2),
    (1003, E'\\\\\\t\\n\\r\\b\\f\\v', NULL, 5e-324), (1004, '𝄞 ﷽ \u202e', NULL, 1e308), (1005, E'line\\r\\nbreaks\\n\\n', NULL, NULL);
  INSERT INTO public.t (id, t) SELECT 2000 + i, repeat(chr(i % 50 + 32), i * 37) FROM generate_series(1, 2000) i;
`;
const ALL = "SELECT id, b, t, n::text, f::text, w::text, a, j::text, r::text FROM public.t ORDER BY id";
const COLUMNS = ["id", "b", "t", "n", "f", "w", "a", "j", "r"];

describe.each([
  [10, 18],
  [13, 15],
  [15, 15],
  [15, 18],
  [18, 18],
] as const)("from %i to %i", (from, to) => {
  test.each([false, true])("every odd byte arrives, binary %s", async (binary) => {
    await using left = await makeDatabase(from);
    await using right = await makeDatabase(to);
    await left.sql(ODD + ODD_ROWS);
    await right.sql(ODD);
    await using source = await sessionTo(left);
    await using destination = await sessionTo(right);
    const statements = copyStatements({
      schema: "public",
      name: "t",
      columns: COLUMNS,
      freeze: false,
      binary,
      destination: { schema: "public", name: "t" },
    });
    let seen = 0;
    const { rows, bytes } = await forward({ source, destination, ...statements, onBytes: (more) => (seen += more) });
    expect(rows).toBe(2262);
    expect(seen).toBe(bytes);
    // Row by row, so that a difference is shown as what it is. Floats print differently below 12.
    const differs = from < 12 ? ALL.replace("f::text", "float8send(f) AS f") : ALL;
    expect(await destination.query(differs)).toEqual(await source.query(differs));
    expect([statusOf(source), statusOf(destination)]).toEqual(["I", "I"]);
  });
});

test("no rows, and rows without columns", async () => {
  await using left = await makeDatabase(15);
  await using right = await makeDatabase(18);
  for (const db of [left, right]) await db.sql("CREATE TABLE public.t (a int); CREATE TABLE public.none ()");
  await left.sql("INSERT INTO public.none DEFAULT VALUES; INSERT INTO public.none DEFAULT VALUES");
  await using source = await sessionTo(left);
  await using destination = await sessionTo(right);
  expect(await forward({ source, destination })).toEqual({ bytes: 0, rows: 0 });
  for (const binary of [false, true]) {
    const statements = copyStatements({ schema: "public", name: "none", columns: [], freeze: false, binary, destination: { schema: "public", name: "none" } });
    expect((await forward({ source, destination, ...statements })).rows).toBe(2);
  }
  expect(await right.sql("SELECT count(*)::int FROM public.none")).toEqual([{ count: 4 }]);
});

test("a field of 150 MB passes without being held", async () => {
  await using left = await makeDatabase(15);
  await using right = await makeDatabase(18);
  await right.sql("CREATE TABLE public.t (a text)");
  await using source = await sessionTo(left);
  await using destination = await sessionTo(right);
  const base = process.memoryUsage().arrayBuffers;
  let most = 0;
  const { bytes } = await forward({
    source,
    destination,
    from: "COPY (SELECT repeat('0123456789', 15000000)) TO STDOUT",
    onBytes: () => (most = Math.max(most, process.memoryUsage().arrayBuffers - base)),
  });
  expect(bytes).toBe(150_000_001);
  expect(most).toBeLessThan(100e6);
  expect(await right.sql("SELECT length(a) AS n FROM public.t")).toEqual([{ n: 150_000_000 }]);
});

test("a destination that is slow holds back the source, and gets every byte as it was", async () => {
  await using left = await makeDatabase(15);
  await using right = await makeDatabase(15);
  await right.sql(`CREATE TABLE public.t (a int, b text);
    CREATE FUNCTION public.slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM count(*) FROM generate_series(1, 100); RETURN NEW; END $$;
    CREATE TRIGGER slow BEFORE INSERT ON public.t FOR EACH ROW EXECUTE FUNCTION public.slow()`);
  await using source = await sessionTo(left);
  await using destination = await sessionTo(right);
  const rows = "SELECT g AS a, repeat(md5(g::text), 16) AS b FROM generate_series(1, 40000) g";
  let most = 0;
  await forward({
    source,
    destination,
    from: `COPY (${rows}) TO STDOUT`,
    onBytes: () => (most = Math.max(most, destination.client.connection.stream.writableLength)),
  });
  // What waits to be sent is not overwritten by what is read next.
  const sum = (of: string) => `SELECT count(*)::int AS n, sum(hashtextextended(t::text, 0))::text AS sum FROM ${of} AS t`;
  expect(await right.sql(sum("public.t"))).toEqual(await left.sql(sum(`(${rows})`)));
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThan(2 ** 20);
});

test("the budget is never more than two chunks behind", async () => {
  await using left = await makeDatabase(15);
  await using right = await makeDatabase(15);
  await right.sql("CREATE TABLE public.t (a int)");
  await using source = await sessionTo(left);
  await using destination = await sessionTo(right);
  let open = 0;
  let most = 0;
  let spent = 0;
  const { bytes, rows } = await forward({
    source,
    destination,
    from: "COPY (SELECT generate_series(1, 300000)) TO STDOUT",
    budget: {
      take(amount, requests) {
        expect(requests).toBe(0);
        spent += amount;
        most = Math.max(most, (open += 1));
        return new Promise((resolve) => setTimeout(() => resolve(void (open -= 1)), 2));
      },
    },
  });
  expect(most).toBe(2);
  // What travels are frames with headers of 5 bytes.
  expect(spent).toBe(bytes + 5 * rows);
});

test("thousands of copies on two sessions leave no listener behind", async () => {
  await using left = await makeDatabase(15);
  await using right = await makeDatabase(18);
  for (const db of [left, right]) await db.sql("CREATE TABLE public.t (a int)");
  await left.sql("INSERT INTO public.t VALUES (1)");
  await using source = await sessionTo(left);
  await using destination = await sessionTo(right);
  const { signal } = new AbortController();
  const before = [source, destination].map(listenersOf);
  for (let at = 0; at < 2000; at += 1) await forward({ source, destination, signal });
  for (let at = 0; at < 20; at += 1) {
    await expect(forward({ source, destination, signal, from: "COPY (SELECT 1/0) TO STDOUT" })).rejects.toThrow("division by zero");
    await expect(forward({ source, destination, signal, from: "COPY (SELECT 'x') TO STDOUT" })).rejects.toThrow("invalid input syntax");
  }
  expect([source, destination].map(listenersOf)).toEqual(before);
  expect(getEventListeners(signal, "abort")).toEqual([]);
  expect(await right.sql("SELECT count(*)::int AS n FROM public.t")).toEqual([{ n: 2000 }]);
});

function listenersOf({ client }: Session): Record<string, number> {
  const { connection } = client;
  return Object.fromEntries(
    [connection, connection.stream, client].flatMap((emitter, at) =>
      emitter.eventNames().map((name) => [`${at} ${String(name)}`, emitter.listenerCount(name)]),
    ),
  );
}

test("notices of both servers come through and change nothing", async () => {
  await using left = await makeDatabase(13);
  await using right = await makeDatabase(18);
  await left.sql("CREATE FUNCTION public.say(i int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'read %', i; RETURN i; END $$");
  await right.sql(`CREATE TABLE public.t (a int);
    CREATE FUNCTION public.say() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING 'wrote %', NEW.a; RETURN NEW; END $$;
    CREATE TRIGGER say BEFORE INSERT ON public.t FOR EACH ROW EXECUTE FUNCTION public.say()`);
  await using source = await sessionTo(left);
  await using destination = await sessionTo(right);
  await source.query("SET client_min_messages = notice");
  const said: string[] = [];
  for (const { client } of [source, destination]) client.on("notice", ({ message }) => said.push(message ?? ""));
  const { rows } = await forward({ source, destination, from: "COPY (SELECT public.say(i) FROM generate_series(1, 3000) i) TO STDOUT" });
  expect(rows).toBe(3000);
  expect(said.filter((text) => text.startsWith("read"))).toHaveLength(3000);
  expect(said.filter((text) => text.startsWith("wrote"))).toHaveLength(3000);
  expect(await right.sql("SELECT count(*)::int AS n, sum(a)::int AS sum FROM public.t")).toEqual([{ n: 3000, sum: 4501500 }]);
});

test("messages that are cut anywhere are put together again", async () => {
  await using left = await makeDatabase(15);
  await using right = await makeDatabase(15);
  await right.sql("CREATE TABLE public.t (a int, b text)");
  // Pieces of 1 to 17 bytes, each in a turn of its own.
  let size = 0;
  await using proxy = await startProxy({
    to: left.port,
    deliver(bytes, client) {
      for (let at = 0; at < bytes.length; at += size) {
        size = (size % 17) + 1;
        const piece = bytes.subarray(at, at + size);
        setImmediate(() => client.write(piece));
      }
    },
  });
  await using source = await sessionTo(left, { port: proxy.port });
  await using destination = await sessionTo(right);
  const from = "COPY (SELECT i, CASE WHEN i % 3 > 0 THEN repeat('x', i % 40) END FROM generate_series(1, 5000) i) TO STDOUT";
  for (let round = 0; round < 3; round += 1) expect((await forward({ source, destination, from })).rows).toBe(5000);
  expect(await right.sql("SELECT count(*)::int AS n, sum(a)::int AS a, sum(length(b))::int AS b FROM public.t")).toEqual(
    await left.sql(
      "SELECT count(*)::int AS n, sum(i)::int AS a, sum(i % 40) FILTER (WHERE i % 3 > 0)::int AS b FROM generate_series(1, 5000) i, generate_series(1, 3)",
    ),
  );
});

test("the source stays in its transaction and its snapshot", async () => {
  await using left = await makeDatabase(15);
  await using right = await makeDatabase(15);
  for (const db of [left, right]) await db.sql("CREATE TABLE public.t (a int)");
  await left.sql("INSERT INTO public.t VALUES (1)");
  await using source = await sessionTo(left);
  await using destination = await sessionTo(right);
  await source.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT FROM public.t");
  await left.sql("INSERT INTO public.t VALUES (2)");
  expect((await forward({ source, destination })).rows).toBe(1);
  // As long as the savepoint were still there, this would be no error.
  await expect(source.query("ROLLBACK TO SAVEPOINT tidemark_copy")).rejects.toThrow("does not exist");
});
