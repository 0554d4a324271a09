import { expect, test } from "vitest";
import { shareOf, threadsFor } from "../../../src/objects/apply/threads/thread-count.ts";
import { directoryLocation, objectSync, s3Location } from "../../support/sync-plans.ts";

const bucket = s3Location({ endpoint: "http://s3.test", region: "r", accessKeyId: "a", secretAccessKey: "b" }, "b");
const sync = (concurrency: "auto" | number) => objectSync(directoryLocation("/d"), bucket, { concurrency });

test("threads together have no more requests in flight than the plan says", () => {
  for (const concurrency of [16, 33, 35, 100]) {
    for (const asked of [1, 2, 3, 4]) {
      const threads = threadsFor(sync(concurrency), 10_000, asked);
      if (threads > 0) expect(Number(shareOf(sync(concurrency), threads)) * threads).toBeLessThanOrEqual(concurrency);
    }
  }
  expect(threadsFor(sync(35), 10_000, 4)).toBe(4);
  expect(shareOf(sync("auto"), 4)).toBe("auto");
});

test("a rate is kept by one thread", () => {
  const limited = { ...sync("auto"), rate: { bytesPerSecond: 1000, requestsPerSecond: undefined } };
  expect(threadsFor(limited, 10_000, 4)).toBe(0);
});
