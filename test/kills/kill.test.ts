import { expect, test } from "vitest";
import { killRounds } from "../support/kill-rounds.ts";
import { temporaryFolder } from "../support/temp.ts";

test.each([
  { from: "directory", to: "s3", kills: 60, seed: 1 },
  { from: "directory", to: "s3", threads: 2, kills: 40, seed: 4 },
  { from: "s3", to: "s3", kills: 50, seed: 2 },
  { from: "s3", to: "directory", kills: 50, seed: 3 },
] as const)("killed $kills times from $from to $to: converges, nothing twice, nothing torn, nothing left", async (round) => {
  await using folder = await temporaryFolder();
  const { kills } = await killRounds({ ...round, folder: folder.path });
  expect(kills).toBe(round.kills);
});
