import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { rclone, s5cmd, tidemarkApply } from "../support/commands.ts";
import { writeBigFile } from "../support/files.ts";
import { filling } from "../support/filling.ts";
import type { Workload } from "../support/workload.ts";

export const bigFile: Workload = {
  name: "big-file-2g",
  title: "One file of 2 GiB → store",
  note: "The server hashes every part, as a store does, on the same processors.",
  goal: { faster: { s5cmd: 1 }, maxRssMiB: 200 },
  setUp: async (bench) => {
    const server = await bench.server();
    const source = join(bench.folder, "source");
    await mkdir(source);
    await writeBigFile(join(source, "big.bin"), bench.items(2 * 2 ** 30));
    const contestant = filling(server, 1);
    return [
      contestant("tidemark", async (bucket) =>
        tidemarkApply(bench, await bench.plan(bucket, { directory: source }, { bucket, url: server.url }), `state-${bucket}`),
      ),
      contestant("s5cmd", (bucket) => s5cmd(bench, server.url, "cp", join(source, "big.bin"), `s3://${bucket}/big.bin`)),
      contestant("rclone", (bucket) => rclone(bench, [server.url], "copy", source, `A:${bucket}`)),
    ];
  },
};
