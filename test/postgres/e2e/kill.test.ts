import { expect, test } from "vitest";
import { databaseKillRounds } from "../../support/postgres/kill-rounds.ts";
import { temporaryFolder } from "../../support/temp.ts";

test("killed 4 times while it copies a database: converges, and leaves nothing", async () => {
  await using folder = await temporaryFolder();
  const { kills } = await databaseKillRounds({ from: 15, to: 15, kills: 4, seed: 5, folder });
  expect(kills).toBe(4);
}, 120_000);
