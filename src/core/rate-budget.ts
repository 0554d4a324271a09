/** A budget of bytes and requests a second that all transfers of a sync share. */
export interface RateBudget {
  /** Resolves when that much may be spent. Cheap where there is no limit. @throws the signal's reason */
  take(bytes: number, requests: number, signal: AbortSignal): Promise<void>;
}
