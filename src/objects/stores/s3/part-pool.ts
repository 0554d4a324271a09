import type { RequestSlots } from "../../../core/request-slots.ts";

/** More parts of one object at a time than this gain nothing. */
const MOST_AT_A_TIME = 8;

export interface PartPlan {
  /** Parts are numbered from 1, as S3 does. */
  readonly number: number;
  /** Inclusive bytes. */
  readonly start: number;
  readonly end: number;
}

/** @returns equal ranges over `size` bytes; at least one */
export function planParts(size: number, partSize: number): PartPlan[] {
  const parts: PartPlan[] = [];
  for (let start = 0; start < size || parts.length === 0; start += partSize) {
    parts.push({ number: parts.length + 1, start, end: Math.min(start + partSize, size) - 1 });
  }
  return parts;
}

/** S3 takes no more parts than this. */
const MOST_PARTS = 10_000;
const MIB = 1024 * 1024;

/** The wanted size, or as much more (in whole MiB) as keeps within 10,000 parts. */
export function partSizeFor(size: number, wanted: number): number {
  return size <= wanted * MOST_PARTS ? wanted : Math.ceil(size / MOST_PARTS / MIB) * MIB;
}

/**
 * Runs every part, some at a time: the item's own slot carries one, and each slot that is free now one more.
 *
 * The first failure cuts off the others and is thrown when all of them have ended.
 */
export async function runParts<Result>(
  parts: readonly PartPlan[],
  slots: RequestSlots,
  signal: AbortSignal,
  run: (part: PartPlan, signal: AbortSignal) => Promise<Result>,
): Promise<Result[]> {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const results: Result[] = [];
  const extra = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;
  let next = 0;

  const one = async (part: PartPlan): Promise<void> => {
    try {
      results[part.number - 1] = await run(part, either);
    } catch (error) {
      failure ??= { error };
      stop.abort(error);
    }
  };
  const recruit = (): void => {
    while (failure === undefined && extra.size < MOST_AT_A_TIME - 1 && slots.tryAcquire()) {
      const part = parts[next];
      if (part === undefined) {
        slots.release();
        return;
      }
      next += 1;
      const running = one(part).finally(() => {
        extra.delete(running);
        slots.release();
        if (next < parts.length) recruit();
      });
      extra.add(running);
    }
  };

  while (next < parts.length && failure === undefined) {
    const part = parts[next];
    next += 1;
    if (next < parts.length) recruit();
    if (part !== undefined) await one(part);
  }
  while (extra.size > 0) await Promise.all(extra);
  if (failure !== undefined) throw failure.error;
  return results;
}
