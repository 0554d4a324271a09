import { visible } from "../core/escape.ts";
import type { Diagnostic } from "../plan-file/diagnostic.ts";
import { PLAIN, type Paint } from "./paint.ts";
import { workflowCommand } from "./workflow-command.ts";

/** A diagnostic for a person: what is wrong, where, the lines around it, and what to do. Ends without a line break. */
export function renderDiagnostic(diagnostic: Diagnostic, paint: Paint = PLAIN): string {
  const { severity, code, message, file, line, column, frame, hint } = diagnostic;
  const color = severity === "error" ? paint.remove : severity === "warning" ? paint.warn : paint.strong;
  const lines = [`${color(`${severity}:`)} ${paint.strong(visible(message))} ${paint.faint(`[${code}]`)}`];
  // Where the file itself could not be read, there is no place in it.
  lines.push(frame === "" ? `  --> ${visible(file)}` : `  --> ${visible(file)}:${line}:${column}`);
  if (frame !== "") for (const shown of frame.split("\n")) lines.push(shown.startsWith(">") ? shown : paint.faint(shown));
  if (hint !== undefined) lines.push(`  ${paint.good("help:")} ${visible(hint)}`);
  return lines.join("\n");
}

/** A diagnostic as one object of the JSON lines. */
export function diagnosticJson({ code, severity, message, file, line, column, endLine, endColumn, hint, suggestion, sync }: Diagnostic) {
  return {
    type: "diagnostic",
    code,
    severity,
    message,
    file,
    line,
    column,
    endLine,
    endColumn,
    ...(hint !== undefined && { hint }),
    ...(suggestion !== undefined && { suggestion }),
    ...(sync !== undefined && { sync }),
  } as const;
}

/** A diagnostic as a workflow command, which GitHub shows beside the line. */
export function diagnosticGithub({ severity, code, message, hint, ...place }: Diagnostic): string {
  return workflowCommand({ ...place, level: severity, title: code, message: hint === undefined ? message : `${message} ${hint}` });
}
