import { copyFileSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TidemarkError } from "../../src/core/errors.ts";
import { openChangeset } from "../../src/changeset/read.ts";
import { temporaryFolder, type TemporaryFolder } from "../support/temp.ts";
import { copy, sampleSync, write } from "./samples.ts";

let folder: TemporaryFolder;
let original: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  original = folder.join("original.changeset");
  const actions = Array.from({ length: 40 }, (_, i) =>
    copy(`key-${i}`, i % 5 === 0 ? { action: "conflict", reason: "both", destination: { size: 1 } } : { detail: "note" }),
  );
  write(original, [sampleSync("a", actions), sampleSync("b", actions.slice(0, 3))]).close();
});
afterAll(() => folder[Symbol.asyncDispose]());

function copied(): string {
  copyFileSync(original, folder.join("copy.changeset"));
  return folder.join("copy.changeset");
}

async function contentOf(path: string): Promise<string> {
  const changeset = await openChangeset(path);
  try {
    return JSON.stringify([changeset.origin, changeset.summary, [...changeset.actions()]]);
  } finally {
    changeset.close();
  }
}

function codeOf(error: unknown): string {
  expect(error).toBeInstanceOf(TidemarkError);
  return error instanceof TidemarkError ? error.code : "";
}

test.each([
  "UPDATE effects SET key = 'key-999' WHERE id = 3",
  "UPDATE effects SET kind = 3 WHERE id = 3",
  "UPDATE effects SET kind = 7 WHERE id = 3",
  "UPDATE effects SET kind = 77 WHERE id = 3",
  "UPDATE effects SET reason = 1 WHERE id = 3",
  "UPDATE effects SET reason = 99 WHERE id = 3",
  "UPDATE effects SET bytes = bytes + 1 WHERE id = 3",
  "UPDATE effects SET bytes = -1 WHERE id = 3",
  "UPDATE effects SET rows = rows + 1 WHERE id = 3",
  "UPDATE effects SET rows = -1 WHERE id = 3",
  "UPDATE notes SET rows = 7 WHERE id = 1",
  "UPDATE effects SET source = '9|x|e1' WHERE id = 3",
  "UPDATE effects SET source = NULL WHERE id = 3",
  "UPDATE effects SET destination = '||' WHERE id = 3",
  "UPDATE effects SET detail = 'else' WHERE id = 3",
  "UPDATE effects SET id = 500 WHERE id = 3",
  "UPDATE effects SET id = 0 WHERE id = 1",
  "DELETE FROM effects WHERE id = 3",
  "DELETE FROM effects WHERE id = (SELECT max(id) FROM effects)",
  "INSERT INTO effects SELECT 1000, kind, reason, key, bytes, rows, source, destination, detail FROM effects WHERE id = 3",
  "INSERT INTO effects SELECT -5, kind, reason, key, bytes, rows, source, destination, detail FROM effects WHERE id = 3",
  "UPDATE notes SET key = 'key-999' WHERE id = 1",
  "UPDATE notes SET place = 4 WHERE id = 1",
  "UPDATE notes SET kind = 8 WHERE id = 1",
  "UPDATE notes SET kind = 1 WHERE id = 1",
  "DELETE FROM notes WHERE id = 2",
  "DELETE FROM notes",
  "UPDATE reasons SET reason = 'else' WHERE id = 1",
  "INSERT INTO reasons VALUES (9, 'more')",
  "UPDATE syncs SET header = replace(header, 'https://here/a-to', 'https://there/a-to')",
  "UPDATE syncs SET header = '{}'",
  "UPDATE syncs SET header = '['",
  "UPDATE syncs SET header = header || ' '",
  "UPDATE syncs SET summary = replace(summary, 'SOME_NOTICE', 'OTHER')",
  "UPDATE syncs SET summary = replace(summary, '\"absent\":', '\"absent\":1')",
  "UPDATE syncs SET summary = replace(summary, 'the catalog at 7', 'the catalog at 8')",
  'UPDATE syncs SET summary = replace(summary, \'"stamp":"the catalog at 7"\', \'"stamp":7\')',
  "UPDATE syncs SET effects = effects - 1, notes = notes + 1 WHERE id = 1",
  "UPDATE syncs SET effects = -1",
  "UPDATE syncs SET effects = effects + 1000000000000",
  "UPDATE syncs SET header = (SELECT header FROM syncs WHERE id = 1)",
  "DELETE FROM syncs WHERE id = 2",
  "UPDATE meta SET value = replace(value, 'l-1', 'l-2') WHERE name = 'origin'",
  "UPDATE meta SET value = '0.0.9' WHERE name = 'tidemark'",
  "UPDATE meta SET value = 'sha256:00' WHERE name = 'planId'",
  "UPDATE meta SET value = replace(value, '3', '4') WHERE name = 'requests'",
  "DELETE FROM meta WHERE name = 'seal'",
  "INSERT INTO meta VALUES ('more', 'x')",
  "CREATE TABLE more (x)",
  "CREATE VIEW more AS SELECT 1",
  "CREATE TRIGGER more AFTER INSERT ON effects BEGIN SELECT 1; END",
  "CREATE INDEX more ON effects (key)",
  "ALTER TABLE effects ADD COLUMN more TEXT",
  "DROP TABLE notes",
])("refused after %s", async (sql) => {
  const path = copied();
  const db = new DatabaseSync(path);
  db.exec(sql);
  db.close();
  await expect(openChangeset(path)).rejects.toMatchObject({ code: "CHANGESET_ALTERED" });
});

