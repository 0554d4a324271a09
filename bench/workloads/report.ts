import { once } from "node:events";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Action } from "../../src/changeset/action.ts";
import { createChangeset } from "../../src/changeset/write.ts";
import { tidemark } from "../support/commands.ts";
import { measure, type Watched } from "../support/measure.ts";
import type { Bench, Workload } from "../support/workload.ts";

const PAGE = 1000;
const OPEN = fileURLToPath(new URL("../support/open-report.ts", import.meta.url));

export const writeReport: Workload = {
  name: "report-write-1m",
  title: "Writing a report of 1,000,000 actions",
  note: "A page lists 100,000 of them. The changeset is checked first, as `show` always does; pictures and counts are of all.",
  goal: { maxRssMiB: 200 },
  needs: "nothing",
  setUp: (bench) => {
    const changes = changesetOf(bench, bench.items(1_000_000));
    const report = join(bench.folder, "report.html");
    return Promise.resolve([
      {
        tool: "tidemark" as const,
        command: () => tidemark(bench, "show", changes, "--html", report),
        verify: async () => void (await stat(report)),
        inspect: async () => `${((await stat(report)).size / 1e6).toFixed(1)} MB`,
      },
    ]);
  },
};

export const openReport: Workload = {
  name: "report-open-100k",
  title: "Opening a report of 100,000 actions in headless Chromium",
  note: "From the address until rows and pictures are there. The browser is up already; processor time and memory are of all of it.",
  goal: { maxMedianMs: 2000 },
  needs: "chromium",
  repetitions: 5,
  setUp: async (bench) => {
    const report = join(bench.folder, "report.html");
    const result = join(bench.folder, "opened");
    await measure(bench.tools.measurer, bench.folder, tidemark(bench, "show", changesetOf(bench, bench.items(100_000)), "--html", report));
    const watch = async ({ ended }: Watched) => {
      if (!ended.aborted) await once(ended, "abort");
      return Number(await readFile(result, "utf8"));
    };
    return [{ tool: "tidemark", watch, command: () => ({ program: bench.tools.node, arguments: [OPEN, report, result] }) }];
  },
};

/** Keys, sizes and times by arithmetic; some of everything. */
function changesetOf(bench: Bench, count: number): string {
  const path = join(bench.folder, "report.changes");
  const origin = { plan: "bench", planFile: "bench.yaml", planHash: "sha256:0", lineage: "", tidemark: "0" };
  const writer = createChangeset({ path, origin, listSkips: false });
  const end = (display: string) => ({ location: "place", display, identity: display, resolved: display });
  writer.beginSync({ name: "media", kind: "objects", from: end("/srv/share/"), to: end("s3://archive/share/"), destination: "archive", options: "{}" });
  for (let from = 0; from < count; from += PAGE) writer.add(Array.from({ length: Math.min(PAGE, count - from) }, (_, at) => actionOf(from + at)));
  writer.endSync({ source: count, destination: 0 }, []);
  writer.seal({ list: 1, head: 0, read: 0 }).close();
  return path;
}

function actionOf(at: number): Action {
  const number = String(at).padStart(7, "0");
  const key = `department-${number.slice(0, 3)}/project-${number.slice(3, 5)}/scan-${number}.tiff`;
  const day = new Date(Date.UTC(2016, 0, 1) + ((at * 7919) % 3650) * 86_400_000).toISOString();
  const source = { size: (at * 104_729) % 10_000_000, modified: day, etag: number };
  const destination = { size: 5, modified: day, etag: "old" };
  if (at % 20 === 7) return { action: "delete", key, reason: "not-in-source", bytes: 0, source: undefined, destination, detail: undefined };
  if (at % 10 === 3) return { action: "overwrite", key, reason: "newer", bytes: source.size, source, destination, detail: undefined };
  return { action: "copy", key, reason: "absent", bytes: source.size, source, destination: undefined, detail: undefined };
}
