import { formatCount } from "../../core/units.ts";
import type { Difference } from "../../driver/sync-driver.ts";
import { countDifferences, emptyComparison, LEVEL_WORDS, type SyncComparison } from "../compare-view.ts";
import type { PageRow } from "./chunks.ts";
import { markup, type Markup } from "./markup.ts";
import type { BarsData } from "./page-data.ts";
import type { Page } from "./page.ts";
import { amountCell, callout, sideBySideTable, tiles } from "./parts.ts";
import { type Picture, pictures } from "./pictures.ts";
import { DIFFERENCE_WORDS } from "./words.ts";

export interface ComparisonPageOptions {
  readonly plan: string;
  readonly planFile: string;
  /** What was asked for beside the syncs: `--download`, levels. */
  readonly asked: readonly string[];
  readonly syncs: ReadonlyMap<string, SyncComparison>;
  /** Definitions that differ, the first of them. */
  readonly definitions: readonly PageRow[];
  rows(): AsyncIterable<PageRow>;
  readonly tidemark: string;
}

type Kind = Difference["difference"] | "equal";

const KINDS: readonly Kind[] = ["missing", "different", "extra", "unknown", "equal"];
const MOST_SYNCS = 40;
const OPEN = 3;
/** Definitions that a page shows beside each other. */
export const MOST_DEFINITIONS = 60;

/** A difference as a row of the table. */
export function differenceRow(sync: string, { key, difference, reason, columns, detail }: Difference): PageRow {
  const known = columns !== undefined || detail !== undefined;
  return {
    kind: difference,
    action: difference,
    key,
    bytes: 0,
    rows: 0,
    at: undefined,
    reason,
    sync,
    detail: known ? { columns, difference: detail } : undefined,
  };
}

/** What a comparison found, as a page. */
export function comparisonPage({ plan, planFile, asked, syncs, definitions, rows, tidemark }: ComparisonPageOptions): Page {
  const total = emptyComparison();
  for (const comparison of syncs.values()) for (const kind of KINDS) total[kind] += comparison[kind];
  const differ = countDifferences(total);
  const drawn = bySync(syncs);
  return {
    title: `${plan} · comparison`,
    kicker: "Comparison",
    heading: plan,
    verdict: markup`<strong>${differ === 0 ? "Both ends are the same." : `${formatCount(differ)} ${differ === 1 ? "difference" : "differences"}.`}</strong> ${formatCount(total.equal)} equal.`,
    facts: [["Plan file", markup`<code>${planFile}</code>`], ...(asked.length === 0 ? [] : ([["Compared", markup`${asked.join(", ")}`]] as const))],
    sections: [
      {
        id: "summary",
        title: "Summary",
        body: markup`${warning(total)}${tiles(
          KINDS.map((kind) => ({ kind, ...DIFFERENCE_WORDS[kind], items: total[kind], beside: MEANING[kind] })),
          "Items by difference",
        )}`,
      },
      { id: "syncs", title: "Syncs", body: syncTable(syncs) },
      ...(drawn.length > 0 ? [{ id: "pictures", title: "At a glance", body: pictures(drawn, DIFFERENCE_WORDS) }] : []),
      ...(definitions.length > 0 ? [{ id: "definitions", title: "Definitions that differ", body: definitionList(definitions) }] : []),
    ],
    data: {
      page: "comparison",
      words: DIFFERENCE_WORDS,
      columns: [
        { name: "kind", title: "Difference" },
        { name: "key", title: "What" },
        { name: "reason", title: "Reason" },
        ...(syncs.size > 1 ? [{ name: "sync", title: "Sync" } as const] : []),
      ],
      charts: drawn.map(({ chart }) => chart),
    },
    table: {
      title: "Differences",
      one: "difference",
      many: "differences",
      rest: markup`All of them: <code>tidemark compare ${planFile} --json</code>.`,
    },
    rows,
    total: () => differ,
    tidemark,
  };
}

const MEANING: Readonly<Record<Kind, string>> = {
  missing: "at the destination",
  different: "at both ends",
  extra: "at the destination only",
  unknown: "could not be told",
  equal: "at both ends",
};

function warning({ unknown }: SyncComparison): Markup | undefined {
  return callout(
    "warning",
    unknown > 0 ? [`Of ${formatCount(unknown)} it could not be told whether they are equal. --download reads objects at both ends.`] : [],
  );
}

function syncTable(syncs: ReadonlyMap<string, SyncComparison>): Markup {
  const row = (name: Markup, counts: Readonly<Record<Kind, number>>) =>
    markup`<tr><th scope="row">${name}</th>${KINDS.map((kind) => amountCell(counts[kind]))}</tr>`;
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="Table: syncs"><table class="syncs"><thead><tr><th scope="col">sync</th>${KINDS.map((kind) => markup`<th scope="col" class="number">${DIFFERENCE_WORDS[kind].word}</th>`)}</tr></thead>
<tbody>${[...syncs].flatMap(([name, comparison]) => [row(markup`${name}`, comparison), ...[...comparison.levels].map(([level, counts]) => row(markup`<span class="level">${LEVEL_WORDS[level]}</span>`, counts))])}</tbody></table></div>`;
}

/** Syncs, or of a single database what of it was compared. */
function bySync(syncs: ReadonlyMap<string, SyncComparison>): Picture[] {
  const [only, ...others] = syncs;
  const isLevels = only !== undefined && others.length === 0 && only[1].levels.size > 1;
  const bars = isLevels
    ? [...only[1].levels].map(([level, counts]) => [LEVEL_WORDS[level], counts] as const)
    : [...syncs].slice(0, MOST_SYNCS).map(([name, counts]) => [name, counts] as const);
  if (bars.length < 2) return [];
  const series = KINDS.flatMap((kind) => {
    const values = bars.map(([, counts]) => counts[kind]);
    return values.some((value) => value > 0) ? [{ kind, values }] : [];
  });
  const chart: BarsData = { type: "bars", id: "by-sync", lying: true, categories: bars.map(([name]) => name), measures: [{ measure: "items", series }] };
  return [{ title: isLevels ? "By what was compared" : "By sync", text: "What is equal, and what is not.", chart, isWide: true }];
}

function definitionList(definitions: readonly PageRow[]): Markup {
  return markup`${definitions.map(
    ({ key, kind, detail }, at) =>
      markup`<details class="definition"${at < OPEN ? markup` open` : undefined}><summary><span class="pill of-${kind}">${kind}</span> <code>${key}</code></summary>${sideBySideTable({ name: key, difference: detail?.difference ?? "", before: "Destination", after: "Source" })}</details>`,
  )}`;
}
