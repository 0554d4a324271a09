import { chownSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { type TemporaryFolder, temporaryFolder } from "../temp.ts";

const NOBODY = 65_534;

export interface ExtensionFolder extends AsyncDisposable {
  /** Lets a server of 18 or later offer them beside its own. */
  readonly setting: string;
}

/** Extensions of a test's own, by name: the script of their only version. */
export async function extensionFolder(scripts: Readonly<Record<string, string>>): Promise<ExtensionFolder> {
  const folder: TemporaryFolder = await temporaryFolder("tidemark-extensions-");
  // Servers run as another user where the tests run as root.
  if (process.getuid?.() === 0) chownSync(folder.path, NOBODY, NOBODY);
  await mkdir(folder.join("extension"));
  for (const [name, script] of Object.entries(scripts)) {
    await writeFile(folder.join("extension", `${name}.control`), "default_version = '1.0'\nrelocatable = true\n");
    await writeFile(folder.join("extension", `${name}--1.0.sql`), script);
  }
  return { setting: `extension_control_path=$system:${folder.path}`, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}
