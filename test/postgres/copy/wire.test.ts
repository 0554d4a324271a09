import pg from "pg";
import { expect, test } from "vitest";
import { CopyIn, CopyOut } from "../../../src/postgres/copy/wire.ts";
import { makeDatabase } from "../../support/postgres/databases.ts";
import { sessionTo, startProxy, statusOf } from "./sessions.ts";

/** What wire.ts relies on beneath the public interface of `pg`: where this fails after an update, look there first. */
test("the installed version of pg is built as we think", async () => {
  await using db = await makeDatabase(15);
  await using session = await sessionTo(db);
  const { client } = session;
  expect(client).toBeInstanceOf(pg.Client);
  const connection = client.connection as unknown as Record<string, unknown>;
  for (const method of ["query", "endCopyFrom", "sendCopyFail", "on", "off"]) expect(typeof connection[method], method).toBe("function");
  // One parser, which is given back its listening after a copy.
  expect(client.connection.stream.listenerCount("data")).toBe(1);
  const events: string[] = [];
  for (const name of ["readyForQuery", "errorMessage"]) client.connection.on(name, () => events.push(name));
  await expect(client.query("SELECT 1/0")).rejects.toBeInstanceOf(pg.DatabaseError);
  await client.query("");
  // The query itself is told of its error only.
  expect(events).toEqual(["errorMessage", "readyForQuery", "readyForQuery"]);
  expect(statusOf(session)).toBe("I");
  await client.query("BEGIN");
  expect(statusOf(session)).toBe("T");
});

test("rows go to the listener as frames, and everything else to pg", async () => {
  await using db = await makeDatabase(15);
  await using session = await sessionTo(db);
  const frames: Buffer[] = [];
  let payload = 0;
  const out = new CopyOut(session.client, "COPY (VALUES ('a', 1), ('b\\c', NULL)) TO STDOUT", {
    rows: (bytes, more) => {
      frames.push(Buffer.from(bytes));
      payload += more;
      return false;
    },
    failed: () => {},
  });
  session.client.query(out);
  expect(await out.finished).toEqual({ rows: 2, error: undefined, closed: false });
  expect(Buffer.concat(frames).toString("latin1")).toBe("d\0\0\0\x08a\t1\nd\0\0\0\x0cb\\\\c\t\\N\n");
  expect(payload).toBe(12);
  expect(await session.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

test("a statement for rows that is none ends without having been opened", async () => {
  await using db = await makeDatabase(15);
  await using session = await sessionTo(db);
  const failed: string[] = [];
  for (const text of ["SELECT 1", "", "COPY (SELECT 1) TO STDOUT", "SELEC"]) {
    const copy = new CopyIn(session.client, text, { failed: ({ message }) => failed.push(message) });
    session.client.query(copy);
    expect(await copy.opened).toBe(false);
    expect(await copy.finished).toMatchObject({ closed: false });
  }
  expect(failed).toEqual(['syntax error at or near "SELEC"']);
});

test("a stream that is not PostgreSQL's protocol ends the session", async () => {
  await using db = await makeDatabase(15);
  let garble = false;
  await using proxy = await startProxy({
    to: db.port,
    deliver: (bytes, client) =>
      void client.write(garble ? Buffer.from("HTTP/1.1 400 Bad Request\r\nContent-Type: text/html; charset=utf-8\r\n\r\n".repeat(3)) : bytes),
  });
  await using session = await sessionTo(db, { port: proxy.port });
  garble = true;
  const out = new CopyOut(session.client, "COPY (SELECT 1) TO STDOUT", { rows: () => false, failed: () => {} });
  session.client.query(out);
  const { closed, error } = await out.finished;
  expect(closed).toBe(true);
  expect(error?.message).toContain("no message of PostgreSQL's protocol");
  expect(session.isLost).toBe(true);
});
