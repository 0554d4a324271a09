/** A budget of bytes and requests a second that all transfers of a sync share. */
export interface RateBudget {
  /** Resolves when that much may be spent. */
  take(bytes: number, requests: number, signal: AbortSignal): Promise<void>;
}
