import { expect, test } from "vitest";
import { withoutLocks } from "../../../src/postgres/dump/without-locks.ts";

function message(sql: string, kind = "Q"): Buffer {
  const text = Buffer.from(`${sql}\0`);
  const header = Buffer.alloc(5);
  header.write(kind, 0, "latin1");
  header.writeInt32BE(text.length + 4, 1);
  return Buffer.concat([header, text]);
}

const closed = new Set(['"app"."orders"', '"Sch""e, ma"."in IN ACCESS"', '"app"."in"']);

test("tables that may not be locked are left out, whatever they are called", () => {
  expect(withoutLocks(message(`LOCK TABLE public.a, app.orders, "Sch""e, ma"."in IN ACCESS", app."in", app.b IN ACCESS SHARE MODE`), closed)).toEqual(
    message('LOCK TABLE "public"."a", "app"."b" IN ACCESS SHARE MODE'),
  );
});

test("where none is left nothing is locked, and the answer is none with rows", () => {
  expect(withoutLocks(message("LOCK TABLE app.orders IN ACCESS SHARE MODE"), closed)).toEqual(message("SET TRANSACTION READ ONLY"));
});

test.each([
  ["another statement", message("SELECT 'LOCK TABLE app.orders IN ACCESS SHARE MODE'")],
  ["another kind of message", message("LOCK TABLE app.orders IN ACCESS SHARE MODE", "P")],
  ["several messages", Buffer.concat([message("LOCK TABLE app.orders IN ACCESS SHARE MODE"), message("SELECT 1")])],
])("%s goes on as it is", (_, given) => {
  expect(withoutLocks(given, closed)).toBe(given);
});

test("a role that may lock all of them changes nothing", () => {
  const given = message("LOCK TABLE app.orders IN ACCESS SHARE MODE");
  expect(withoutLocks(given, new Set())).toBe(given);
});
