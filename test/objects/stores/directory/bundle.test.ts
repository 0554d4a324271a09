import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { place, run } from "./place.ts";

const SOURCES = join(import.meta.dirname, "../../../../src/objects/stores/directory");

test("a bundle finds its worker beside it, and ends by itself once the store is closed", async () => {
  await using at = await place();
  await at.files({ a: "x", "b/c": "y" });
  await build({
    entryPoints: { "directory-worker": join(SOURCES, "worker.ts"), open: join(SOURCES, "open.ts") },
    outdir: at.outside("dist"),
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    logLevel: "error",
  });
  const location = { type: "directory", name: "x", declaredPath: at.path(""), path: at.path(""), prefix: "", symlinks: "skip" };
  await writeFile(
    at.outside("dist/main.js"),
    `import { openDirectoryReadStore } from "./open.js";
     const store = await openDirectoryReadStore(${JSON.stringify(location)}, "", { emit() {}, ownPaths: [] });
     for await (const page of store.list({ prefix: "" }, new AbortController().signal)) console.log(page.map(({ key }) => key).join());
     // Not closed: idle threads keep nobody.
    `,
  );
  await writeFile(at.outside("dist/package.json"), '{ "type": "module" }');
  const { stdout } = await run(process.execPath, [at.outside("dist/main.js")]);
  expect(stdout).toBe("a,b/c\n");
});
