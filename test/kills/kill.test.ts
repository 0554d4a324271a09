import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { killRounds } from "../support/kill-rounds.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tidemark-kills-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

test.each([
  { from: "directory", to: "s3", kills: 8, seed: 1 },
  { from: "s3", to: "s3", kills: 8, seed: 2 },
  { from: "s3", to: "directory", kills: 8, seed: 3 },
] as const)("killed $kills times from $from to $to: converges, nothing twice, nothing torn, nothing left", async (round) => {
  const { kills } = await killRounds({ ...round, folder });
  expect(kills).toBe(round.kills);
});
