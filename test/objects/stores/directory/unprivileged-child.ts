/** Uses a directory as a user without privileges, and prints what it saw: run by unprivileged.test.ts. */
import { openDirectoryReadStore, openDirectoryWriteStore } from "../../../../src/objects/stores/directory/open.ts";
import { bodyOf, writeOptions } from "../../../support/bodies.ts";
import { directoryLocation } from "../../../support/sync-plans.ts";

const signal = new AbortController().signal;
const codeOf = (error: unknown) => (error instanceof Error && "code" in error ? error.code : String(error));
const [root = "", closed = ""] = process.argv.slice(2);
const context = { emit: () => {}, ownPaths: [], run: "run" };
const store = await openDirectoryWriteStore(directoryLocation(root), "", context);

const pages = await Array.fromAsync(store.list({ prefix: "" }, signal));
const write = (key: string) => store.write(key, bodyOf("x"), writeOptions()).then(() => "written", codeOf);
const unreadable = await openDirectoryReadStore(directoryLocation(closed), "", context);
const result = {
  listed: pages.flat().map(({ key, problem }) => [key, problem?.code]),
  read: await store.read("unreadable", { signal }).catch(codeOf),
  written: await write("new"),
  deleted: await store.delete("file", { size: 1 }, signal).catch(codeOf),
  root: await Array.fromAsync(unreadable.list({ prefix: "" }, signal)).catch(codeOf),
  checks: (await Array.fromAsync(store.check("write", signal))).map(({ code, status }) => `${code} ${status}`),
};
await Promise.all([store.close(), unreadable.close()]);
process.stdout.write(JSON.stringify(result));
