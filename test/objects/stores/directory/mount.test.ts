import { expect, test } from "vitest";
import { isRemote, mountOf, parseMounts, requireMount } from "../../../../src/objects/stores/directory/mount.ts";
import { place } from "./place.ts";

const table = (path: string) => `22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 22 0:40 / ${path} rw,relatime shared:7 master:1 - nfs4 filer:/export/ rw,vers=4.2
31 22 0:41 / ${path}/cifs rw - cifs //filer/share rw
32 22 0:42 / /with\\040space rw - fuse.sshfs me@host:/x\\134y rw
33 22 0:43 / ${path}/over rw - nfs old:/x rw
34 33 0:44 / ${path}/over rw - tmpfs tmpfs rw
`;

test("the table is read with its optional fields and escapes", () => {
  const mounts = parseMounts(table("/mnt"));
  expect(mounts).toHaveLength(6);
  expect(mounts[1]).toEqual({ point: "/mnt", type: "nfs4", source: "filer:/export/" });
  expect(mounts[3]).toEqual({ point: "/with space", type: "fuse.sshfs", source: "me@host:/x\\y" });
});

test("a path is on the deepest mount above it, and on the last of those at one place", () => {
  const mounts = parseMounts(table("/mnt"));
  expect(mountOf("/mnt", mounts)?.type).toBe("nfs4");
  expect(mountOf("/mnt/a/b", mounts)?.type).toBe("nfs4");
  expect(mountOf("/mnt2", mounts)?.type).toBe("ext4");
  expect(mountOf("/mnt/cifs/a", mounts)?.type).toBe("cifs");
  expect(mountOf("/mnt/over/a", mounts)?.type).toBe("tmpfs");
});

test("a network's file systems are told from local ones", async () => {
  expect(await isRemote("/mnt/a", table("/mnt"))).toBe(true);
  expect(await isRemote("/with space", table("/mnt"))).toBe(true);
  expect(await isRemote("/mnt/over", table("/mnt"))).toBe(false);
  expect(await isRemote("/", table("/mnt"))).toBe(false);
});

test("a location must be on the mount it names", async () => {
  await using at = await place();
  const path = at.path("").replace(/\/$/, "");
  const on = (mount: { type?: string; source?: string }, beneath = "") =>
    requireMount({ path: path + beneath, mount: { type: mount.type, source: mount.source } }, table(path));
  const missing = { code: "MOUNT_MISSING", message: expect.stringContaining("not on a mount") as string };
  await on({ type: "nfs", source: "filer:/export" });
  await on({ type: "nfs4" }, "/not/there/yet");
  await on({});
  await expect(on({ type: "smb" })).rejects.toMatchObject(missing);
  await expect(on({ type: "nfs", source: "other:/export" })).rejects.toMatchObject(missing);
  await at.files({ "cifs/x": "", "over/x": "" });
  await on({ type: "smb", source: "//filer/share" }, "/cifs");
  await expect(on({ type: "nfs" }, "/over")).rejects.toMatchObject(missing);
});

test("a location that is not mounted is not opened", async () => {
  await using at = await place();
  const mount = { type: "nfs", source: "filer:/export" };
  await expect(at.reader({ mount })).rejects.toMatchObject({ code: "MOUNT_MISSING" });
  await expect(at.writer({ mount })).rejects.toMatchObject({ code: "MOUNT_MISSING" });
});
