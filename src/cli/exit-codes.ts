/** What a shell sees. Scripts rely on these numbers. */
export const EXIT = {
  /** Done, or nothing to do. */
  done: 0,
  /** An error, wrong usage, or a plan that is refused. */
  error: 1,
  /** There are changes (`--detailed-exitcode`), or differences (`compare`). */
  changes: 2,
  /** Applied in part: something is stale, failed, refused, cancelled, in doubt or in conflict. */
  partly: 3,
  /** What was reviewed no longer holds as a whole. */
  outdated: 4,
  /** Another run holds the destination. */
  locked: 11,
  /** Ctrl-C or SIGTERM. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const BY_ERROR: Readonly<Record<string, ExitCode>> = {
  LOCKED: EXIT.locked,
  LEASE_LOST: EXIT.locked,
  PLAN_CHANGED: EXIT.outdated,
  PLAN_ID_MISMATCH: EXIT.outdated,
  LINEAGE_CHANGED: EXIT.outdated,
  LOCATION_MOVED: EXIT.outdated,
  INTERRUPTED: EXIT.interrupted,
};

/** The exit code that belongs to an error's code; most are plain errors. */
export function exitCodeOf(errorCode: string): ExitCode {
  return Object.hasOwn(BY_ERROR, errorCode) ? (BY_ERROR[errorCode] ?? EXIT.error) : EXIT.error;
}
