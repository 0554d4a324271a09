import { chown, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { forwardCopy } from "../../../src/postgres/copy/forward.ts";
import { startPostgres } from "../../support/postgres/servers.ts";
import { POSTGRES_TLS } from "../../support/postgres/tls.ts";
import { sessionTo, statusOf, UNLIMITED } from "./sessions.ts";

test("over TLS on both sides: rows, a stop amid them, and an error", async () => {
  const server = await startPostgres(15);
  try {
    const { uid, gid } = await stat(server.data);
    for (const [name, text] of [
      ["server.crt", POSTGRES_TLS.cert],
      ["server.key", POSTGRES_TLS.key],
    ] as const) {
      await writeFile(join(server.data, name), text, { mode: 0o600 });
      await chown(join(server.data, name), uid, gid);
    }
    const db = { name: "postgres", port: server.port };
    {
      await using session = await sessionTo(db);
      await session.query("ALTER SYSTEM SET ssl = on");
      await session.query("CREATE TABLE public.t (a int, b text)");
    }
    await server.restart("fast");
    await using source = await sessionTo(db);
    await using destination = await sessionTo(db);
    for (const session of [source, destination]) {
      expect(await session.query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")).toEqual([{ ssl: true }]);
    }
    const stop = new AbortController();
    const copy = (from: string, signal = new AbortController().signal, onBytes?: () => void) =>
      forwardCopy({
        source,
        destination,
        from: `COPY (${from}) TO STDOUT`,
        to: "COPY public.t FROM STDIN",
        item: "public.t",
        budget: UNLIMITED,
        signal,
        onBytes,
      });
    expect((await copy("SELECT i, repeat('x', i % 1000) FROM generate_series(1, 50000) i")).rows).toBe(50_000);
    expect(await destination.query("SELECT count(*)::int AS n, sum(length(b))::int AS s FROM public.t")).toEqual([{ n: 50_000, s: 24_975_000 }]);
    const endless = "SELECT i, 'row' FROM (SELECT generate_series(1, 2000000000) AS i OFFSET 0) n";
    await source.query("BEGIN");
    await expect(copy(endless, stop.signal, () => stop.abort())).rejects.toMatchObject({ code: "CANCELLED" });
    expect([statusOf(source), statusOf(destination)]).toEqual(["T", "I"]);
    await expect(copy("SELECT i, 1 / (i - 50000) FROM generate_series(1, 100000) i")).rejects.toThrow("division by zero");
    expect([statusOf(source), statusOf(destination)]).toEqual(["T", "I"]);
    expect((await copy("SELECT 1, 'x'")).rows).toBe(1);
  } finally {
    await server.stop();
  }
});
