import { join } from "node:path";
import { build, type Metafile } from "esbuild";

export interface ReportPage {
  readonly files: ReadonlyMap<string, string>;
  /** What the script is made of: its licences travel along. */
  readonly metafile: Metafile;
}

/**
 * Bundles what a report's page does in a browser. It is no part of the program: the program writes it
 * into pages as text.
 *
 * @throws where the script could end the element that it will stand in
 */
export async function reportPage(root: string): Promise<ReportPage> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: { "report-page": "src/report/html/browser/main.ts" },
    outdir: join(root, "dist"),
    bundle: true,
    minify: true,
    format: "iife",
    platform: "browser",
    target: ["chrome120", "firefox121", "safari17"],
    charset: "ascii",
    legalComments: "none",
    metafile: true,
    write: false,
    tsconfig: join(root, "src/report/html/browser/tsconfig.json"),
    logLevel: "warning",
  });
  const script = outputFiles[0]?.text ?? "";
  // A script element ends at the first, and is read differently after the second.
  if (/<\/script|<!--/i.test(script)) throw new Error("report-page.js holds a text that HTML does not let stand in a script");
  const style = await build({
    absWorkingDir: root,
    entryPoints: ["src/report/html/browser/page.css"],
    bundle: true,
    minify: true,
    target: ["chrome120", "firefox121", "safari17"],
    write: false,
    logLevel: "warning",
  });
  const files = new Map([
    ["report-page.js", script],
    ["report-page.css", style.outputFiles[0]?.text ?? ""],
  ]);
  return { files, metafile };
}
