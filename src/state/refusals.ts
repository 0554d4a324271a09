import { TidemarkError } from "../core/errors.ts";
import type { LockInfo } from "./state-store.ts";
import { UNFINISHED } from "./whole.ts";

export function leaseLost(destination: string): TidemarkError {
  return new TidemarkError("LEASE_LOST", `The lock on ${destination} was lost: it expired, or somebody took it away.`, {
    hint: "Nothing more is written to it by this run. Apply again to go on.",
  });
}

/** @param until what ends the lock of a run that no longer lives, as a sentence */
export function locked(lock: LockInfo, now: number, until: string): TidemarkError {
  const since = new Date(lock.acquiredAt).toISOString();
  const seconds = Math.max(0, Math.round((now - lock.heartbeatAt) / 1000));
  return new TidemarkError(
    "LOCKED",
    `${lock.destination} is locked by run ${lock.run} of ${lock.owner} on ${lock.host} (pid ${lock.pid}), since ${since}, last sign of life ${seconds} s ago.`,
    {
      hint: `Wait for that run or stop it with \`tidemark stop PLAN --run ${lock.run}\`. ${until === "" ? "" : `${until} `}\`tidemark state unlock\` takes it away at once.`,
    },
  );
}

/** @param to where it is now, as the command line names it; or `UNFINISHED` */
export function movedAway(place: string, to: string): TidemarkError {
  if (to === UNFINISHED) {
    return new TidemarkError("STATE_ELSEWHERE", `The state ${place} is not whole: it was being filled by a \`state migrate\` that did not end.`, {
      hint: "Run that `tidemark state migrate` again as it was.",
    });
  }
  return new TidemarkError("STATE_ELSEWHERE", `The state ${place} was moved to ${to}, and is no longer the one to use.`, {
    hint: "Name the new place by `state:` in the plan or by --state. Where the move was cut off, run `tidemark state migrate` again as it was.",
  });
}

export function bothExist(from: string, to: string): TidemarkError {
  return new TidemarkError("STATE_SYNC_EXISTS", `The state holds records of both ${from} and ${to}, so that ${from} cannot become ${to}.`, {
    hint: `Drop \`renamedFrom\`, or forget one of them with \`tidemark state forget\`.`,
  });
}
