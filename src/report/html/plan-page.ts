import type { ActionKind, NumberedAction } from "../../changeset/action.ts";
import type { Changeset } from "../../changeset/changeset.ts";
import type { SyncSummary } from "../../changeset/summary.ts";
import { formatBytes, formatCount } from "../../core/units.ts";
import { readDatabaseDetail } from "../../driver/database-action.ts";
import { groupNotSynced } from "../database-words.ts";
import { losses } from "../losses.ts";
import { ACTION_WORDS, moveSentence, notCompared, planSentence, READING_ORDER, totals } from "../words.ts";
import { toRow } from "./action-row.ts";
import { markup, type Markup } from "./markup.ts";
import type { Page, PageSection } from "./page.ts";
import type { PageColumn } from "./page-data.ts";
import { amountCell, callout, type Compared, ends, notices, sideBySideTable, type Tile, tiles } from "./parts.ts";
import { pictures } from "./pictures.ts";
import { planPictures } from "./plan-pictures.ts";
import { actionWords } from "./words.ts";

export interface PlanPageOptions {
  readonly tidemark: string;
  /** Only these are listed; the summary and the pictures are of the whole. */
  readonly sync?: string | undefined;
  readonly kinds?: readonly ActionKind[] | undefined;
}

/** Differences that are shown in full; the table has them all. */
const MOST_DIFFERENCES = 60;
const OPEN_DIFFERENCES = 3;
/** Lines about losses: a thousand syncs must not hide the rest. */
const MOST_LINES = 50;
const NAMES_OF_A_REASON = 8;

/** A changeset as a page. Reads it through a few times, and holds none of it. */
export function planPage(changeset: Changeset, options: PlanPageOptions): Page {
  const { summary, origin } = changeset;
  const words = actionWords();
  const drawn = planPictures(changeset);
  const file = origin.planFile === "" ? "PLAN" : origin.planFile;
  const kinds = (options.kinds ?? READING_ORDER).filter((kind) => summary.syncs.some(({ actions }) => actions[kind].items > 0));
  let listedSkips = 0;
  return {
    title: `${summary.plan} · plan`,
    kicker: "Plan",
    heading: summary.plan,
    verdict: verdict(changeset),
    facts: [
      ["Plan ID", markup`<code>${summary.planId}</code>`],
      ["Plan file", markup`<code>${file}</code>`],
      ...(summary.hasChanges ? ([["Apply exactly this", markup`<code>tidemark apply ${file} --plan-id ${summary.planId}</code>`]] as const) : []),
    ],
    sections: [
      { id: "summary", title: "Summary", body: summarySection(changeset) },
      { id: "syncs", title: "Syncs", body: syncsSection(changeset) },
      ...(drawn.length > 0 ? [{ id: "pictures", title: "At a glance", body: pictures(drawn, words) }] : []),
      ...definitionSections(changeset),
    ],
    data: { page: "plan", words, columns: columnsOf(summary.syncs), charts: drawn.map(({ chart }) => chart) },
    table: {
      title: "Actions",
      one: "action",
      many: "actions",
      rest: markup`All of them: <code>tidemark show CHANGESET --verbose</code>.`,
      note: filterNote(options),
    },
    async *rows() {
      for (const kind of kinds) {
        for (const action of changeset.actions({ kinds: [kind], sync: options.sync })) {
          if (kind === "skip") listedSkips += 1;
          yield toRow(action, action.action, action.reason);
        }
      }
    },
    total: () => {
      const told = kinds.filter((kind) => kind !== "skip");
      const of = summary.syncs.filter(({ header }) => options.sync === undefined || header.name === options.sync);
      return of.reduce((sum, { actions }) => sum + told.reduce((items, kind) => items + actions[kind].items, 0), listedSkips);
    },
    tidemark: options.tidemark,
  };
}

