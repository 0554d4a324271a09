import type { KeyProblem } from "../../store.ts";
import { quoted } from "./faults.ts";
import { parentOf } from "./names.ts";

/**
 * Finds keys that a directory cannot hold beside an earlier one: `a/b` where `a` is a file and, where
 * case does not tell names apart, `README` beside `Readme`. The later of two is the one refused.
 *
 * Keys come in byte order. The partner need not be the key just before: `a`, `a-`, `a/b`. What lies
 * between begins with `a` too, so a stack of the keys that the present one begins with is enough.
 */
export class KeyClashes {
  readonly #files: string[] = [];
  readonly #spellings: Spellings | undefined;

  constructor({ caseInsensitive }: { readonly caseInsensitive: boolean }) {
    this.#spellings = caseInsensitive ? new Spellings() : undefined;
  }

  /** @param key after all earlier ones in byte order; one that was refused otherwise is not to be asked about */
  next(key: string): KeyProblem | undefined {
    for (let top = this.#files.at(-1); top !== undefined && !key.startsWith(top); top = this.#files.at(-1)) this.#files.pop();
    const file = this.#files.find((one) => key[one.length] === "/");
    if (file !== undefined) return { code: "KEY_CLASH", message: `${quoted(key)} cannot be in a directory beside ${quoted(file)}: that one is a file.` };

    const other = this.#spellings?.next(key);
    if (other !== undefined)
      return { code: "KEY_CASE_CLASH", message: `${quoted(key)} and ${quoted(other)} are one name there: the file system does not tell case apart.` };
    if (!key.endsWith("/")) this.#files.push(key);
    return undefined;
  }
}

/**
 * Names that were taken, folder by folder. Only names in one folder can clash, so only those of the
 * folders that lead to the present key are remembered: memory grows with the largest of them.
 */
class Spellings {
  /** The root and the folders that lead to the present key, each with its names by what they fold to. */
  readonly #levels: { readonly folder: string; readonly names: Map<string, string> }[] = [{ folder: "", names: new Map() }];

  /** @returns the earlier path that this key's path, or a folder on it, would fall on */
  next(key: string): string | undefined {
    while (this.#levels.length > 1 && !key.startsWith(this.#levels.at(-1)?.folder ?? "")) this.#levels.pop();
    const taken: { readonly names: Map<string, string>; readonly folded: string; readonly path: string }[] = [];
    for (let end = 0; end < key.length;) {
      const slash = key.indexOf("/", end);
      const path = slash < 0 ? key : key.slice(0, slash + 1);
      const folder = parentOf(path);
      const level = this.#levels.find((one) => one.folder === folder);
      const names = level?.names ?? new Map<string, string>();
      if (!level) this.#levels.push({ folder, names });
      const name = path.slice(folder.length);
      const folded = fold(name.endsWith("/") ? name.slice(0, -1) : name);
      const known = names.get(folded);
      if (known === undefined) taken.push({ names, folded, path });
      else if (known !== path) return known;
      end = path.length;
    }
    // Only what is kept takes its names.
    for (const { names, folded, path } of taken) names.set(folded, path);
    return undefined;
  }
}

/** Folds more than any one file system does: a name refused is better than a file lost. */
function fold(name: string): string {
  return name.normalize("NFC").toUpperCase().toLowerCase().normalize("NFC");
}
