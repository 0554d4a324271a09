import { lstat, opendir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** Names to look at before the root itself is. */
const LOOKED_AT = 100;

/**
 * Whether names that differ only in case are one name in this folder. Changes nothing: asks whether
 * a file that is there answers to its name with the case swapped.
 *
 * @param root absolute path; a folder that is missing or tells nothing counts as case-sensitive
 */
export async function isCaseInsensitive(root: string): Promise<boolean> {
  let looked = 0;
  try {
    for await (const { name } of await opendir(root)) {
      const answer = await answersSwapped(root, name);
      if (answer !== undefined) return answer;
      if (++looked === LOOKED_AT) break;
    }
    const parent = dirname(root);
    const [own, above] = await Promise.all([lstat(root), lstat(parent)]);
    // Of a mount point it would be told how the file system above it does.
    return own.dev === above.dev && ((await answersSwapped(parent, basename(root))) ?? false);
  } catch {
    return false;
  }
}

async function answersSwapped(folder: string, name: string): Promise<boolean | undefined> {
  const swapped = name.replaceAll(/[a-zA-Z]/g, (letter) => (letter < "a" ? letter.toLowerCase() : letter.toUpperCase()));
  if (swapped === name) return undefined;
  try {
    const [one, other] = await Promise.all([lstat(join(folder, name)), lstat(join(folder, swapped))]);
    return one.dev === other.dev && one.ino === other.ino;
  } catch {
    return false;
  }
}
