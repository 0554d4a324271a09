import type { Diagnostic } from "../../plan-file/diagnostic.ts";
import { readPlanFile } from "../../plan-file/load.ts";
import { diagnosticGithub, diagnosticJson, renderDiagnostic } from "../../report/diagnostics.ts";
import { counted } from "../../report/words.ts";
import { type Context, VERSION } from "../context.ts";
import { tellMore } from "../errors.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";

export interface ValidateOptions {
  readonly format: "human" | "json" | "github" | "sarif" | "junit";
}

/** Checks plan files, all of them and all that is wrong with each. Touches no location. */
export async function runValidate(context: Context, files: readonly string[], options: ValidateOptions): Promise<ExitCode> {
  const { out, json, paint } = context;
  const format = json ? "json" : options.format;
  const found: Diagnostic[] = [];
  let valid = true;
  for (const file of files) {
    const { diagnostics, unsupported, plan } = await readPlanFile(file, { env: context.host.env });
    if (!plan) valid = false;
    // What cannot be executed yet is no mistake of the file; `plan` and `apply` refuse it.
    const all = [...diagnostics, ...unsupported.map((diagnostic): Diagnostic => ({ ...diagnostic, severity: "notice" }))];
    found.push(...all);
    if (format === "human") {
      for (const diagnostic of all) out.line(`${renderDiagnostic(diagnostic, paint)}\n`);
      const errors = all.filter(({ severity }) => severity === "error").length;
      const syncs = plan ? ` ${counted(plan.syncs.length, "sync")}.` : "";
      out.line(plan ? `${paint.good("Valid:")} ${file}.${syncs}` : `${paint.remove("Not valid:")} ${file}. ${counted(errors, "error")}.`);
    } else if (format === "github") {
      for (const diagnostic of all) out.line(diagnosticGithub(diagnostic));
    } else if (format === "json") {
      for (const diagnostic of all) {
        const line = diagnosticJson(diagnostic);
        if (json) json.line(line);
        else out.line(JSON.stringify(line));
      }
    }
    await out.flush();
  }
  if (format === "human") tellMore(context, (found.find(({ severity }) => severity === "error") ?? found[0])?.code);
  if (format === "sarif" || format === "junit") {
    const { fileCases } = await import("../../report/ci-case.ts");
    const cases = fileCases(files, found);
    if (format === "junit") out.write((await import("../../report/junit.ts")).junitReport("validate", cases));
    else {
      const [{ sarifReport }, { readCodes }] = await Promise.all([import("../../report/sarif.ts"), import("../../report/code-catalogue.ts")]);
      out.write(sarifReport({ command: "validate", cases, codes: await readCodes(), version: VERSION }));
    }
  }
  return valid ? EXIT.done : EXIT.error;
}
