import { readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { keepChangeset, keptChangeset } from "../../src/cli/kept-changesets.ts";
import { temporaryFolder } from "../support/temp.ts";

test("keeps what a run applied when the file it came from is gone, for its owner only", async () => {
  await using folder = await temporaryFolder("tidemark-kept-");
  const changeset = folder.join("changes");
  writeFileSync(changeset, "what it applied", { mode: 0o600 });
  keepChangeset(folder.join("state"), "r1", changeset);
  rmSync(changeset);
  const kept = await keptChangeset(folder.join("state"), "r1");
  expect(readFileSync(kept ?? "", "utf8")).toBe("what it applied");
  expect(statSync(kept ?? "").mode & 0o777).toBe(0o600);
  expect(statSync(folder.join("state/runs")).mode & 0o777).toBe(0o700);
  expect(await keptChangeset(folder.join("state"), "r2")).toBeUndefined();
});

test("keeps those of the newest twenty runs, and none that is huge", async () => {
  await using folder = await temporaryFolder("tidemark-kept-");
  const changeset = folder.join("changes");
  for (let run = 1; run <= 25; run += 1) {
    writeFileSync(changeset, String(run));
    keepChangeset(folder.path, `r${run}`, changeset);
    rmSync(changeset);
  }
  const names = readdirSync(folder.join("runs"));
  expect(names).toHaveLength(20);
  expect(names).toContain("r25.changes");
  writeFileSync(changeset, "");
  truncateSync(changeset, 257 * 1024 * 1024);
  keepChangeset(folder.path, "huge", changeset);
  expect(await keptChangeset(folder.path, "huge")).toBeUndefined();
});
