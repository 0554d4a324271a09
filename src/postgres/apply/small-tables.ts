import { isPlain } from "./copy-together.ts";
import type { TableWork } from "./table-jobs.ts";

/** Tables in one transaction: what is held, and done again where one of them fails, stays little. */
const MOST_TABLES = 16;
/** What one transaction copies at most. Bytes. */
const MOST_BYTES = 2 ** 19;

export interface GatheredTables {
  /** Each is filled in one transaction. */
  readonly together: readonly (readonly TableWork[])[];
  readonly alone: readonly TableWork[];
}

/** Gathers small tables, so that of thousands each costs little more than its rows. */
export function gatherSmallTables(works: readonly TableWork[]): GatheredTables {
  const together: TableWork[][] = [];
  const alone: TableWork[] = [];
  let bytes = 0;
  for (const work of works) {
    if (!isPlain(work.copy) || work.relation.bytes > MOST_BYTES) {
      alone.push(work);
      continue;
    }
    const last = together.at(-1);
    if (last === undefined || last.length === MOST_TABLES || bytes + work.relation.bytes > MOST_BYTES) {
      together.push([work]);
      bytes = 0;
    } else last.push(work);
    bytes += work.relation.bytes;
  }
  return { together, alone };
}
