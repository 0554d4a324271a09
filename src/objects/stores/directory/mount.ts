import { readFile, realpath } from "node:fs/promises";
import { dirname } from "node:path";
import { TidemarkError } from "../../../core/errors.ts";
import type { DirectoryLocation } from "../../../core/sync-plan.ts";

export interface Mount {
  readonly point: string;
  readonly type: string;
  readonly source: string;
}

const TABLE = "/proc/self/mountinfo";

/** Other names of the same kind of mount. */
const KINDS: Readonly<Record<string, readonly string[]>> = { nfs: ["nfs4"], smb: ["cifs", "smb3", "smbfs"], cifs: ["smb3"], fuse: ["fuseblk"] };

/**
 * Sees that a location is on the mount it says. An unmounted share is an empty folder: with
 * `delete: true` the other side would be emptied too.
 *
 * @param table text of /proc/self/mountinfo; read where it is not given
 * @throws TidemarkError `MOUNT_MISSING`
 * @see https://www.kernel.org/doc/html/latest/filesystems/proc.html#proc-pid-mountinfo-information-about-mounts
 */
export async function requireMount({ path, mount }: Pick<DirectoryLocation, "path" | "mount">, table?: string): Promise<void> {
  if (!mount) return;
  const wanted = [mount.type && `of type ${mount.type}`, mount.source && `from ${mount.source}`].filter(Boolean).join(" ");
  let text: string;
  try {
    text = table ?? (await readFile(TABLE, "utf8"));
  } catch (cause) {
    throw new TidemarkError("MOUNT_MISSING", `This system does not tell whether ${path} is on a mount.`, {
      hint: "Remove `mount` from the location; it is known on Linux only.",
      cause,
    });
  }
  const found = mountOf(await existing(path), parseMounts(text));
  if (found && isOfType(found.type, mount.type) && isFrom(found.source, mount.source) && (wanted !== "" || found.point !== "/")) return;
  const instead = found ? `It is on ${found.source} (${found.type}), mounted at ${found.point}.` : "It is on no mount.";
  throw new TidemarkError("MOUNT_MISSING", `${path} is not on a mount${wanted && ` ${wanted}`}. ${instead}`, {
    hint: "Mount the share first: an unmounted share looks empty.",
  });
}

/** Whether a path is on a network's file system, or on a program's; false where that cannot be told. */
export async function isRemote(path: string, table?: string): Promise<boolean> {
  try {
    const type = mountOf(path, parseMounts(table ?? (await readFile(TABLE, "utf8"))))?.type ?? "";
    return /^(?:nfs4?|cifs|smb3|smbfs|9p|ceph|afs|lustre|gpfs|glusterfs|fuse\..+)$/.test(type);
  } catch {
    return false;
  }
}

export function parseMounts(table: string): Mount[] {
  const mounts: Mount[] = [];
  for (const line of table.split("\n")) {
    const fields = line.split(" ");
    const dash = fields.indexOf("-", 6);
    const [point, type, source] = [fields[4], fields[dash + 1], fields[dash + 2]];
    if (dash > 0 && point !== undefined && type !== undefined && source !== undefined) mounts.push({ point: unescape(point), type, source: unescape(source) });
  }
  return mounts;
}

/** The mount that a path is on: the deepest one above it and, of those at one place, the last. */
export function mountOf(path: string, mounts: readonly Mount[]): Mount | undefined {
  let found: Mount | undefined;
  for (const mount of mounts) {
    const above = mount.point === "/" || path === mount.point || path.startsWith(`${mount.point}/`);
    if (above && (!found || mount.point.length >= found.point.length)) found = mount;
  }
  return found;
}

function isOfType(type: string, wanted: string | undefined): boolean {
  return wanted === undefined || type === wanted || (KINDS[wanted]?.includes(type) ?? false) || (wanted === "fuse" && type.startsWith("fuse."));
}

function isFrom(source: string, wanted: string | undefined): boolean {
  return wanted === undefined || bare(source) === bare(wanted);
}

function bare(source: string): string {
  return source.length > 1 ? source.replace(/\/+$/, "") : source;
}

/** The table writes space, tab, line feed and backslash as octal. */
function unescape(field: string): string {
  return field.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/** The real path, or that of the nearest folder above it which exists: a destination's last folders may still be missing. */
async function existing(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    return path === "/" ? path : existing(dirname(path));
  }
}
