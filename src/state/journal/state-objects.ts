/** What a journal needs of an object store. Names are beneath the state's own place; nothing here retries for ever. */
export interface StateObjects {
  /** For messages, e.g. `s3://bucket/tidemark/`. */
  readonly display: string;
  /** The store's clock minus ours in milliseconds, as of its last answer: whoever shares a state dates by the store's. */
  readonly clockOffsetMs: number;
  /**
   * Whole; objects of a state are small.
   *
   * @param unless ETag that is known already
   * @returns undefined where there is none
   */
  read(name: string, unless?: string): Promise<StateObject | "unchanged" | undefined>;
  /** All or nothing. @throws TidemarkError where no answer came: then it may have been written all the same */
  write(name: string, bytes: Uint8Array, condition?: WriteCondition): Promise<WriteAnswer>;
  /** Pages of all that begins so, in any order. */
  list(prefix: string): AsyncIterable<readonly ListedObject[]>;
  /** What is gone already is done. */
  remove(name: string): Promise<void>;
  close(): Promise<void>;
}

export interface StateObject {
  readonly bytes: Uint8Array;
  readonly etag: string;
}

export type WriteCondition = { readonly kind: "absent" } | { readonly kind: "etag"; readonly etag: string };

export interface WriteAnswer {
  readonly written: boolean;
  /** Of what was written. */
  readonly etag: string;
  /** An attempt before the last was not answered: a refusal may be of our own making. */
  readonly mayBeOurs: boolean;
}

export interface ListedObject {
  readonly name: string;
  /** By the store's clock, milliseconds since the epoch. */
  readonly writtenAt: number;
}
