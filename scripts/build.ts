/**
 * Bundles the CLI into `dist/`: `npm run build`.
 *
 * One file a command's work, loaded when the command runs: `tidemark --help` reads a fraction of what
 * `apply` needs. Names and line breaks stay, so that the stack of a bug report can be read.
 */
import { readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Metafile } from "esbuild";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DIST = join(ROOT, "dist");

/** Parts of the bundle that are CommonJS ask for Node's own modules by `require`, which an ES module lacks. */
const REQUIRE = 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);';

await rm(DIST, { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: ROOT,
  entryPoints: { main: "src/main.ts", "directory-worker": "src/objects/stores/directory/worker.ts" },
  outdir: DIST,
  chunkNames: "[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node24",
  banner: { js: REQUIRE },
  keepNames: true,
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
});
await writeFile(join(DIST, "THIRD-PARTY-LICENSES.txt"), await licenses(metafile));

/** The licences of all that the bundle holds: they ask to travel with it. */
async function licenses({ inputs }: Metafile): Promise<string> {
  const packages = new Set(Object.keys(inputs).flatMap((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []));
  const texts: string[] = [];
  for (const folder of [...packages].toSorted()) {
    const { name, version, license }: { name: string; version: string; license?: string } = JSON.parse(await readFile(join(ROOT, folder, "package.json"), "utf8"));
    texts.push(`${name} ${version} (${license ?? "see below"})\n\n${(await licenseText(join(ROOT, folder))).trim()}\n`);
  }
  return texts.join(`\n${"-".repeat(80)}\n\n`);
}

async function licenseText(folder: string): Promise<string> {
  for (const name of ["LICENSE", "LICENSE.md", "LICENSE.txt", "license", "license.md"]) {
    const text = await readFile(join(folder, name), "utf8").catch(() => undefined);
    if (text !== undefined) return text;
  }
  return `${dirname(folder)} ships no licence text.`;
}