function verdict({ summary }: Changeset): Markup {
  const all = totals(summary.syncs);
  if (summary.hasChanges) return markup`<strong>${planSentence(summary)}.</strong> ${moveSentence(all)}.`;
  return markup`<strong>${summary.hasConflicts ? "No changes, but conflicts." : "No changes."}</strong> ${planSentence(summary)}.`;
}

function summarySection(changeset: Changeset): Markup {
  const { summary } = changeset;
  const { items } = totals(summary.syncs);
  const many = summary.syncs.length > 1;
  const lost = summary.syncs.flatMap((sync) =>
    losses(changeset, sync).map((line) => markup`${many ? markup`<strong>${sync.header.name}</strong>: ` : undefined}${line}`),
  );
  const conflicts = items.conflict > 0 ? [`${formatCount(items.conflict)} in conflict: left alone, as the plan's rules say.`] : [];
  return markup`${callout("danger", cut(lost))}${callout("warning", conflicts)}${tiles(planTiles(summary.syncs), "Items by action")}`;
}

function cut(lines: readonly Markup[]): readonly (Markup | string)[] {
  return lines.length <= MOST_LINES ? lines : [...lines.slice(0, MOST_LINES), `and ${lines.length - MOST_LINES} more`];
}

/** Kinds that are always told, by what the plan syncs; the others where there are any. */
const ALWAYS: Readonly<Record<SyncSummary["header"]["kind"], readonly ActionKind[]>> = {
  objects: ["delete", "overwrite", "copy", "skip"],
  postgres: ["replace", "create", "copyRows", "skip"],
};

function planTiles(syncs: readonly SyncSummary[]): Tile[] {
  const { items } = totals(syncs);
  const always = new Set(syncs.flatMap(({ header }) => ALWAYS[header.kind]));
  return READING_ORDER.filter((kind) => always.has(kind) || items[kind] > 0).map((kind) => ({
    kind,
    mark: ACTION_WORDS[kind].mark === " " ? "=" : ACTION_WORDS[kind].mark,
    word: ACTION_WORDS[kind].to,
    items: items[kind],
    beside: besideOf(syncs, kind),
  }));
}

function besideOf(syncs: readonly SyncSummary[], kind: ActionKind): string {
  const bytes = syncs.reduce((sum, { actions }) => sum + actions[kind].bytes, 0);
  const rows = syncs.reduce((sum, { actions }) => sum + actions[kind].rows, 0);
  const trusted = kind === "skip" ? notCompared(syncs) : 0;
  return [
    ...(rows > 0 ? [`≈ ${formatCount(rows)} rows`] : []),
    ...(bytes > 0 ? [formatBytes(bytes)] : []),
    ...(trusted > 0 ? [`${formatCount(trusted)} not compared`] : []),
  ].join(" · ");
}

