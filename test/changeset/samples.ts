import fc from "fast-check";
import { ACTION_KINDS, EFFECTS, type Action } from "../../src/changeset/action.ts";
import type { Changeset, ChangesetOrigin } from "../../src/changeset/changeset.ts";
import type { SyncHeader } from "../../src/changeset/header.ts";
import type { PlanNotice } from "../../src/changeset/summary.ts";
import { createChangeset } from "../../src/changeset/write.ts";
import type { ItemVersion } from "../../src/core/version.ts";

export const ORIGIN: ChangesetOrigin = { plan: "nightly", planFile: "plans/nightly.yaml", planHash: "sha256:aa", lineage: "l-1", serial: 7, tidemark: "0.1.0" };

export const REQUESTS = { list: 3, head: 1, read: 0 };

export interface SampleSync {
  readonly header: SyncHeader;
  readonly actions: readonly Action[];
  readonly listed: { readonly source: number; readonly destination: number };
  readonly notices: readonly PlanNotice[];
  readonly stamp?: string | undefined;
}

export function header(name: string, change: Partial<SyncHeader> = {}): SyncHeader {
  const end = (side: string) => ({ location: side, display: `s3://${side}/`, identity: `s3 ${side}`, resolved: `https://here/${side}` });
  return { name, kind: "objects", from: end(`${name}-from`), to: end(`${name}-to`), destination: `https://here/${name}-to`, options: "{}", ...change };
}

export function copy(key: string, change: Partial<Action> = {}): Action {
  return {
    action: "copy",
    key,
    reason: "absent",
    bytes: 10,
    source: { size: 10, modified: "2024-05-01T10:00:00.000Z", etag: "e1" },
    destination: undefined,
    detail: undefined,
    ...change,
  };
}

export function sampleSync(name: string, actions: readonly Action[]): SampleSync {
  return {
    header: header(name),
    actions,
    listed: { source: actions.length, destination: 1 },
    notices: [{ code: "SOME_NOTICE", message: "about it", hint: undefined }],
    stamp: "the catalog at 7",
  };
}

/** Text that UTF-8 can hold: any keys but those with half a surrogate pair. */
const text = fc.string({ unit: "binary", maxLength: 8 });
const field = fc.option(text, { nil: undefined });
const version: fc.Arbitrary<ItemVersion> = fc.record({
  size: fc.option(fc.maxSafeNat(), { nil: undefined }),
  modified: field,
  etag: field,
  versionId: field,
  fingerprint: field,
});
const action: fc.Arbitrary<Action> = fc.record({
  action: fc.constantFrom(...ACTION_KINDS),
  key: text,
  reason: fc.constantFrom("absent", "size", "etag", "newer", "__proto__"),
  bytes: fc.nat(),
  rows: fc.option(fc.integer({ min: 1 }), { nil: undefined }),
  source: fc.option(version, { nil: undefined }),
  destination: fc.option(version, { nil: undefined }),
  detail: field,
});

/** Changesets of any content; keys need not be in order for what is tested here. */
export const anySyncs: fc.Arbitrary<readonly SampleSync[]> = fc
  .uniqueArray(fc.record({ name: fc.constantFrom("a", "b", "B", "ä", "z z"), actions: fc.array(action, { maxLength: 12 }) }), {
    selector: ({ name }) => name,
    maxLength: 4,
  })
  .map((syncs) => syncs.map(({ name, actions }) => sampleSync(name, actions)));

export interface WriteOptions {
  readonly pageSize?: number;
  readonly listSkips?: boolean;
  readonly origin?: ChangesetOrigin;
}

export function write(path: string, syncs: readonly SampleSync[], { pageSize = 5, listSkips = false, origin = ORIGIN }: WriteOptions = {}): Changeset {
  const writer = createChangeset({ path, origin, listSkips });
  for (const sync of syncs) {
    writer.beginSync(sync.header);
    for (let i = 0; i < sync.actions.length; i += pageSize) writer.add(sync.actions.slice(i, i + pageSize));
    writer.endSync(sync.listed, sync.notices, sync.stamp);
  }
  return writer.seal(REQUESTS);
}

/** What a file must give back for these syncs. */
export function listedActions(syncs: readonly SampleSync[], listSkips: boolean): readonly Omit<Action & { sync: string }, "seq">[] {
  return syncs.flatMap(({ header, actions }) =>
    actions.filter(({ action }) => listSkips || action !== "skip").map((action) => ({ ...action, sync: header.name })),
  );
}

export function isEffect({ action }: Pick<Action, "action">): boolean {
  return EFFECTS.has(action);
}
