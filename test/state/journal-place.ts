import { openS3StateObjects } from "../../src/objects/stores/s3/state-objects.ts";
import { LIMITS } from "../../src/state/journal/compaction.ts";
import type { OwnClock } from "../../src/state/journal/journal-state.ts";
import { type JournalOptions, openJournal } from "../../src/state/journal/open.ts";
import type { WholeState } from "../../src/state/whole.ts";
import { makeBucket, type S3Endpoint, type TestBucket } from "../support/buckets.ts";
import { PlaceClock, type StatePlace } from "./state-conformance.ts";

export interface JournalPlace extends StatePlace {
  readonly bucket: TestBucket;
  open(options?: Partial<JournalOptions>): Promise<WholeState>;
}

/** Time that passes when somebody waits for it. */
export function fakeClock(): OwnClock {
  let passed = 0;
  return {
    elapsed: () => passed,
    pause: async (ms) => {
      passed += ms;
    },
  };
}

/** A place in a bucket of its own. It is compacted all the time, so that everything else is tried across compactions. */
export async function journalPlace(server: S3Endpoint): Promise<JournalPlace> {
  const bucket = await makeBucket(server);
  const limits = { ...LIMITS, smallParts: 2, small: 20_000, rebaseAbove: 60_000, chunk: 50_000 };
  const clock = new PlaceClock();
  return {
    bucket,
    lapse: clock.lapse,
    open: (options = {}) =>
      openJournal({
        now: clock.now,
        objects: openS3StateObjects(bucket.location, "tidemark/nightly/"),
        plan: "nightly",
        access: "create",
        clock: fakeClock(),
        limits,
        ...options,
      }),
    async [Symbol.asyncDispose]() {
      bucket.close();
    },
  };
}
