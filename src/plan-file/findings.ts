import type { Diagnostic, Severity } from "./diagnostic.ts";
import type { Place, SourceText } from "./source-text.ts";

export interface Finding {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly suggestion?: string | undefined;
  readonly severity?: Severity;
  readonly sync?: string | undefined;
}

/** A file with more problems than this is not worth reading further. */
const MOST = 1000;

/** Gathers what is found, so that all of it can be said at once. */
export class Findings {
  readonly #source: SourceText;
  readonly #file: string;
  readonly #found = new Map<string, { readonly finding: Finding; readonly place: Place }>();
  #errors = 0;

  constructor(source: SourceText, file: string) {
    this.#source = source;
    this.#file = file;
  }

  get hasErrors(): boolean {
    return this.#errors > 0;
  }

  /** What is found twice at one place (a default that several syncs begin with) is said once. */
  add(place: Place, finding: Finding): void {
    const key = `${place.start}:${place.end}:${finding.code}:${finding.message}`;
    if (this.#found.has(key)) return;
    if (finding.severity === undefined || finding.severity === "error") this.#errors++;
    if (this.#found.size < MOST) this.#found.set(key, { finding, place });
  }

  /** In the order of the file. Frames are made only now, when every secret is known and masked. */
  diagnostics(): Diagnostic[] {
    return [...this.#found.values()]
      .toSorted((a, b) => a.place.start - b.place.start || a.place.end - b.place.end)
      .map(({ finding, place }) => this.#diagnostic(finding, place));
  }

  #diagnostic({ code, message, hint, suggestion, severity = "error", sync }: Finding, place: Place): Diagnostic {
    const from = this.#source.position(place.start);
    const to = this.#source.position(Math.max(place.start, place.end));
    return {
      code,
      severity,
      message,
      file: this.#file,
      line: from.line,
      column: from.column,
      endLine: to.line,
      endColumn: to.column,
      hint,
      suggestion,
      frame: this.#source.frame(place),
      sync,
    };
  }
}
