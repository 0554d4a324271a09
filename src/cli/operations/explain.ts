import { TidemarkError } from "../../core/errors.ts";
import { nearName } from "../../core/near-name.ts";
import { type ExplainedCode, readCodes } from "../../report/code-catalogue.ts";
import { codeJson, codeLine, codeLines, KIND_WORDS } from "../../report/code-view.ts";
import { type Context, VERSION } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";

/** More codes than this with a word in them say nothing about what was meant. */
const MOST_ALIKE = 40;

/**
 * Says what codes mean; without any, lists all.
 *
 * @throws TidemarkError `UNKNOWN_CODE`
 */
export async function runExplain(context: Context, asked: readonly string[]): Promise<ExitCode> {
  const codes = await readCodes();
  if (asked.length === 0) {
    list(context, codes);
    return EXIT.done;
  }
  // Nothing is said where one of them is unknown.
  const found = asked.map((text) => meaningsOf(codes, text));
  for (const [at, { exact, alike }] of found.entries()) {
    if (at > 0 && !context.json) context.out.line();
    if (exact.length > 0) show(context, exact);
    else list(context, alike);
  }
  return EXIT.done;
}

interface Meanings {
  readonly exact: readonly ExplainedCode[];
  /** Those with the word in them. */
  readonly alike: readonly ExplainedCode[];
}

function meaningsOf(codes: readonly ExplainedCode[], asked: string): Meanings {
  const wanted = normal(asked);
  const exact = codes.filter(({ code }) => code === wanted);
  if (exact.length > 0) return { exact, alike: [] };
  const near = nearName(wanted, new Set(codes.map(({ code }) => code)));
  // A whole word of a code is no slip: who types `guard` wants to see what there is of guards.
  const alike = /^[A-Z0-9_]{3,}$/.test(wanted) ? codes.filter(({ code }) => `_${code}_`.includes(`_${wanted}_`)) : [];
  if (near === undefined && alike.length > 0 && alike.length <= MOST_ALIKE) return { exact, alike };
  throw new TidemarkError("UNKNOWN_CODE", `There is no code ${asked}.`, {
    hint: near === undefined ? "`tidemark explain` lists all of them." : `Did you mean ${near}?`,
  });
}

/** As it was copied from a message: `[GUARD_EXCEEDED]`, `guard-exceeded`. */
function normal(asked: string): string {
  return asked
    .trim()
    .replace(/^\[(.*)\]$/, "$1")
    .toUpperCase()
    .replaceAll(/[- ]/g, "_");
}

function show({ out, json, paint, host }: Context, meanings: readonly ExplainedCode[]): void {
  for (const [at, meaning] of meanings.entries()) {
    if (json) json.line(codeJson(meaning, VERSION));
    else out.write(`${at > 0 ? "\n" : ""}${codeLines(meaning, { version: VERSION, paint, columns: host.stdout.columns })}`);
  }
}

function list({ out, json, paint, host }: Context, codes: readonly ExplainedCode[]): void {
  let heading = "";
  const width = Math.max(0, ...codes.map(({ code }) => code.length));
  for (const each of codes) {
    if (json) {
      json.line(codeJson(each, VERSION));
      continue;
    }
    const now = `${each.group} (${KIND_WORDS[each.kind].many})`;
    if (now !== heading) out.line(`${heading === "" ? "" : "\n"}${paint.strong(now)}`);
    heading = now;
    out.line(codeLine(each, { width, columns: host.stdout.columns }));
  }
}
