import { Writable } from "node:stream";
import { expect, test } from "vitest";
import { JsonLines } from "../../src/report/json-lines.ts";
import { Output } from "../../src/report/output.ts";
import { wantsColor } from "../../src/report/paint.ts";
import { textOf } from "./changeset-fixture.ts";

test("a reader that went away ends the output, and is no error", async () => {
  const gone = new Writable({ write: (_chunk, _encoding, done) => done(Object.assign(new Error("write EPIPE"), { code: "EPIPE" })) });
  const out = new Output(gone);
  out.line("x".repeat(20_000));
  await out.flush();
  await new Promise((resolve) => setImmediate(resolve));
  expect(out.closed).toBe(true);
  out.line("more");
  await out.flush();
});

test("a slow reader is waited for", async () => {
  const taken: string[] = [];
  const slow = new Writable({
    highWaterMark: 10,
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      taken.push(chunk);
      setImmediate(done);
    },
  });
  const out = new Output(slow);
  for (let at = 0; at < 5; at++) {
    out.line(`line ${at}, longer than the stream holds`);
    await out.flush();
    expect(slow.writableLength).toBeLessThan(10);
  }
  expect(taken).toHaveLength(5);
});

test("JSON lines begin with their version and hold nothing that a terminal would obey", async () => {
  const text = await textOf((out) => new JsonLines(out, "1.2.3").line({ type: "action", key: "\u001b[2J\u202E\u2028\u009b\ud800é" }));
  const [first, second = ""] = text.split("\n");
  expect(JSON.parse(first ?? "")).toEqual({ type: "version", tidemark: "1.2.3", format: "1.0" });
  expect(second).toContain("é");
  expect(second).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e]/);
  expect(JSON.parse(second)).toEqual({ type: "action", key: "\u001b[2J\u202E\u2028\u009b\ud800é" });
});

test.each([
  [{ flag: true, env: {}, terminal: true }, true],
  [{ flag: true, env: {}, terminal: false }, false],
  [{ flag: true, env: { FORCE_COLOR: "1" }, terminal: false }, true],
  [{ flag: true, env: { FORCE_COLOR: "0" }, terminal: true }, false],
  [{ flag: true, env: { NO_COLOR: "1", FORCE_COLOR: "1" }, terminal: true }, false],
  [{ flag: true, env: { NO_COLOR: "" }, terminal: true }, true],
  [{ flag: false, env: { FORCE_COLOR: "1" }, terminal: true }, false],
  [{ flag: true, env: { TERM: "dumb" }, terminal: true }, false],
])("colours for %o: %s", ({ flag, env, terminal }, wanted) => {
  expect(wantsColor(flag, env, terminal)).toBe(wanted);
});
