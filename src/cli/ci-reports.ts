import { open, writeFile } from "node:fs/promises";
import { TidemarkError } from "../core/errors.ts";
import { type CiCase, errorCase, fileCases, type PlanPlaces } from "../report/ci-case.ts";
import { readCodes } from "../report/code-catalogue.ts";
import { JUNIT_MARKER, junitReport } from "../report/junit.ts";
import { SARIF_MARKER, sarifReport } from "../report/sarif.ts";
import { type Context, VERSION } from "./context.ts";

/** `--sarif` and `--junit`. */
export interface CiReportOptions {
  readonly sarif?: string;
  readonly junit?: string;
}

export interface ReportedWork<T> {
  readonly command: string;
  readonly planFile: string;
  readonly options: CiReportOptions;
  /** Does it, and tells the cases as it goes. */
  readonly work: (tell: (make: (places: PlanPlaces) => readonly CiCase[]) => void) => Promise<T>;
}

/**
 * Does a command's work, and writes what a CI system is to show of it: also where it ends with an
 * error, which is one case more.
 *
 * @throws TidemarkError `FILE_EXISTS`, `FILE_NOT_WRITTEN`; what `work` throws
 */
export async function withCiReports<T>(context: Context, { command, planFile, options, work }: ReportedWork<T>): Promise<T> {
  await mustBeOurs(options.sarif, { marker: SARIF_MARKER, flag: "--sarif" });
  await mustBeOurs(options.junit, { marker: JUNIT_MARKER, flag: "--junit" });
  const { cases, places } = await readFileCases(context, planFile);
  const write = () => writeCiReports(command, cases, options);
  let result: T;
  try {
    result = await work((make) => cases.push(...make(places)));
  } catch (error) {
    // What is wrong with the file is among the cases already.
    if (error instanceof TidemarkError && error.code !== "PLAN_INVALID") cases.push(errorCase(error, planFile, places));
    await write();
    throw error;
  }
  await write();
  return result;
}

async function readFileCases({ host }: Context, planFile: string): Promise<{ readonly cases: CiCase[]; readonly places: PlanPlaces }> {
  const [{ readPlanFile }, { readBounded }, { readOutline }] = await Promise.all([
    import("../plan-file/load.ts"),
    import("../plan-file/read-bounded.ts"),
    import("../plan-file/outline.ts"),
  ]);
  const { diagnostics } = await readPlanFile(planFile, { env: host.env });
  const text = readBounded(planFile);
  const outline = "code" in text ? undefined : readOutline(text);
  const syncs = new Map([...(outline?.syncs ?? [])].map(([name, { place }]) => [name, place]));
  return { cases: fileCases([planFile], diagnostics), places: { file: planFile, syncs } };
}

/** @throws TidemarkError `FILE_NOT_WRITTEN` */
async function writeCiReports(command: string, cases: readonly CiCase[], { sarif, junit }: CiReportOptions): Promise<void> {
  if (sarif !== undefined) await written(sarif, "--sarif", sarifReport({ command, cases, codes: await readCodes(), version: VERSION }));
  if (junit !== undefined) await written(junit, "--junit", junitReport(command, cases));
}

async function written(file: string, flag: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    throw new TidemarkError("FILE_NOT_WRITTEN", `${file} could not be written: ${error instanceof Error ? error.message : String(error)}`, {
      hint: `Name another file with ${flag}.`,
      cause: error,
    });
  }
}

/** A slip must not cost a plan file. */
async function mustBeOurs(file: string | undefined, { marker, flag }: { readonly marker: string; readonly flag: string }): Promise<void> {
  if (file === undefined) return;
  const handle = await open(file, "r").catch(() => undefined);
  if (handle === undefined) return;
  try {
    if (!(await handle.stat()).isFile()) return;
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(marker.length), 0, marker.length, 0);
    if (bytesRead === 0 || buffer.toString("utf8", 0, bytesRead) === marker) return;
  } finally {
    await handle.close();
  }
  throw new TidemarkError("FILE_EXISTS", `${file} is there already, and no earlier ${flag} wrote it: it is left as it is.`, {
    hint: `Name another file with ${flag}.`,
  });
}
