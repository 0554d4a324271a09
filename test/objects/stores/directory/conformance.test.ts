import { mkdir, readdir, writeFile } from "node:fs/promises";
import { openDirectoryReadStore, openDirectoryWriteStore } from "../../../../src/objects/stores/directory/open.ts";
import { directoryLocation } from "../../../support/sync-plans.ts";
import { temporaryFolder } from "../../../support/temp.ts";
import { storeConformance } from "../../store-conformance.ts";

storeConformance(
  "directory",
  {
    refusedKeys: ["/lead", "b//c", "dot/./x", "dot/../y"],
    clashingKeys: ["a/b", "a/b/c", "same/x"],
    markers: "folders",
    metadata: false,
    racesDecided: true,
    tooLong: "k".repeat(256),
    large: 20 * 1024 * 1024,
  },
  async () => {
    const folder = await temporaryFolder();
    const location = directoryLocation(folder.path);
    const context = { emit: () => {}, ownPaths: [] };
    const store = await openDirectoryWriteStore(location, "", { ...context, run: "test" });
    const reader = await openDirectoryReadStore(location, "", context);
    return {
      store,
      reader,
      leftovers: async () =>
        (await readdir(folder.path, { recursive: true, withFileTypes: true }))
          .filter((entry) => entry.isFile() && entry.parentPath.includes(".tidemark-tmp"))
          .map(({ name }) => name),
      async killWhileWriting(key, run) {
        await mkdir(folder.join(".tidemark-tmp", run), { recursive: true });
        await writeFile(folder.join(".tidemark-tmp", run, "1"), `half of ${key}`);
        // Only where a folder is on another file system is there an intent.
        return [];
      },
      async close() {
        await Promise.all([store.close(), reader.close()]);
        await folder[Symbol.asyncDispose]();
      },
    };
  },
);
