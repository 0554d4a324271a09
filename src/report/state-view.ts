import { visible } from "../core/escape.ts";
import { formatBytes, formatDuration } from "../core/units.ts";
import type { ItemRecord, LockInfo } from "../state/state-store.ts";

/** Who holds a lock, since when, and whether he still lives. */
export function lockLine(lock: LockInfo, now: number = Date.now()): string {
  const expires = lock.expiresAt > now ? `expires in ${formatDuration(lock.expiresAt - now)}` : `expired ${formatDuration(now - lock.expiresAt)} ago`;
  return `${visible(lock.destination)}  by ${visible(lock.owner)} on ${visible(lock.host)}, process ${lock.pid}, run ${lock.run}; since ${new Date(lock.acquiredAt).toISOString()}, last sign of life ${formatDuration(now - lock.heartbeatAt)} ago, ${expires}`;
}

export function lockJson({ destination, run, owner, host, pid, acquiredAt, heartbeatAt, expiresAt }: LockInfo): { type: "lock"; [field: string]: unknown } {
  const iso = (ms: number) => new Date(ms).toISOString();
  return { type: "lock", destination, run, owner, host, pid, acquiredAt: iso(acquiredAt), heartbeatAt: iso(heartbeatAt), expiresAt: iso(expiresAt) };
}

export function itemLine({ key, source, destination }: ItemRecord): string {
  const size = source.size === undefined ? "" : formatBytes(source.size);
  return `${visible(key)}  ${size}  ${visible(source.etag ?? source.modified ?? "")} → ${visible(destination.etag ?? destination.modified ?? "")}`;
}

export function itemJson(sync: string, { key, source, destination }: ItemRecord): { type: "item"; [field: string]: unknown } {
  return { type: "item", sync, key, source, destination };
}
