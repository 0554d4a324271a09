import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TidemarkError } from "../../src/core/errors.ts";
import { StateDatabase } from "../../src/state/database.ts";
import { openState, openStateReadOnly, setStateAside, statePath } from "../../src/state/open.ts";
import { SqliteState } from "../../src/state/sqlite-state.ts";
import { temporaryFolder, type TemporaryFolder } from "../support/temp.ts";
import { applied, collect, failed, OWNER, pagesOf, record, runStart } from "./samples.ts";

let folder: TemporaryFolder;
let sound: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  const state = await openState({ folder: folder.path, plan: "sound", create: true });
  await state.startRun(runStart("r1"), []);
  await state.record("r1", [...Array.from({ length: 600 }, (_, i) => applied(i + 1, `key-${i}`)), failed(700, "gone")], []);
  await state.close();
  sound = statePath(folder.path, "sound");
});
afterAll(() => folder[Symbol.asyncDispose]());

const OPTIONS = () => ({ folder: folder.path, plan: "copy", create: true });
const path = () => statePath(folder.path, "copy");

function codeOf(error: unknown): string {
  expect(error).toBeInstanceOf(TidemarkError);
  return error instanceof TidemarkError ? error.code : "";
}

async function readAll(): Promise<number> {
  const state = await openState(OPTIONS());
  try {
    await state.runs();
    await collect(state.problems("r1"));
    return (await collect(state.slice("s"))).length + (await collect(state.applied("sha256:p"))).length;
  } finally {
    await state.close();
  }
}

test("with bytes changed it is read as it can be, or is said to be damaged and left as it is", async () => {
  const bytes = readFileSync(sound);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 20 }), async (flips) => {
      const changed = Buffer.from(bytes);
      for (const [at, mask] of flips) changed[at] = (changed[at] ?? 0) ^ mask;
      writeFileSync(path(), changed);
      const found = await readAll().catch((error: unknown) => error);
      if (typeof found === "number") return;
      expect(codeOf(found)).toMatch(/^STATE_(DAMAGED|FORMAT)$/);
      expect(readFileSync(path()).equals(changed)).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test("cut short anywhere it is damaged, and left as it is", async () => {
  const { length } = readFileSync(sound);
  for (let cut = 0; cut < length; cut += Math.ceil(length / 40)) {
    copyFileSync(sound, path());
    truncateSync(path(), cut);
    const before = readFileSync(path());
    expect(codeOf(await readAll().catch((error: unknown) => error)), `cut at ${cut}`).toBe("STATE_DAMAGED");
    expect(readFileSync(path()).equals(before)).toBe(true);
  }
});

test("what is no state is damaged, and left as it is", async () => {
  const other = folder.join("other.sqlite");
  const db = new DatabaseSync(other);
  db.exec("CREATE TABLE meta (name, value)");
  db.close();
  for (const content of [Buffer.from("no database ".repeat(1000)), readFileSync(other)]) {
    writeFileSync(path(), content);
    for (const open of [openState, openStateReadOnly]) expect(codeOf(await open(OPTIONS()).catch((error: unknown) => error))).toBe("STATE_DAMAGED");
    expect(readFileSync(path()).equals(content)).toBe(true);
  }
  const place = folder.join("place");
  mkdirSync(statePath(place, "copy"), { recursive: true });
  expect(codeOf(await openState({ folder: place, plan: "copy", create: true }).catch((error: unknown) => error))).toBe("STATE_DAMAGED");
});

test("a state of a newer version is refused", async () => {
  copyFileSync(sound, path());
  const db = new DatabaseSync(path());
  db.exec("PRAGMA user_version = 9");
  db.close();
  for (const open of [openState, openStateReadOnly]) expect(codeOf(await open(OPTIONS()).catch((error: unknown) => error))).toBe("STATE_FORMAT");
});

test("a damaged one is moved aside with all that belongs to it, and a new one takes its place", async () => {
  await using place = await temporaryFolder();
  const file = statePath(place.path, "a");
  expect(setStateAside(place.path, "a")).toBeUndefined();
  for (const n of [1, 2]) {
    writeFileSync(file, `damaged ${n}`);
    writeFileSync(`${file}-wal`, `log ${n}`);
    expect(setStateAside(place.path, "a")).toBe(`${file}.damaged-${n}`);
    expect(readFileSync(`${file}.damaged-${n}`, "utf8")).toBe(`damaged ${n}`);
    expect(readFileSync(`${file}.damaged-${n}-wal`, "utf8")).toBe(`log ${n}`);
  }
  expect(existsSync(file)).toBe(false);
  const state = await openState({ folder: place.path, plan: "a", create: true });
  expect(await state.restore("s", pagesOf([record("k")]), [])).toBe(1);
  await state.close();
  expect(readdirSync(place.path)).toHaveLength(5);
});

test("a full disk loses nothing that was recorded", async () => {
  await using place = await temporaryFolder();
  const options = { folder: place.path, plan: "a", create: true };
  await (await openState(options)).close();
  const file = new DatabaseSync(statePath(place.path, "a"));
  file.exec("PRAGMA synchronous = FULL; PRAGMA max_page_count = 60");
  const state = new SqliteState(new StateDatabase(file, "a", { now: Date.now, patienceMs: 1000, refusal: undefined }), "l");
  const lease = await state.lock("d", OWNER);
  await state.startRun(runStart("r1"), [lease]);
  let recorded = 0;
  let refusal: unknown;
  while (refusal === undefined) {
    const batch = Array.from({ length: 100 }, (_, i) => applied(recorded + i + 1, `key-${recorded + i}`));
    await state.record("r1", batch, [lease]).then(
      () => (recorded += 100),
      (error: unknown) => (refusal = error),
    );
  }
  expect(codeOf(refusal)).toBe("STATE_DISK_FULL");
  expect(recorded).toBeGreaterThan(0);
  expect(await collect(state.applied("sha256:p"))).toHaveLength(recorded);
  file.exec("PRAGMA max_page_count = 10000");
  await state.record("r1", [applied(recorded + 1, "more")], [lease]);
  await state.close();
  const again = await openState(options);
  expect(await collect(again.applied("sha256:p"))).toHaveLength(recorded + 1);
  expect(await again.counts()).toEqual({ s: recorded + 1 });
  await again.close();
});

test("a file that may not be written says so", async () => {
  copyFileSync(sound, path());
  const state = new SqliteState(
    new StateDatabase(new DatabaseSync(path(), { readOnly: true }), path(), { now: Date.now, patienceMs: 1000, refusal: undefined }),
    "l",
  );
  expect(codeOf(await state.startRun(runStart("r9"), []).catch((error: unknown) => error))).toBe("STATE_READ_ONLY");
  await state.close();
});

test("a folder that cannot be made says so", async () => {
  writeFileSync(folder.join("file"), "");
  expect(codeOf(await openState({ folder: folder.join("file", "state"), plan: "a", create: true }).catch((error: unknown) => error))).toBe("STATE_UNREADABLE");
});
