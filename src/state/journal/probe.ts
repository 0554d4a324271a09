import { TidemarkError } from "../../core/errors.ts";
import { newId } from "./head.ts";
import type { StateObjects } from "./state-objects.ts";

const RACERS = 4;
const FOREIGN = { kind: "etag", etag: "00000000000000000000000000000000" } as const;

/**
 * Tries on an object of its own, which is gone afterwards, what a journal relies on: that of many who
 * create one object at once one succeeds, and that an object is only replaced by whoever knows it.
 *
 * @throws TidemarkError `STATE_CONDITIONS`
 */
export async function probeConditions(objects: StateObjects): Promise<void> {
  const name = `probe-${newId()}`;
  const write = (text: string, condition: Parameters<StateObjects["write"]>[2]) => objects.write(name, Buffer.from(text), condition);
  try {
    if ((await write("0", FOREIGN)).written) throw ignored(objects, "If-Match");
    const raced = await Promise.all(Array.from({ length: RACERS }, (_, at) => write(`racer ${at}`, { kind: "absent" })));
    const winners = raced.filter(({ written }) => written);
    // One whose answer was lost may be the winner.
    if (winners.length > 1 || (winners.length === 0 && !raced.some(({ mayBeOurs }) => mayBeOurs))) throw ignored(objects, "If-None-Match");
    if ((await write("late", { kind: "absent" })).written) throw ignored(objects, "If-None-Match");
    if ((await write("stranger", FOREIGN)).written) throw ignored(objects, "If-Match");
    const found = await objects.read(name);
    if (found === undefined || found === "unchanged") throw ignored(objects, "If-Match");
    const known = await write("known", { kind: "etag", etag: found.etag });
    if (!known.written && !known.mayBeOurs) throw ignored(objects, "If-Match");
  } finally {
    await objects.remove(name);
  }
}

function ignored({ display }: StateObjects, condition: string): TidemarkError {
  return new TidemarkError(
    "STATE_CONDITIONS",
    `The store does not keep to ${condition} on writes at ${display}, so that two runs could both believe that the state is theirs.`,
    {
      hint: "Keep the state in a bucket of a store that does (AWS S3, MinIO, Ceph, R2 and others in recent versions), in PostgreSQL, or in a folder.",
    },
  );
}
