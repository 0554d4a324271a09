import { expect, test } from "vitest";
import { databaseKillRounds } from "../support/postgres/kill-rounds.ts";
import { temporaryFolder } from "../support/temp.ts";

test.each([
  { from: 15, to: 15, kills: 20, seed: 21 },
  { from: 13, to: 18, kills: 15, seed: 22 },
] as const)("killed $kills times from PostgreSQL $from to $to: converges, and leaves nothing", async (round) => {
  await using folder = await temporaryFolder();
  const { kills } = await databaseKillRounds({ ...round, folder });
  expect(kills).toBe(round.kills);
});
