/** A budget of bytes and requests a second that all transfers of a sync share. */
export interface RateBudget {
  /** Resolves when that much may be spent. Cheap where there is no limit. @throws the signal's reason */
  take(bytes: number, requests: number, signal: AbortSignal): Promise<void>;
  /** Until when bytes pass at once, milliseconds since the epoch; 0 where they may have to wait. undefined: nobody knows. */
  readonly freeUntil?: number | undefined;
  /** Calls whenever another limit holds. @returns what ends it */
  follow?(listener: () => void): () => void;
}
