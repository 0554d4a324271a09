import { once } from "node:events";
import { connect } from "node:net";
import pg from "pg";
import { expect, test } from "vitest";
import { SessionDoor } from "../../../src/postgres/dump/native/session-door.ts";
import { makeDatabase } from "../../support/postgres/databases.ts";
import { sessionWith } from "../../support/postgres/pg-dump.ts";

function clientOf({ port }: SessionDoor, password: string): pg.Client {
  const client = new pg.Client({ host: "127.0.0.1", port, user: "anybody", password, database: "any" });
  client.on("error", () => {});
  return client;
}

test("one client gets in, by the password that was made for it, and has the session", async () => {
  await using db = await makeDatabase(18);
  await using session = await sessionWith(db);
  await using door = await SessionDoor.open(session);
  for (const wrong of ["wrong", `${door.password} `, door.password.slice(1)])
    await expect(clientOf(door, wrong).connect(), wrong).rejects.toThrow("not for you");

  const client = clientOf(door, door.password);
  await client.connect();
  const { rows } = await client.query<{ pid: number; text: string }>("SELECT pg_backend_pid() AS pid, repeat('x', 5000000) AS text");
  expect(rows.map(({ pid, text }) => [pid, text.length])).toEqual([[session.pid, 5_000_000]]);

  await expect(clientOf(door, door.password).connect()).rejects.toThrow("ECONNREFUSED");
  await client.end();
});

test("who was knocking when another got in is sent away", async () => {
  await using db = await makeDatabase(18);
  await using session = await sessionWith(db);
  await using door = await SessionDoor.open(session);
  const idle = connect(door.port, "127.0.0.1");
  await once(idle, "connect");
  const gone = once(idle, "close");
  const client = clientOf(door, door.password);
  await client.connect();
  idle.resume();
  await gone;
  await client.end();
});

test("whoever speaks no protocol is sent away, and the session is given back where nobody came", async () => {
  await using db = await makeDatabase(18);
  await using session = await sessionWith(db);
  {
    await using door = await SessionDoor.open(session);
    for (const bytes of ["GET / HTTP/1.1\r\n\r\n", "\0\0\0\u0004", "\0\0\0\u0008\u0004\u00d2\u0016\u002e"]) {
      const socket = connect(door.port, "127.0.0.1");
      socket.resume();
      const gone = once(socket, "close");
      socket.write(bytes, "latin1");
      await gone;
    }
  }
  expect(await session.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

test("a client of a later protocol is told which one there is", async () => {
  await using db = await makeDatabase(18);
  await using session = await sessionWith(db);
  await using door = await SessionDoor.open(session);
  const socket = connect(door.port, "127.0.0.1");
  const parameters = Buffer.from("user\0x\0_pq_.new_thing\0on\0\0");
  const header = Buffer.alloc(8);
  header.writeInt32BE(parameters.length + 8, 0);
  header.writeInt32BE((3 << 16) | 2, 4);
  socket.write(Buffer.concat([header, parameters]));
  const received: Buffer[] = [];
  while (Buffer.concat(received).length < 28 + 9) received.push((await once(socket, "data"))[0] as Buffer);
  const answer = Buffer.concat(received);
  expect(answer.toString("latin1", 0, 1)).toBe("v");
  expect([answer.readInt32BE(5), answer.readInt32BE(9), answer.toString("latin1", 13, 27)]).toEqual([3 << 16, 1, "_pq_.new_thing"]);
  expect(answer.toString("latin1", 28, 29)).toBe("R");
  socket.destroy();
});

test("a server that goes away takes the client with it", async () => {
  await using db = await makeDatabase(18);
  await using session = await sessionWith(db);
  await using door = await SessionDoor.open(session);
  const client = clientOf(door, door.password);
  await client.connect();
  const ended = new Promise<void>((resolve) => client.once("end", resolve));
  await db.sql(`SELECT pg_terminate_backend(${session.pid})`);
  await ended;
});
