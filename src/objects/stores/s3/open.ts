import type { S3Location } from "../../../core/sync-plan.ts";
import type { ReadStore, StoreContext, WriteStore } from "../../store.ts";
import { checkStore } from "./check.ts";
import { borrowClient } from "./clients.ts";
import { enforced } from "./conditions.ts";
import { canCopyBetween, copyObject } from "./copy.ts";
import { deleteObject } from "./delete.ts";
import { keyProblem } from "./keys.ts";
import { listObjects } from "./list.ts";
import { fitsXml } from "./list-scanner.ts";
import { writeObject } from "./put.ts";
import { headObject, readObject } from "./read.ts";
import { recoverUploads } from "./recover.ts";
import { readTags } from "./tags.ts";
import { LIMITS, type Limits, rememberScope, type Scope, scopeOf } from "./scope.ts";

/**
 * Opens a bucket for reading. The handle has no way to write, whatever it is cast to.
 *
 * @param prefix beneath the location's own; "" or ends in `/`
 */
export async function openS3ReadStore(location: S3Location, prefix: string, context: StoreContext): Promise<ReadStore> {
  const { scope, release } = await openScope(location, prefix, context, LIMITS);
  const store = readMethods(scope, await resolvedName(scope), release);
  rememberScope(store, scope);
  return store;
}

/** @param limits sizes at which objects go in parts */
export async function openS3WriteStore(location: S3Location, prefix: string, context: StoreContext, limits: Partial<Limits> = {}): Promise<WriteStore> {
  const { scope, release } = await openScope(location, prefix, context, { ...LIMITS, ...limits });
  const store: WriteStore = {
    ...readMethods(scope, await resolvedName(scope), release),
    write: (key, source, options) => writeObject(scope, key, source, options),
    delete: (key, version, signal) => deleteObject(scope, key, version, signal),
    canCopyFrom: (from) => {
      const source = scopeOf(from);
      return source !== undefined && canCopyBetween(scope, source);
    },
    copyFrom: (from, key, options) => {
      const source = scopeOf(from);
      if (source === undefined) throw new Error("a server-side copy needs an S3 store as its source");
      return copyObject(scope, source, key, options);
    },
    conditions: (signal) => enforced(scope, signal),
    recover: (intents, _deadRuns, signal) => recoverUploads(scope, intents, signal),
    check: (access, signal) => checkStore(scope, access, signal),
  };
  rememberScope(store, scope);
  return store;
}

async function openScope(
  location: S3Location,
  prefix: string,
  context: StoreContext,
  limits: Limits,
): Promise<{ readonly scope: Scope; readonly release: () => Promise<void> }> {
  const { client, release } = borrowClient(location);
  const root = location.prefix + prefix;
  return { scope: { client, context, bucket: location.bucket, root, display: `s3://${location.bucket}/${root}`, limits }, release };
}

/** Endpoint, bucket and prefix: what a changeset is bound to. */
async function resolvedName(scope: Scope): Promise<string> {
  const { location } = scope.client;
  if (location.endpoint !== undefined) return `${location.endpoint}/${scope.bucket}/${scope.root}`;
  // Bucket names are the same in all of AWS's regions, so the region is no part of the name.
  const { hostname } = await scope.client.endpoint();
  return `https://${hostname.endsWith(".cn") ? "s3.amazonaws.com.cn" : "s3.amazonaws.com"}/${scope.bucket}/${scope.root}`;
}

function readMethods(scope: Scope, resolved: string, release: () => Promise<void>): ReadStore {
  let raw = false;
  return {
    display: scope.display,
    resolved,
    kind: "s3",
    listsEtags: true,
    list: (range, signal) =>
      listObjects(scope, range, signal, () => {
        raw = true;
      }),
    mayMissInListing: (key) => raw && !fitsXml(scope.root + key),
    head: (key, signal) => headObject(scope, key, signal),
    read: (key, options) => readObject(scope, key, options),
    refuses: (key) => keyProblem(scope.root, key),
    readTags: (key, version) => readTags(scope, key, version),
    close: release,
  };
}