test("a number that JavaScript cannot hold is refused", async () => {
  const path = copied();
  const db = new DatabaseSync(path);
  db.exec("UPDATE effects SET bytes = 9223372036854775807 WHERE id = 3");
  db.close();
  expect(codeOf(await contentOf(path).catch((error: unknown) => error))).toMatch(/^CHANGESET_(ALTERED|UNREADABLE)$/);
});

test("with any byte changed it is refused, or nothing it says is different", async () => {
  const bytes = readFileSync(original);
  const whole = await contentOf(original);
  const path = folder.join("flipped.changeset");
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 3 }), async (flips) => {
      const changed = Buffer.from(bytes);
      for (const [at, mask] of flips) changed[at] = (changed[at] ?? 0) ^ mask;
      writeFileSync(path, changed);
      const found = await contentOf(path).catch((error: unknown) => error);
      if (found instanceof Error) {
        expect(codeOf(found)).toMatch(/^CHANGESET_(ALTERED|UNREADABLE|FORMAT)$/);
      } else {
        expect(found).toBe(whole);
      }
    }),
    { numRuns: 600 },
  );
});

test("every byte of what it says counts", async () => {
  const bytes = readFileSync(original);
  const whole = await contentOf(original);
  const path = folder.join("flipped.changeset");
  let refused = 0;
  for (const needle of ["key-17", "2024-05-01", "note", "SOME_NOTICE", "s3 a-from", "https://here/b-to", "sha256:aa", "nightly.yaml", "both"]) {
    for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at + 1)) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      writeFileSync(path, changed);
      const found = await contentOf(path).catch((error: unknown) => error);
      if (found instanceof TidemarkError) refused += 1;
      else expect(found).toBe(whole);
    }
  }
  expect(refused).toBeGreaterThan(40);
});

test("cut short anywhere it is refused", async () => {
  const { length } = readFileSync(original);
  for (let cut = 0; cut < length; cut += Math.ceil(length / 60)) {
    const path = copied();
    truncateSync(path, cut);
    expect(codeOf(await contentOf(path).catch((error: unknown) => error)), `cut at ${cut}`).toMatch(/^CHANGESET_(ALTERED|UNREADABLE)$/);
  }
});

test("another format names the version that wrote it", async () => {
  const path = copied();
  const db = new DatabaseSync(path);
  db.exec("PRAGMA user_version = 9; UPDATE meta SET value = '7.0.1' WHERE name = 'tidemark'; DROP TABLE notes");
  db.close();
  const error = await openChangeset(path).catch((refused: unknown) => refused);
  expect(codeOf(error)).toBe("CHANGESET_FORMAT");
  expect(String(error)).toContain("Tidemark 7.0.1 in format 9");
});

test("what is no changeset is said to be none", async () => {
  const database = folder.join("other.sqlite");
  const db = new DatabaseSync(database);
  db.exec("CREATE TABLE meta (name, value)");
  db.close();
  writeFileSync(folder.join("text"), "not a database at all, but long enough to be looked at as one".repeat(100));
  writeFileSync(folder.join("empty"), "");
  mkdirSync(folder.join("sub"));
  for (const name of ["other.sqlite", "text", "empty", "sub", "missing"]) {
    await expect(openChangeset(folder.join(name)), name).rejects.toMatchObject({ code: "CHANGESET_UNREADABLE" });
  }
});

test("opening leaves no file beside, and does not look at a journal that lies there", async () => {
  await using place = await temporaryFolder();
  const path = place.join("a.changeset");
  copyFileSync(original, path);
  writeFileSync(`${path}-journal`, readFileSync(original));
  writeFileSync(`${path}-wal`, "hostile");
  expect(await contentOf(path)).toBe((await contentOf(original)).replaceAll(original, path));
  expect(readdirSync(place.path).toSorted()).toEqual(["a.changeset", "a.changeset-journal", "a.changeset-wal"]);
});
