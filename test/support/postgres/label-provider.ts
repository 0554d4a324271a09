import { spawnSync } from "node:child_process";
import { chownSync, writeFileSync } from "node:fs";
import { type TemporaryFolder, temporaryFolder } from "../temp.ts";

const NOBODY = 65_534;

/** Why no library can be made here; undefined: it can. */
export const NO_LABEL_PROVIDER =
  process.platform === "linux" && spawnSync("cc", ["--version"]).status === 0 ? undefined : "it takes a C compiler, on Linux, to make a label provider";

export interface LabelProvider extends AsyncDisposable {
  /** For `shared_preload_libraries` of servers of the major that it was made for. */
  readonly library: string;
}

/**
 * Providers of security labels that take any label of anybody. Servers come with none, and none is packaged: a
 * library of a few lines that calls `register_label_provider`, with what of the server's headers it needs.
 *
 * @see https://github.com/postgres/postgres/blob/REL_18_STABLE/src/include/fmgr.h Pg_magic_struct
 */
export async function labelProvider(major: 15 | 18, names: readonly string[]): Promise<LabelProvider> {
  const folder: TemporaryFolder = await temporaryFolder("tidemark-labels-");
  if (process.getuid?.() === 0) chownSync(folder.path, NOBODY, NOBODY);
  const file = folder.join("provider.c");
  writeFileSync(file, source(major, names));
  const library = folder.join("provider.so");
  const { status, stderr } = spawnSync("cc", ["-shared", "-fPIC", "-o", library, file], { encoding: "utf8" });
  if (status !== 0) {
    await folder[Symbol.asyncDispose]();
    throw new Error(`cc: ${stderr}`);
  }
  return { library, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

function source(major: 15 | 18, names: readonly string[]): string {
  const values = `${major * 100}, 100, 32, 64, 1, "PostgreSQL"`;
  const type = "int version, funcmaxargs, indexmaxkeys, namedatalen, float8byval; char abi_extra[32];";
  const magic =
    major < 18
      ? `typedef struct { int len; ${type} } Magic; static const Magic magic = { sizeof(Magic), ${values} };`
      : `typedef struct { int len; struct { ${type} } abi; const char *name, *version; } Magic; static const Magic magic = { sizeof(Magic), { ${values} }, 0, 0 };`;
  return `${magic}
const Magic *Pg_magic_func(void) { return &magic; }
extern void register_label_provider(const char *name, void (*hook)(const void *object, const char *label));
static void any(const void *object, const char *label) {}
void _PG_init(void) { ${names.map((name) => `register_label_provider("${name}", any);`).join(" ")} }
`;
}
