import type { Operation } from "./operations.ts";

export interface LoggedRequest {
  readonly method: string;
  readonly operation: Operation;
  readonly bucket: string | undefined;
  readonly key: string | undefined;
  /** undefined while it is in work, and where no answer was given. */
  status: number | undefined;
  /** The code of an error. */
  code: string | undefined;
}

/** What a server was asked. */
export class RequestLog {
  readonly #keeps: boolean;
  #entries: LoggedRequest[] = [];
  #inFlight = 0;
  #mostInFlight = 0;

  /** @param keeps whether the list is kept; a server that runs for hours would hold all it was ever asked */
  constructor({ keeps }: { readonly keeps: boolean }) {
    this.#keeps = keeps;
  }

  /** In the order they came. */
  get list(): readonly LoggedRequest[] {
    return this.#entries;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Since the last reset. */
  get mostInFlight(): number {
    return this.#mostInFlight;
  }

  count(operation?: Operation): number {
    return operation === undefined ? this.#entries.length : this.#entries.reduce((count, entry) => count + (entry.operation === operation ? 1 : 0), 0);
  }

  /** How often each operation was asked for. */
  counts(): Readonly<Partial<Record<Operation, number>>> {
    const counts: Partial<Record<Operation, number>> = {};
    for (const { operation } of this.#entries) counts[operation] = (counts[operation] ?? 0) + 1;
    return counts;
  }

  reset(): void {
    this.#entries = [];
    this.#mostInFlight = this.#inFlight;
  }

  begin(entry: Omit<LoggedRequest, "status" | "code">): LoggedRequest {
    const kept: LoggedRequest = { ...entry, status: undefined, code: undefined };
    if (this.#keeps) this.#entries.push(kept);
    this.#mostInFlight = Math.max(this.#mostInFlight, ++this.#inFlight);
    return kept;
  }

  end(): void {
    this.#inFlight--;
  }
}
