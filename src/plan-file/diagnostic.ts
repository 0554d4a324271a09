export type Severity = "error" | "warning" | "notice";

/** Something about what the user wrote: where it is, what is wrong, and what to write instead. */
export interface Diagnostic {
  /** Stable, documented in docs/diagnostics.md, never renamed. */
  readonly code: string;
  readonly severity: Severity;
  /** Names no value that came from the environment: `${NAME}` instead. */
  readonly message: string;
  /** As the user named it. */
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 units as editors count them. */
  readonly column: number;
  readonly endLine: number;
  /** 1-based; the first column that is no longer meant. */
  readonly endColumn: number;
  readonly hint: string | undefined;
  /** What was probably meant, ready to be put in place of what is marked. */
  readonly suggestion: string | undefined;
  /** The lines around it with a caret beneath. Secrets are masked and control characters escaped. */
  readonly frame: string;
  /** The sync it is about. */
  readonly sync: string | undefined;
}
