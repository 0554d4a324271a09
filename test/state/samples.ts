import type { ItemRecord, LockOwner, RunStart } from "../../src/state/state-store.ts";
import type { Outcome } from "../../src/state/outcome.ts";

export const OWNER: LockOwner = { run: "r1", owner: "ada", host: "mill", pid: process.pid };

export function runStart(run: string, change: Partial<RunStart> = {}): RunStart {
  return { run, planId: "sha256:p", plan: "nightly", owner: "ada", host: "mill", pid: process.pid, startedAt: 1000, items: 3, bytes: 30, ...change };
}

export function applied(seq: number, key: string, change: Partial<Outcome> = {}): Outcome {
  return {
    seq,
    sync: "s",
    key,
    action: "copy",
    outcome: "applied",
    bytes: 10,
    code: undefined,
    message: undefined,
    hint: undefined,
    source: { size: 10, etag: `from-${seq}` },
    destination: { size: 10, etag: `to-${seq}` },
    startedAt: 1,
    finishedAt: 2,
    ...change,
  };
}

export function failed(seq: number, key: string, change: Partial<Outcome> = {}): Outcome {
  return applied(seq, key, {
    outcome: "failed",
    code: "GONE",
    message: "it is gone",
    hint: "look again",
    source: undefined,
    destination: undefined,
    ...change,
  });
}

export function record(key: string, version = "1"): ItemRecord {
  return { key, source: { size: 1, etag: version }, destination: { size: 1, etag: `d${version}` } };
}

export async function collect<Item>(pages: AsyncIterable<readonly Item[]>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const page of pages) all.push(...page);
  return all;
}

export async function* pagesOf<Item>(...pages: readonly (readonly Item[])[]): AsyncGenerator<readonly Item[]> {
  yield* pages;
}
