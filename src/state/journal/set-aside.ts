import { randomBytes } from "node:crypto";
import { TidemarkError } from "../../core/errors.ts";
import { newId, withId, writeHead } from "./head.ts";
import { HEAD } from "./journal.ts";
import type { StateObjects } from "./state-objects.ts";

const MOST_ASIDE = 1000;

/**
 * Keeps the head of a damaged journal under another name and puts an empty one in its place. What the
 * old one names stays a day at least, so that somebody may mend it.
 *
 * @returns where the old head is now; undefined where there was none
 * @throws TidemarkError `STATE_BUSY` where somebody writes it meanwhile
 */
export async function setJournalAside(objects: StateObjects): Promise<string | undefined> {
  try {
    const found = await objects.read(HEAD);
    if (found === undefined || found === "unchanged") return undefined;
    for (let n = 1; n <= MOST_ASIDE; n += 1) {
      const name = `${HEAD}.damaged-${n}`;
      if (!(await objects.write(name, found.bytes, { kind: "absent" })).written) continue;
      const empty = withId({ lineage: randomBytes(16).toString("hex"), seq: 0, base: undefined, parts: [], inline: [], recent: [] }, newId());
      const put = await objects.write(HEAD, writeHead(empty), { kind: "etag", etag: found.etag });
      if (put.written || put.mayBeOurs) return objects.display + name;
      break;
    }
  } finally {
    await objects.close();
  }
  throw new TidemarkError("STATE_BUSY", `The state ${objects.display} is being written by somebody else.`, {
    hint: "See whether it is damaged still, and try again.",
  });
}
