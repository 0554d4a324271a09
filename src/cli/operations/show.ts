import { ACTION_KINDS, type ActionKind } from "../../changeset/action.ts";
import type { Changeset } from "../../changeset/changeset.ts";
import { TidemarkError } from "../../core/errors.ts";
import { didYouMean, nearName } from "../../core/near-name.ts";
import { actionJson, planSummaryJson } from "../../report/plan-json.ts";
import { planMarkdown } from "../../report/plan-markdown.ts";
import { showPlan } from "../../report/plan-view.ts";
import { openNamed } from "../changeset-file.ts";
import type { Context } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { mustBeReport } from "../html-file.ts";
import { browse, mustHaveScreen } from "../screens.ts";
import { writePlanReport } from "../write-reports.ts";

export interface ShowOptions {
  readonly markdown?: boolean;
  readonly html?: string;
  readonly action?: string;
  readonly sync?: string;
  readonly verbose?: boolean;
  readonly browse?: boolean;
}

/** Prints a saved changeset. Looks at nothing but the file. */
export async function runShow(context: Context, file: string, options: ShowOptions): Promise<ExitCode> {
  const kinds = options.action === undefined ? undefined : parseKinds(options.action);
  if (options.browse) mustHaveScreen(context);
  await mustBeReport(options.html);
  const changeset = await openNamed(file);
  try {
    mustHaveSync(changeset, options.sync);
    if (options.html !== undefined) await writePlanReport(options.html, changeset, { kinds, sync: options.sync });
    if (options.browse) await browse(context, changeset);
    else if (options.markdown) context.out.write(planMarkdown(changeset));
    else if (context.json) await showJson(context, changeset, { kinds, sync: options.sync });
    else await showPlan(changeset, context.out, context.paint, { verbose: options.verbose ?? kinds !== undefined, kinds, sync: options.sync });
    return EXIT.done;
  } finally {
    changeset.close();
  }
}

async function showJson(
  { out, json }: Context,
  changeset: Changeset,
  filter: { kinds: readonly ActionKind[] | undefined; sync: string | undefined },
): Promise<void> {
  const kinds = new Map(changeset.summary.syncs.map(({ header }) => [header.name, header.kind]));
  for (const action of changeset.actions(filter)) {
    if (out.closed) return;
    json?.line(actionJson(action, kinds.get(action.sync)));
    if (out.full) await out.flush();
  }
  json?.line(planSummaryJson("show", changeset));
}

function parseKinds(text: string): readonly ActionKind[] {
  return text.split(",").map((word) => {
    const name = word.trim();
    const kind = ACTION_KINDS.find((known) => known === name);
    if (kind) return kind;
    const near = nearName(name, ACTION_KINDS);
    throw new TidemarkError("USAGE", `There is no action called ${name}.`, {
      hint: near === undefined ? `The actions are ${ACTION_KINDS.join(", ")}.` : `Did you mean ${near}?`,
    });
  });
}

function mustHaveSync({ summary }: Changeset, sync: string | undefined): void {
  const names = summary.syncs.map(({ header }) => header.name);
  if (sync === undefined || names.includes(sync)) return;
  throw new TidemarkError("UNKNOWN_SYNC", `The changeset has no sync called ${sync}.`, {
    hint: didYouMean(sync, names, `Its syncs are: ${names.join(", ")}.`),
  });
}
