/**
 * Requests in flight, apart from subtasks. The engine adapts their number; drivers take one a request.
 *
 * An item holds one slot for as long as it works. A large item may try for more and goes on with
 * fewer, so that nothing waits for itself.
 */
export interface RequestSlots {
  /** Waits for a slot. Rejects with the signal's reason where that comes first. */
  acquire(signal: AbortSignal): Promise<void>;
  /** Takes a slot where one is free now. */
  tryAcquire(): boolean;
  release(): void;
  /** A server asked to slow down. */
  throttled(): void;
}
