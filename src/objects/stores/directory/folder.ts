import { type Dirent, lstatSync, readdirSync, type Stats, statSync } from "node:fs";
import { compareKeys } from "../../../core/byte-order.ts";
import type { ListingProblem } from "../../store.ts";
import { quoted } from "./faults.ts";
import { decodeName, escapeName } from "./names.ts";
import { itemProblem } from "./problems.ts";

export interface FolderChild {
  /** With a trailing slash where it is a folder, or a link to one. */
  readonly name: string;
  /** A link that is followed. */
  readonly linked: boolean;
  readonly problem: ListingProblem | undefined;
}

type Kind = Pick<Dirent | Stats, "isFile" | "isDirectory" | "isSymbolicLink" | "isFIFO" | "isSocket">;

/**
 * The names in a folder, in the byte order of the keys that they make.
 *
 * @param path ends in `/`
 * @param only looks at that name alone, without reading the folder
 */
export function readFolder(path: string, symlinks: "skip" | "follow" | "error", only?: string): FolderChild[] {
  if (only !== undefined) {
    if (only === "" || only === "." || only === "..") return [];
    const stats = lstatSync(path + only, { throwIfNoEntry: false });
    return stats ? [childOf(path, only, stats, symlinks)] : [];
  }
  const found = readdirSync(path, { withFileTypes: true });
  // Bytes that are no UTF-8 come out as U+FFFD; a name that holds it may be either.
  const children = found.some(({ name }) => name.includes("\uFFFD"))
    ? readBytes(path, symlinks)
    : found.map((entry) => childOf(path, entry.name, entry, symlinks));
  return sorted(children);
}

/** Like `readFolder`, told apart by bytes. */
function readBytes(path: string, symlinks: "skip" | "follow" | "error"): FolderChild[] {
  const found = readdirSync(Buffer.from(path), { withFileTypes: true, encoding: "buffer" });
  const taken = new Set<string>();
  const children: FolderChild[] = [];
  const broken: Dirent<Buffer>[] = [];
  for (const entry of found) {
    const name = decodeName(entry.name);
    if (name === undefined) broken.push(entry);
    else {
      taken.add(name);
      children.push(childOf(path, name, entry, symlinks));
    }
  }
  for (const entry of broken) {
    let name = escapeName(entry.name);
    while (taken.has(name)) name += "\uFFFD";
    taken.add(name);
    const folder = entry.isDirectory();
    children.push({
      name: folder ? `${name}/` : name,
      linked: false,
      problem: { code: "NAME_NOT_UTF8", message: `The name ${quoted(name)} is not UTF-8, which a key must be.`, scope: folder ? "subtree" : "item" },
    });
  }
  return children;
}

function childOf(path: string, name: string, kind: Kind, symlinks: "skip" | "follow" | "error"): FolderChild {
  if (kind.isFile()) return { name, linked: false, problem: undefined };
  if (kind.isDirectory()) return { name: `${name}/`, linked: false, problem: undefined };
  if (kind.isSymbolicLink()) return linkIn(path, name, symlinks);
  const what = kind.isFIFO() ? "is a FIFO" : kind.isSocket() ? "is a socket" : "is a device";
  return { name, linked: false, problem: itemProblem("SPECIAL_FILE", name, `${what}, which holds no content to copy`) };
}

/** A link to a folder stands for every key beneath, so it is one of a folder though it is not followed. */
function linkIn(path: string, name: string, symlinks: "skip" | "follow" | "error"): FolderChild {
  let target: Stats | undefined;
  try {
    target = statSync(path + name, { throwIfNoEntry: false });
  } catch {
    // A loop of links, or a place that may not be looked at: broken as far as we can tell.
  }
  const folder = target?.isDirectory() ?? false;
  const shown = folder ? `${name}/` : name;
  const scope = folder ? "subtree" : "item";
  if (symlinks === "skip") return { name: shown, linked: true, problem: { code: "SYMLINK_SKIPPED", message: `${quoted(name)} is a symbolic link.`, scope } };
  if (symlinks === "error")
    return {
      name: shown,
      linked: true,
      problem: { code: "SYMLINK_REFUSED", message: `${quoted(name)} is a symbolic link, which this location refuses.`, scope },
    };
  if (!target) return { name, linked: true, problem: itemProblem("SYMLINK_BROKEN", name, "is a symbolic link that leads nowhere") };
  if (folder || target.isFile()) return { name: shown, linked: true, problem: undefined };
  return { name, linked: true, problem: itemProblem("SPECIAL_FILE", name, "is a symbolic link to something that holds no content to copy") };
}

const ABOVE_ASCII = /[^\0-\x7f]/;

function sorted(children: FolderChild[]): FolderChild[] {
  // Among ASCII names the two orders are one, and the plain comparison is several times faster.
  if (children.some(({ name }) => ABOVE_ASCII.test(name))) return children.sort((a, b) => compareKeys(a.name, b.name));
  return children.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
