/**
 * What the engine and the drivers tell while they work. Screens, JSON and logs listen; none of them
 * influences what is applied.
 */
export type TidemarkEvent =
  | { readonly type: "planStarted"; readonly plan: string; readonly syncs: readonly string[] }
  | { readonly type: "syncListing"; readonly sync: string }
  /** Cumulative; at most a few a second. */
  | { readonly type: "listed"; readonly sync: string; readonly source: number; readonly destination: number }
  /** What a sync is being planned from, where that is no listing: `definitions of both databases`. */
  | { readonly type: "reading"; readonly sync: string; readonly what: string }
  | { readonly type: "syncPlanned"; readonly sync: string }
  | {
      readonly type: "runStarted";
      readonly run: string;
      readonly planId: string;
      readonly resumed: boolean;
      readonly items: number;
      readonly bytes: number;
      /** An estimate, of a run that fills tables. */ readonly rows?: number | undefined;
    }
  | {
      readonly type: "syncStarted";
      readonly sync: string;
      readonly items: number;
      readonly bytes: number;
      readonly rows?: number | undefined;
      /** Of `items`: those that an earlier run has done. */
      readonly doneItems?: number | undefined;
    }
  /** Cumulative over the run, after the outcomes are durable. */
  | { readonly type: "progress"; readonly sync: string; readonly items: number; readonly bytes: number; readonly failed: number }
  /** Bytes moved but not yet an outcome; for rates of large items only. */
  | { readonly type: "transferred"; readonly bytes: number; readonly key?: string | undefined }
  /** The largest of what is in flight, at most twice a second; none of it is in flight any more where it is empty. */
  | {
      readonly type: "inFlight";
      readonly sync: string;
      /** Which thread tells: together they are what is in flight. */
      readonly part: number;
      readonly count: number;
      readonly items: readonly ItemInFlight[];
    }
  /** A database is built in phases: this one begins now. */
  | { readonly type: "phase"; readonly sync: string; readonly phase: string }
  /** How fast a sync may go from now on. @see Flow */
  | {
      readonly type: "flow";
      readonly sync: string;
      /** Bytes a second. */
      readonly limit: "unlimited" | "pause" | number;
      /** When another limit holds, milliseconds since the epoch; undefined: not by itself. */
      readonly until: number | undefined;
    }
  | {
      readonly type: "itemProblem";
      readonly sync: string;
      readonly key: string;
      readonly fate: string;
      readonly code: string;
      readonly message: string;
      readonly hint: string | undefined;
    }
  | { readonly type: "retry"; readonly key: string; readonly attempt: number; readonly code: string; readonly delayMs: number }
  | { readonly type: "slots"; readonly limit: number }
  | { readonly type: "notice"; readonly code: string; readonly message: string; readonly hint?: string | undefined }
  | { readonly type: "stopping"; readonly reason: string }
  | { readonly type: "syncFinished"; readonly sync: string }
  | { readonly type: "runFinished"; readonly run: string };

export interface ItemInFlight {
  readonly key: string;
  /** 0 where nobody knows. */
  readonly bytes: number;
  /** Of `bytes`, as far as it is told before the end. */
  readonly done: number;
  /** Milliseconds since it began. */
  readonly sinceMs: number;
}

export type Emit = (event: TidemarkEvent) => void;
