import type { NumberedAction } from "../../changeset/action.ts";
import { ItemError } from "../../core/errors.ts";
import type { ObjectSync } from "../../core/sync-plan.ts";
import type { ItemVersion } from "../../core/version.ts";
import type { RunContext } from "../../driver/sync-driver.ts";
import type { BodySource, Expectation, ObjectBody, ObjectEntry, ObjectHead, ObjectProperties, ReadStore, WriteStore } from "../store.ts";
import { haveSameContent } from "../plan/same-content.ts";
import type { Carry } from "./carry.ts";

export interface TransferOptions {
  readonly sync: ObjectSync;
  readonly source: ReadStore;
  readonly destination: WriteStore;
  readonly context: RunContext;
  readonly carry: Carry;
}

/**
 * Does one action under the versions it was decided on.
 *
 * @param opened the source's content, where it was read ahead; a second attempt reads it again
 * @returns the destination's version now; undefined after a delete
 * @throws ItemError with what became of the item
 */
export async function transfer(action: NumberedAction, opened: Promise<ObjectBody> | undefined, options: TransferOptions): Promise<ItemVersion | undefined> {
  const { destination, context } = options;
  // The planner asked this too, but a changeset is a file that somebody else may have made.
  const problem = destination.refuses(action.key);
  if (problem) throw new ItemError("refused", problem.code, problem.message, { hint: "Plan again, and apply only changesets that you trust." });
  if (action.action === "delete") {
    if (!action.destination)
      throw new ItemError("refused", "ACTION_INCOMPLETE", `The changeset does not say which version of ${JSON.stringify(action.key)} to delete.`);
    await destination.delete(action.key, action.destination, context.abort);
    return undefined;
  }
  try {
    return await put(action, opened, options);
  } catch (error) {
    if (!(error instanceof ItemError) || error.code !== "DESTINATION_CHANGED") throw error;
    // A run that died after the write and before its record left exactly this: the reviewed content is there.
    const there = await alreadyThere(action, options);
    if (there) return there;
    throw error;
  }
}

async function put(
  { key, source: version, destination: replaced }: NumberedAction,
  opened: Promise<ObjectBody> | undefined,
  { sync, source, destination, context, carry }: TransferOptions,
): Promise<ItemVersion> {
  if (version?.size === undefined)
    throw new ItemError("refused", "ACTION_INCOMPLETE", `The changeset does not say which version of ${JSON.stringify(key)} to copy.`);
  const { size } = version;
  const properties = (head: ObjectHead) => propertiesOf(head, carry, source, key, version);
  const expect: Expectation = replaced ? { kind: "version", version: replaced } : { kind: "absent" };
  const shared = { expect, slots: context.slots, intents: context.intents, verify: sync.verify, sourceEtag: version.etag, signal: context.abort };

  if (destination.copyFrom && destination.canCopyFrom(source)) {
    const changed = carry.everything ? undefined : properties;
    const copied = await destination.copyFrom(source, key, { ...shared, size, version, properties: changed, storageClass: carry.storageClass });
    return copied.version;
  }
  let ahead = opened;
  const body: BodySource = {
    size,
    open(range, signal) {
      const taken = range === undefined ? ahead : undefined;
      ahead = undefined;
      return taken ?? source.read(key, { version, range, signal });
    },
    head: (signal) => headOf(source, key, version, signal),
    properties,
  };
  return (await destination.write(key, body, shared)).version;
}

async function headOf(source: ReadStore, key: string, version: ItemVersion, signal: AbortSignal): Promise<ObjectHead> {
  const head = await source.head(key, signal);
  if (!head) throw new ItemError("stale", "SOURCE_GONE", `${JSON.stringify(key)} is no longer at the source.`, { hint: "Plan again." });
  if (version.etag !== undefined && head.version.etag !== version.etag)
    throw new ItemError("stale", "SOURCE_CHANGED", `${JSON.stringify(key)} changed at the source since it was reviewed.`, { hint: "Plan again." });
  return head;
}

/** What the copy carries. Tags come with a request of their own, so it is made only for objects that have some and keep them. */
function propertiesOf(head: ObjectHead, carry: Carry, source: ReadStore, key: string, version: ItemVersion): ObjectProperties | Promise<ObjectProperties> {
  const properties = carry.properties(head);
  if (properties.tags !== undefined || !source.readTags) return properties;
  return source.readTags(key, version).then((tags) => carry.properties({ ...head, properties: { ...head.properties, tags } }));
}

/**
 * The destination's version where it holds what the action would have written: the bytes of the
 * reviewed version of the source, and no other. Size and time are no proof of that, since an
 * overwrite may be there to mend what has both.
 */
async function alreadyThere({ key, source: version }: NumberedAction, { source, destination, context }: TransferOptions): Promise<ItemVersion | undefined> {
  const { abort: signal } = context;
  const head = await destination.head(key, signal);
  if (!head || version?.size === undefined || head.version.size !== version.size) return undefined;
  try {
    const same = await haveSameContent(entryOf(key, version), entryOf(key, head.version), {
      source,
      destination,
      signal,
      download: false,
      countRequest: () => {},
    });
    return same ? head.version : undefined;
  } catch (error) {
    // It could not be read as that version any more: then nothing proves it.
    if (error instanceof ItemError && !signal.aborted) return undefined;
    throw error;
  }
}

function entryOf(key: string, { size = 0, modified = "", etag = "" }: ItemVersion): ObjectEntry {
  return { key, size, modified, modifiedMs: 0, etag, storageClass: "", problem: undefined };
}
