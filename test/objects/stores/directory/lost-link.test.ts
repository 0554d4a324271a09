import type { PathLike } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { expect, test, vi } from "vitest";
import { Folders } from "../../../../src/objects/stores/directory/folders.ts";
import { writeFile } from "../../../../src/objects/stores/directory/place-file.ts";
import { RootWatch } from "../../../../src/objects/stores/directory/root-watch.ts";
import { temporaryFolder } from "../../../support/temp.ts";

// As a mount across a network does where the answer is lost: the call was repeated, and found its own doing.
vi.mock("node:fs", async (original) => {
  const fs = await original<typeof import("node:fs")>();
  return {
    ...fs,
    linkSync(from: PathLike, to: PathLike) {
      fs.linkSync(from, to);
      fs.linkSync(from, to);
    },
  };
});

test("a link that was made although the answer says that something is there is our own write", async () => {
  await using folder = await temporaryFolder();
  const setup = { root: `${folder.path}/`, identity: undefined, symlinks: "skip", hidden: [] } as const;
  const folders = new Folders(setup, new RootWatch(setup.root, undefined));
  const job = {
    op: "write",
    key: "a",
    temporary: "t/1",
    expect: { kind: "absent" },
    bytes: Buffer.from("one"),
    mtime: undefined,
    md5: undefined,
    readBack: false,
  } as const;
  expect(writeFile(setup, folders, job)).toMatchObject({ size: 3 });
  expect(await readFile(folder.join("a"), "utf8")).toBe("one");
  expect(await readdir(folder.join("t"))).toEqual([]);

  const again = { ...job, temporary: "t/2", bytes: Buffer.from("two") };
  expect(() => writeFile(setup, folders, again)).toThrow(/has appeared at the destination/);
  expect(await readFile(folder.join("a"), "utf8")).toBe("one");
});