function syncsSection({ summary }: Changeset): Markup {
  const { syncs } = summary;
  const kinds = READING_ORDER.filter((kind) => kind === "skip" || syncs.some(({ actions }) => actions[kind].items > 0));
  const list = syncs.flatMap(({ header, notices: remarks }) => remarks.map((notice) => ({ sync: header.name, ...notice })));
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="Table: syncs"><table class="syncs"><thead><tr><th scope="col">sync</th><th scope="col">from → to</th>${kinds.map((kind) => markup`<th scope="col" class="number">${ACTION_WORDS[kind].word}</th>`)}<th scope="col" class="because">because</th></tr></thead>
<tbody>${syncs.map((sync) => markup`<tr><th scope="row">${sync.header.name}</th><td class="ends">${ends(sync.header)}</td>${kinds.map((kind) => amountCell(sync.actions[kind].items, sync.actions[kind].bytes))}<td class="because">${because(sync)}</td></tr>`)}</tbody></table></div>
${notices(list.slice(0, MOST_LINES))}${list.length > MOST_LINES ? markup`<p class="note">and ${list.length - MOST_LINES} more remarks.</p>` : undefined}`;
}

function because({ reasons }: SyncSummary): Markup[] {
  return Object.entries(reasons)
    .filter(([, items]) => items > 0)
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, NAMES_OF_A_REASON)
    .map(([reason, items]) => markup`<span class="reason">${reason} <b>${formatCount(items)}</b></span> `);
}

function definitionSections(changeset: Changeset): PageSection[] {
  const databases = changeset.summary.syncs.filter(({ header }) => header.kind === "postgres");
  const shown: { readonly compared: Compared; readonly sync: string; readonly kind: ActionKind }[] = [];
  let found = 0;
  for (const { header } of databases) {
    for (const action of changeset.actions({ sync: header.name, kinds: ["conflict", "replace"] })) {
      const difference = readDatabaseDetail(action.detail)?.difference;
      if (difference === undefined || difference === "") continue;
      found += 1;
      if (shown.length < MOST_DIFFERENCES) shown.push({ compared: comparedOf(action, difference), sync: header.name, kind: action.action });
    }
  }
  const differ = markup`${shown.map(({ compared, sync, kind }, at) => markup`<details class="definition"${at < OPEN_DIFFERENCES ? markup` open` : undefined}><summary><span class="pill of-${kind}">${ACTION_WORDS[kind].word}</span> <code>${compared.name}</code>${databases.length > 1 ? markup` <span class="beside">${sync}</span>` : undefined}</summary>${sideBySideTable(compared)}</details>`)}
${found > shown.length ? markup`<p class="left-out"><strong>${formatCount(found - shown.length)} more differ.</strong> The table below opens each of them.</p>` : undefined}`;
  const behind = databases.flatMap(({ header, actions }) => (actions.notSynced.items === 0 ? [] : [notSyncedList(changeset, header.name)]));
  return [
    ...(found > 0 ? [{ id: "definitions", title: "Definitions that differ", body: differ }] : []),
    ...(behind.length > 0 ? [{ id: "behind", title: "What stays behind", body: markup`${behind}` }] : []),
  ];
}

function comparedOf({ key }: NumberedAction, difference: string): Compared {
  return { name: key, difference, before: "Destination, as it is", after: "Source" };
}

function notSyncedList(changeset: Changeset, sync: string): Markup {
  return markup`<ul class="behind">${groupNotSynced(changeset, sync, NAMES_OF_A_REASON).map(
    ({ reason, remark, items, keys }) =>
      markup`<li><strong>${reason}</strong> <span class="beside">${formatCount(items)}</span>${remark === undefined ? undefined : markup`<p>${remark}</p>`}<p class="names">${keys.map((key) => markup`<code>${key}</code> `)}${items > keys.length ? `and ${formatCount(items - keys.length)} more` : undefined}</p></li>`,
  )}</ul>`;
}

function columnsOf(syncs: readonly SyncSummary[]): readonly PageColumn[] {
  const isDatabase = syncs.some(({ header }) => header.kind === "postgres");
  const isObjects = syncs.some(({ header }) => header.kind === "objects");
  return [
    { name: "kind", title: "Action" },
    { name: "key", title: isObjects ? "Key" : "What" },
    ...(isDatabase ? [{ name: "rows", title: "Rows" } as const] : []),
    { name: "bytes", title: "Size" },
    ...(isObjects ? [{ name: "at", title: "Last changed" } as const] : []),
    { name: "reason", title: "Reason" },
    ...(syncs.length > 1 ? [{ name: "sync", title: "Sync" } as const] : []),
  ];
}

function filterNote({ sync, kinds }: PlanPageOptions): Markup | undefined {
  if (sync === undefined && kinds === undefined) return undefined;
  const only = [...(kinds === undefined ? [] : [kinds.map((kind) => ACTION_WORDS[kind].word).join(", ")]), ...(sync === undefined ? [] : [`the sync ${sync}`])];
  return markup`Only ${only.join(" of ")}, as it was asked for. The summary is of the whole.`;
}
