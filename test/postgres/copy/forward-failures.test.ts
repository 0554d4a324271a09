import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { TidemarkError } from "../../../src/core/errors.ts";
import { fateOf } from "../../../src/postgres/connect/errors.ts";
import type { Session } from "../../../src/postgres/connect/session.ts";
import { type CopiedRows, type CopyTask, forwardCopy } from "../../../src/postgres/copy/forward.ts";
import { makeDatabase, type TestDatabase, uniqueName } from "../../support/postgres/databases.ts";
import { type Proxy, sessionTo, startProxy, statusOf, type TestSession, UNLIMITED } from "./sessions.ts";

interface Scene extends AsyncDisposable {
  readonly left: TestDatabase;
  readonly right: TestDatabase;
  readonly source: TestSession;
  readonly destination: TestSession;
  /** On the way to the source and to the destination. */
  readonly proxies: readonly [Proxy, Proxy];
  /** Copies in a transaction at each side. @returns what it rejected with */
  fails(task?: Partial<CopyTask>): Promise<TidemarkError>;
  copies(task?: Partial<CopyTask>): Promise<CopiedRows>;
}

/** More than any test would wait for. As a table, generate_series would first write all of it to disk. */
const NUMBERS = "(SELECT generate_series(1, 2000000000) AS i OFFSET 0) n";
const ENDLESS = `COPY (SELECT i, 'row ' || i FROM ${NUMBERS}) TO STDOUT`;

