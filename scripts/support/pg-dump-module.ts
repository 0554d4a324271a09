import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Plugin } from "esbuild";

const PACKAGE = "node_modules/@electric-sql/pglite-tools/dist";

/**
 * Gives the bundle pg_dump's own Emscripten module as `pg-dump-module`.
 *
 * The package exports only a function that runs pg_dump against its own embedded database: it changes
 * what pg_dump wrote, and keeps no warnings. The module itself stands, unchanged, among the sources
 * that the package's source map holds.
 */
export function pgDumpModule(root: string): Plugin {
  return {
    name: "pg-dump-module",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^pg-dump-module$/ }, () => ({ path: `${PACKAGE}/pg_dump.wasm`, namespace: "pg-dump-module" }));
      onLoad({ filter: /.*/, namespace: "pg-dump-module" }, async () => ({ contents: await moduleSource(root), loader: "js", resolveDir: root }));
    },
  };
}

export function pgDumpWasm(root: string): Promise<Buffer> {
  return readFile(join(root, PACKAGE, "pg_dump.wasm"));
}

async function moduleSource(root: string): Promise<string> {
  const entry = await readFile(join(root, PACKAGE, "pg_dump.js"), "utf8");
  const chunk = /from\s*"\.\/(chunk-\w+\.js)"/.exec(entry)?.[1];
  if (chunk === undefined) throw new Error(`${PACKAGE}/pg_dump.js no longer imports a chunk: look where its module is now`);
  // A source map as the specification has it.
  const map = JSON.parse(await readFile(join(root, PACKAGE, `${chunk}.map`), "utf8")) as { readonly sources: string[]; readonly sourcesContent: string[] };
  const source = map.sourcesContent[map.sources.findIndex((name) => name.endsWith("release/pg_dump.js"))];
  if (source?.includes("_pgl_set_rw_cbs") !== true) throw new Error(`${PACKAGE}/${chunk}.map no longer holds pg_dump's module`);
  return source;
}
