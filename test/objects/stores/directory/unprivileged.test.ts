import { chmod, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { place, run } from "./place.ts";

/** Root may read anything, so that the child runs as nobody. */
const NOBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

test("what may not be read or written is told, one by one", async () => {
  await using at = await place();
  await at.files({ "closed/x": "x", unreadable: "x", file: "x", "open/x": "x" });
  await mkdir(join(dirname(at.path("")), "closed-root"), { mode: 0 });
  await chmod(dirname(at.path("")), 0o755);
  await chmod(at.path("closed"), 0);
  await chmod(at.path("unreadable"), 0);
  await chmod(at.path(""), 0o555);
  try {
    const { stdout } = await run(
      process.execPath,
      [join(import.meta.dirname, "unprivileged-child.ts"), at.path(""), join(dirname(at.path("")), "closed-root")],
      NOBODY,
    );
    expect(JSON.parse(stdout)).toEqual({
      listed: [
        ["closed/", "FOLDER_UNREADABLE"],
        ["file", null],
        ["open/x", null],
        ["unreadable", null],
      ],
      read: "FILE_UNREADABLE",
      written: "ACCESS_DENIED",
      deleted: "ACCESS_DENIED",
      root: "LOCATION_UNREADABLE",
      checks: ["REACH pass", "READ pass", "WRITE fail", "SPACE pass"],
    });
  } finally {
    await chmod(at.path(""), 0o755);
    await chmod(at.path("closed"), 0o755);
    await chmod(join(dirname(at.path("")), "closed-root"), 0o755);
  }
});
