import { visible } from "../../../core/escape.ts";
import type { ReadStore, StoreContext } from "../../store.ts";
import type { S3Client } from "./client.ts";

/** What every call of one store needs: the shared client, and what is this store's own. */
export interface Scope {
  readonly client: S3Client;
  readonly context: StoreContext;
  readonly bucket: string;
  /** Full keys begin with it. "" or ends in `/`. */
  readonly root: string;
  readonly display: string;
  readonly limits: Limits;
}

/** Sizes in bytes. Production's are `LIMITS`; tests use small ones. */
export interface Limits {
  /** Bodies above go up in parts. */
  readonly multipartAbove: number;
  readonly partSize: number;
  /** CopyObject takes no more than 5 GiB. */
  readonly copyPartsAbove: number;
  readonly copyPartSize: number;
}

const MIB = 1024 * 1024;

export const LIMITS: Limits = {
  multipartAbove: 32 * MIB,
  partSize: 16 * MIB,
  copyPartsAbove: 5 * 1024 * MIB,
  copyPartSize: 512 * MIB,
};

/** For messages: what a user would call the object. */
export function nameOf(scope: Scope, key: string): string {
  return visible(`${scope.display}${key}`);
}

const scopes = new WeakMap<ReadStore, Scope>();

/** Lets a destination find the source's bucket and credentials for a server-side copy. */
export function rememberScope(store: ReadStore, scope: Scope): void {
  scopes.set(store, scope);
}

export function scopeOf(store: ReadStore): Scope | undefined {
  return scopes.get(store);
}
