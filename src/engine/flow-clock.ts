/** What time it is; tests have a time of their own. */
export interface Clock {
  /** Milliseconds since the epoch: decides on windows. Somebody may set it. */
  now(): number;
  /** Milliseconds since some moment, which nobody sets: measures rates. */
  elapsed(): number;
  /** Calls once that many milliseconds have passed, or a little earlier or later. @returns what ends it before */
  after(ms: number, call: () => void): () => void;
}

export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after: (ms, call) => {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};
