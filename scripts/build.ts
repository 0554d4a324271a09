/**
 * Bundles the CLI into `dist/`: `npm run build`.
 *
 * One file a command's work, loaded when the command runs: `tidemark --help` reads a fraction of what
 * `apply` needs. Names and line breaks stay, so that the stack of a bug report can be read.
 */
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Metafile, type Plugin } from "esbuild";
import { readCodeCatalogue } from "./support/code-catalogue.ts";
import { pgDumpModule, pgDumpWasm } from "./support/pg-dump-module.ts";
import { reportPage } from "./support/report-page.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DIST = join(ROOT, "dist");

/** Parts of the bundle that are CommonJS ask for Node's own modules by `require`, and for their folder by `__dirname`, which an ES module lacks. `process` is there already; asked for as a module, it opens stdin. */
const REQUIRE =
  'const __dirname = import.meta.dirname; const require = (name) => (name === "process" || name === "node:process" ? process : process.getBuiltinModule(name));';

/**
 * What commander takes of Node, without the rest: importing these modules reads each of their
 * properties, and with them loads file watchers, readline and worker threads: 10 ms of each start.
 * Files and processes it needs only for commands that are programs of their own, which ours never are.
 */
const FOR_COMMANDER: Readonly<Record<string, string>> = {
  "node:child_process": "export default {};",
  "node:fs": "export default {};",
  "node:process": "export default globalThis.process;",
  "node:util": "export const stripVTControlCharacters = (text) => text.replaceAll(/\\u001b\\[[0-9;]*m/g, '');",
};

const lightCommander: Plugin = {
  name: "light-commander",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/ }, ({ path, importer }) =>
      importer.includes("node_modules/commander/") && Object.hasOwn(FOR_COMMANDER, path) ? { path, namespace: "for-commander" } : undefined,
    );
    onLoad({ filter: /.*/, namespace: "for-commander" }, ({ path }) => ({ contents: FOR_COMMANDER[path] ?? "" }));
  },
};

/** Ink asks for React's developer tools where DEV is set; they are no part of the program. */
const noDevtools: Plugin = {
  name: "no-devtools",
  setup({ onLoad }) {
    onLoad({ filter: /[/\\]node_modules[/\\]ink[/\\]build[/\\]devtools\.js$/ }, () => ({ contents: "" }));
  },
};

const { metafile, outputFiles } = await build({
  absWorkingDir: ROOT,
  entryPoints: {
    main: "src/main.ts",
    "directory-worker": "src/objects/stores/directory/worker.ts",
    "transfer-worker": "src/objects/apply/threads/worker.ts",
    "pg-dump-worker": "src/postgres/dump/wasm/worker.ts",
  },
  outdir: DIST,
  chunkNames: "[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  // A CommonJS module that is imported when it is needed would come without the names of its exports.
  mainFields: ["module", "main"],
  target: "node24",
  banner: { js: REQUIRE },
  legalComments: "none",
  metafile: true,
  // Written below: a build that fails leaves the last one as it is.
  write: false,
  plugins: [lightCommander, noDevtools, pgDumpModule(ROOT)],
  // React's slower half, which measures and warns, is for who writes components.
  define: { "process.env.NODE_ENV": '"production"', "process.env.DEV": '"false"' },
  logLevel: "warning",
  // In pg_dump's module, which never calls it: it is for JavaScript that a linked library brings along.
  logOverride: { "direct-eval": "silent" },
});
const files = new Map<string, string | Uint8Array>(outputFiles.map(({ path, contents }) => [basename(path), contents]));
const page = await reportPage(ROOT);
for (const [name, text] of page.files) files.set(name, text);
files.set("codes.json", JSON.stringify(await readCodeCatalogue(ROOT)));
files.set("pg_dump.wasm", await pgDumpWasm(ROOT));
files.set("libpg-query.wasm", await readFile(join(ROOT, "node_modules/libpg-query/wasm/libpg-query.wasm")));
files.set("THIRD-PARTY-LICENSES.txt", await licenses(metafile, page.metafile));
await replaceFolder(files);

/** Puts the entry in place last and removes what is old after it, so that who starts it in between finds a whole program. */
async function replaceFolder(contents: ReadonlyMap<string, string | Uint8Array>): Promise<void> {
  await mkdir(DIST, { recursive: true });
  const before = await readdir(DIST);
  const entry = "main.js";
  for (const name of [...contents.keys()].toSorted((a, b) => Number(a === entry) - Number(b === entry))) {
    const partial = join(DIST, `.${name}.${process.pid}`);
    await writeFile(partial, contents.get(name) ?? "");
    if (name === entry) await chmod(partial, 0o755);
    await rename(partial, join(DIST, name));
  }
  for (const name of before) if (!contents.has(name)) await rm(join(DIST, name), { recursive: true, force: true });
}

/** The licences of all that the bundle holds: they ask to travel with it. */
async function licenses(...bundles: readonly Metafile[]): Promise<string> {
  const inputs = bundles.flatMap(({ inputs }) => Object.keys(inputs));
  const packages = new Set(inputs.flatMap((path) => /^(?:pg-dump-module:)?(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []));
  const texts: string[] = [];
  for (const folder of [...packages].toSorted()) {
    const { name, version, license } = parseManifest(await readFile(join(ROOT, folder, "package.json"), "utf8"));
    texts.push(`${name} ${version} (${license ?? "see below"})\n\n${(await licenseText(join(ROOT, folder))).trim()}\n`);
  }
  return texts.join(`\n${"-".repeat(80)}\n\n`);
}

function parseManifest(text: string): { readonly name: string; readonly version: string; readonly license?: string } {
  // npm has checked these fields when it installed the package.
  return JSON.parse(text) as { name: string; version: string; license?: string };
}

async function licenseText(folder: string): Promise<string> {
  for (const name of ["LICENSE", "LICENSE.md", "LICENSE.txt", "license", "license.md"]) {
    const text = await readFile(join(folder, name), "utf8").catch(() => undefined);
    if (text !== undefined) return text;
  }
  return `${dirname(folder)} ships no licence text.`;
}
