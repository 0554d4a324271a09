import { resolve, sep } from "node:path";
import type { ObjectLocation } from "../core/sync-plan.ts";

/** Part of a store that a sync reads or writes: the store, and what its keys begin with. */
export interface Extent {
  /** Equal where two locations are the same store, as far as their text tells. */
  readonly store: string;
  /** Full keys; for directories, absolute paths. */
  readonly prefixes: readonly string[];
}

/** @param prefixes beneath the end's own; none: everything */
export function extentOf(location: ObjectLocation, prefix: string, prefixes: readonly string[] = []): Extent {
  const base = basePrefix(location) + prefix;
  return { store: storeOf(location), prefixes: prefixes.length === 0 ? [base] : prefixes.map((more) => base + more) };
}

function basePrefix(location: ObjectLocation): string {
  return location.type === "s3" ? location.prefix : `${resolve(location.path).split(sep).join("/").replace(/\/$/, "")}/${location.prefix}`;
}

function storeOf(location: ObjectLocation): string {
  return location.type === "directory" ? "directory" : `s3 ${endpointOf(location.endpoint)} ${location.bucket}`;
}

/** A bucket's name is AWS's own in every region: its endpoints are one. */
function endpointOf(endpoint: string | undefined): string {
  const url = endpoint === undefined ? undefined : URL.parse(endpoint);
  if (!url) return "aws";
  return /(?:^|\.)amazonaws\.com(?:\.cn)?$/.test(url.hostname) ? "aws" : `${url.host}${url.pathname.replace(/\/+$/, "")}`;
}

/** Two prefixes, of two extents, of which one begins with the other. */
export function commonPlace(a: Extent, b: Extent): readonly [string, string] | undefined {
  if (a.store !== b.store) return undefined;
  for (const [inner, outer] of overlaps([
    { of: a, prefixes: a.prefixes },
    { of: b, prefixes: b.prefixes },
  ])) {
    if (inner.of !== outer.of) return inner.of === a ? [inner.prefix, outer.prefix] : [outer.prefix, inner.prefix];
  }
  return undefined;
}

export interface Owned<Owner> {
  readonly of: Owner;
  readonly prefix: string;
}

/**
 * All pairs of which one prefix begins with the other.
 *
 * In order, all that begins with a prefix follows it at once: one pass with the prefixes that are
 * still open finds them, also among many thousands.
 */
export function* overlaps<Owner>(
  sets: Iterable<{ readonly of: Owner; readonly prefixes: readonly string[] }>,
): Generator<readonly [inner: Owned<Owner>, outer: Owned<Owner>]> {
  const all: Owned<Owner>[] = [];
  for (const { of, prefixes } of sets) for (const prefix of prefixes) all.push({ of, prefix });
  all.sort((a, b) => (a.prefix < b.prefix ? -1 : a.prefix > b.prefix ? 1 : 0));
  const open: Owned<Owner>[] = [];
  for (const inner of all) {
    while (open.length > 0 && !inner.prefix.startsWith(open.at(-1)?.prefix ?? "")) open.pop();
    for (const outer of open) yield [inner, outer];
    open.push(inner);
  }
}