async function setScene(table = "a int, b text", { user, delayMs }: { readonly user?: string; readonly delayMs?: number } = {}): Promise<Scene> {
  const stack = new AsyncDisposableStack();
  const left = stack.use(await makeDatabase(15));
  const right = stack.use(await makeDatabase(18));
  await right.sql(`CREATE TABLE public.t (${table})`);
  const through = async ({ port }: TestDatabase) => stack.use(await startProxy({ to: port, ...(delayMs !== undefined && { delayMs }) }));
  const proxies = [await through(left), await through(right)] as const;
  const source = stack.use(await sessionTo(left, { port: proxies[0].port }));
  const destination = stack.use(await sessionTo(right, { port: proxies[1].port, ...(user !== undefined && { user }) }));
  await source.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT 1");
  await destination.query("BEGIN");
  const copies = (task: Partial<CopyTask> = {}) =>
    forwardCopy({
      source,
      destination,
      from: ENDLESS,
      to: "COPY public.t FROM STDIN",
      item: "public.t",
      budget: UNLIMITED,
      signal: new AbortController().signal,
      ...task,
    });
  return {
    left,
    right,
    source,
    destination,
    proxies,
    copies,
    async fails(task) {
      const error: unknown = await copies(task).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(error).toBeInstanceOf(TidemarkError);
      return error as TidemarkError;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** The source goes on in its transaction, the destination begins anew, and a copy succeeds. */
async function expectUsable({ source, destination, copies }: Scene): Promise<void> {
  expect(statusOf(source)).toBe("T");
  expect(["T", "E"]).toContain(statusOf(destination));
  await destination.query("ROLLBACK");
  expect(await destination.query("SELECT FROM public.t LIMIT 1")).toEqual([]);
  await destination.query("BEGIN; CREATE TEMPORARY TABLE again (a int)");
  expect(await copies({ from: "COPY (SELECT 1) TO STDOUT", to: "COPY again FROM STDIN" })).toEqual({ bytes: 2, rows: 1 });
  await destination.query("ROLLBACK");
}

async function expectLost(session: Session): Promise<void> {
  expect(session.isLost).toBe(true);
  await expect(session.query("SELECT 1")).rejects.toMatchObject({ code: "POSTGRES_CONNECTION_LOST" });
}

test("the source fails amid the rows", async () => {
  await using scene = await setScene();
  const error = await scene.fails({ from: "COPY (SELECT i, 1 / (i - 50000) FROM generate_series(1, 100000) i) TO STDOUT" });
  expect(error).toMatchObject({ code: "POSTGRES_DATA", message: "public.t: the source does not give its rows: division by zero (22012)." });
  await expectUsable(scene);
});

test("the source refuses at once", async () => {
  await using scene = await setScene();
  expect((await scene.fails({ from: "COPY public.nowhere TO STDOUT" })).message).toContain(
    'the source does not give its rows: relation "public.nowhere" does not exist (42P01).',
  );
  await expectUsable(scene);
});

test("another session cancels the source's statement", async () => {
  await using scene = await setScene();
  const error = await scene.fails({ onBytes: once(() => scene.left.sql(`SELECT pg_cancel_backend(${scene.source.pid})`)) });
  expect(error).toMatchObject({ code: "POSTGRES_CANCELLED", message: expect.stringContaining("the source") });
  await expectUsable(scene);
});

describe("the destination fails amid the rows, of which the source has many more", () => {
  test.each([
    [
      "a check constraint",
      "a int CHECK (a < 50000), b text",
      "",
      "POSTGRES_CONSTRAINT",
      /violates check constraint .* Failing row contains .*COPY t, line 50000: "50000/,
    ],
    [
      "a unique index",
      "a int, b text DEFAULT '' UNIQUE",
      "50000 + i % 30000, 'same ' || i % 30000",
      "POSTGRES_CONSTRAINT",
      /Key \(b\)=\(same 1\) already exists\. COPY t, line 30001/,
    ],
    [
      "a wrong type",
      "a int, b int",
      "i, CASE WHEN i = 50000 THEN 'x' ELSE '1' END",
      "POSTGRES_DATA",
      /invalid input syntax for type integer: "x" \(22P02\)\. COPY t, line 50000, column b: "x"/,
    ],
    [
      "a text that is too long",
      "a int, b varchar(3)",
      "i, CASE WHEN i = 50000 THEN 'long' ELSE '1' END",
      "POSTGRES_DATA",
      /value too long .* line 50000, column b: "long"/,
    ],
    ["too few columns", "a int, b text, c text", "", "POSTGRES_DATA", /missing data for column "c"/],
  ])("%s", async (_name, table, select, code, message) => {
    await using scene = await setScene(table);
    const from = select === "" ? ENDLESS : `COPY (SELECT ${select} FROM ${NUMBERS}) TO STDOUT`;
    const error = await scene.fails({ from });
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(error.message).toMatch(/^public\.t: the destination does not take its rows: /);
    await expectUsable(scene);
  });

  test.each([
    ["P0001", "POSTGRES_ERROR", "failed"],
    ["53100", "POSTGRES_DISK_FULL", "failed"],
    ["42501", "POSTGRES_PERMISSION", "refused"],
  ])("a trigger that raises %s", async (state, code, fate) => {
    await using scene = await setScene();
    await scene.right.sql(`
      CREATE FUNCTION public.no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.a = 20000 THEN RAISE 'no more' USING ERRCODE = '${state}'; END IF; RETURN NEW; END $$;
      CREATE TRIGGER no BEFORE INSERT ON public.t FOR EACH ROW EXECUTE FUNCTION public.no()`);
    const error = await scene.fails();
    expect(error).toMatchObject({ code, message: expect.stringContaining("no more") });
    expect(fateOf(error)).toBe(fate);
    await expectUsable(scene);
  });
});

test("a text that is none in the destination's encoding", async () => {
  await using scene = await setScene();
  const error = await scene.fails({ from: "COPY (SELECT 1, 'Grüße') TO STDOUT WITH (ENCODING 'LATIN1')" });
  expect(error).toMatchObject({ code: "POSTGRES_DATA", message: expect.stringContaining('invalid byte sequence for encoding "UTF8": 0xfc') });
  await expectUsable(scene);
});

test("the destination refuses at once: the source is not even asked", async () => {
  const role = uniqueName("role");
  await using admin = await makeDatabase(18);
  await admin.sql(`CREATE ROLE ${role} LOGIN`);
  await using _ = { [Symbol.asyncDispose]: async () => void (await admin.sql(`DROP ROLE ${role}`)) };
  await using scene = await setScene("a int, b text", { user: role });
  const error = await scene.fails();
  expect(error).toMatchObject({ code: "POSTGRES_PERMISSION", message: expect.stringContaining("permission denied for table t (42501)") });
  expect([statusOf(scene.source), statusOf(scene.destination)]).toEqual(["T", "E"]);
});

test("a trigger that leaves out rows", async () => {
  await using scene = await setScene();
  await scene.right.sql(`
    CREATE FUNCTION public.odd() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.a % 2 = 0 THEN RETURN NULL; END IF; RETURN NEW; END $$;
    CREATE TRIGGER odd BEFORE INSERT ON public.t FOR EACH ROW EXECUTE FUNCTION public.odd()`);
  const error = await scene.fails({ from: "COPY (SELECT generate_series(1, 9), 'x') TO STDOUT" });
  expect(error).toMatchObject({ code: "ROWS_LOST", message: "public.t: the source sent 9 rows, and the destination stored 5 of them." });
  await expectUsable(scene);
});

test("a statement that takes no rows", async () => {
  await using scene = await setScene();
  expect(await scene.fails({ from: "COPY (SELECT 1) TO STDOUT", to: "SELECT 1" })).toMatchObject({ code: "ROWS_LOST" });
  await expectUsable(scene);
});

describe("a connection is cut", () => {
  test("the source's", async () => {
    await using scene = await setScene();
    const error = await scene.fails({ onBytes: once(() => scene.proxies[0].cut()) });
    expect(error).toMatchObject({ code: "POSTGRES_CONNECTION_LOST", message: expect.stringContaining("the connection to the source was lost") });
    await expectLost(scene.source);
    await expectNotWaiting(scene);
  });

  test("the destination's", async () => {
    await using scene = await setScene();
    const error = await scene.fails({ onBytes: once(() => scene.proxies[1].cut()) });
    expect(error).toMatchObject({ code: "POSTGRES_CONNECTION_LOST", message: expect.stringContaining("the connection to the destination was lost") });
    await expectLost(scene.destination);
    expect(statusOf(scene.source)).toBe("T");
    expect(await scene.source.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });

  test("both", async () => {
    await using scene = await setScene();
    const cut = () => scene.proxies.forEach((proxy) => proxy.cut());
    expect(await scene.fails({ onBytes: once(cut) })).toMatchObject({ code: "POSTGRES_CONNECTION_LOST" });
    await expectLost(scene.source);
    await expectLost(scene.destination);
  });

  test.each(["source", "destination"] as const)("the server ends the %s's session", async (side) => {
    await using scene = await setScene();
    const db = side === "source" ? scene.left : scene.right;
    const error = await scene.fails({ onBytes: once(() => db.sql(`SELECT pg_terminate_backend(${scene[side].pid})`)) });
    expect(error).toMatchObject({ code: "POSTGRES_CONNECTION_LOST", message: expect.stringContaining(`the connection to the ${side} was lost`) });
    await expectLost(scene[side]);
    if (side === "destination") expect(await scene.source.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
    else await expectNotWaiting(scene);
  });

  test.each(["source", "destination"] as const)("the %s's before the copy", async (side) => {
    await using scene = await setScene();
    await scene[side].close();
    const error = await scene.fails();
    expect(error).toMatchObject({ code: "POSTGRES_CONNECTION_LOST", message: expect.stringContaining(`the connection to the ${side} was lost`) });
    const other = side === "source" ? scene.destination : scene.source;
    await other.query("ROLLBACK");
    expect(await other.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });
});

/** The destination is at rest in an aborted transaction, or closed. */
async function expectNotWaiting({ destination }: Scene): Promise<void> {
  if (destination.isLost) return;
  expect(statusOf(destination)).toBe("E");
  await destination.query("ROLLBACK");
}

describe("the run is stopped", () => {
  test("before it begins", async () => {
    await using scene = await setScene();
    expect(await scene.fails({ signal: AbortSignal.abort() })).toMatchObject({ code: "CANCELLED", fate: "cancelled" });
    await expectUsable(scene);
  });

  test("amid the rows: neither server goes on", async () => {
    await using scene = await setScene();
    const stop = new AbortController();
    expect(await scene.fails({ signal: stop.signal, onBytes: once(() => stop.abort()) })).toMatchObject({ code: "CANCELLED" });
    await expectUsable(scene);
  });

  test("amid the rows, through what drops the request to cancel as soon as we hang up", async () => {
    await using scene = await setScene("a int, b text", { delayMs: 20 });
    const stop = new AbortController();
    expect(await scene.fails({ signal: stop.signal, onBytes: once(() => stop.abort()) })).toMatchObject({ code: "CANCELLED" });
    await expectUsable(scene);
  });

  test("amid a row of 200 MB", async () => {
    await using scene = await setScene();
    const stop = new AbortController();
    const error = await scene.fails({
      from: "COPY (SELECT i, repeat('0123456789', 20000000) FROM generate_series(1, 1000) i) TO STDOUT",
      signal: stop.signal,
      onBytes: once(() => stop.abort()),
    });
    expect(error).toMatchObject({ code: "CANCELLED" });
    await expectUsable(scene);
  });

  test("while it waits for the budget", async () => {
    await using scene = await setScene();
    const stop = new AbortController();
    const error = await scene.fails({
      signal: stop.signal,
      budget: {
        take: (_bytes, _requests, signal) => {
          setImmediate(() => stop.abort());
          return wait(2 ** 30, undefined, { signal });
        },
      },
    });
    expect(error).toMatchObject({ code: "CANCELLED" });
    await expectUsable(scene);
  });

  test("while the destination waits for a lock", async () => {
    await using scene = await setScene();
    const other = await scene.right.connect();
    await other.query("BEGIN; LOCK TABLE public.t");
    const stop = new AbortController();
    const copy = scene.fails({ signal: stop.signal });
    await waiting(scene.right, scene.destination, "Lock");
    stop.abort();
    expect(await copy).toMatchObject({ code: "CANCELLED" });
    await other.query("ROLLBACK");
    await expectUsable(scene);
  });

  test.each(["COPY (SELECT 1, 'x') TO STDOUT", ENDLESS])("while a trigger of the destination sleeps: %s", async (from) => {
    await using scene = await setScene();
    await scene.right.sql(`
      CREATE FUNCTION public.sleep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(1000); RETURN NEW; END $$;
      CREATE TRIGGER sleep BEFORE INSERT ON public.t FOR EACH ROW EXECUTE FUNCTION public.sleep()`);
    const stop = new AbortController();
    const copy = scene.fails({ from, signal: stop.signal });
    await waiting(scene.right, scene.destination, "Timeout");
    stop.abort();
    expect(await copy).toMatchObject({ code: "CANCELLED" });
    await expectUsable(scene);
  });

  test("and servers that do not answer any more: the sessions are closed", async () => {
    await using scene = await setScene();
    const stop = new AbortController();
    const freeze = () => {
      for (const proxy of scene.proxies) proxy.freeze();
      stop.abort();
    };
    expect(await scene.fails({ signal: stop.signal, graceMs: 50, onBytes: once(freeze) })).toMatchObject({ code: "CANCELLED" });
    await expectLost(scene.source);
    await expectLost(scene.destination);
  });
});

test("a budget that fails", async () => {
  await using scene = await setScene();
  const reason = new TidemarkError("CANCELLED", "no");
  expect(await scene.fails({ budget: { take: () => Promise.reject(reason) } })).toBe(reason);
  await expectUsable(scene);
});

/** Calls it the first time only. */
function once(work: () => unknown): () => void {
  let done = false;
  return () => {
    if (!done) void work();
    done = true;
  };
}

/** Resolves when a session's server process waits for such a thing. */
async function waiting(db: TestDatabase, { pid }: Session, type: string): Promise<void> {
  for (;;) {
    const [row] = await db.sql<{ type: string | null }>(`SELECT wait_event_type AS type FROM pg_stat_activity WHERE pid = ${pid}`);
    if (row?.type === type) return;
  }
}
