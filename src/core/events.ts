/**
 * What the engine and the drivers tell while they work. Screens, JSON and logs listen; none of them
 * influences what is applied.
 */
export type TidemarkEvent =
  | { readonly type: "planStarted"; readonly plan: string; readonly syncs: readonly string[] }
  | { readonly type: "syncListing"; readonly sync: string }
  /** Cumulative; at most a few a second. */
  | { readonly type: "listed"; readonly sync: string; readonly source: number; readonly destination: number }
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
  | { readonly type: "syncStarted"; readonly sync: string; readonly items: number; readonly bytes: number; readonly rows?: number | undefined }
  /** Cumulative over the run, after the outcomes are durable. */
  | { readonly type: "progress"; readonly sync: string; readonly items: number; readonly bytes: number; readonly failed: number }
  /** Bytes moved but not yet an outcome; for rates of large items only. */
  | { readonly type: "transferred"; readonly bytes: number }
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

export type Emit = (event: TidemarkEvent) => void;
