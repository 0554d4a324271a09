import { EFFECTS, type ActionKind } from "../../changeset/action.ts";
import type { Changeset } from "../../changeset/changeset.ts";
import type { SyncSummary } from "../../changeset/summary.ts";
import { visible } from "../../core/escape.ts";
import { DATABASE_KINDS } from "../../driver/database-action.ts";
import { countKinds, type KindCounts, kindWord } from "../database-words.ts";
import { READING_ORDER, sizeOf } from "../words.ts";
import { modifiedAt } from "./action-row.ts";
import { AgeHistogram, SizeHistogram } from "./histograms.ts";
import type { BarsData } from "./page-data.ts";
import type { Picture } from "./pictures.ts";
import { finishTrees, PrefixTree } from "./prefix-tree.ts";

/** Databases that get pictures of their own. */
const MOST_DATABASES = 6;
const MOST_TABLES = 25;
const LONGEST_NAME = 60;
const EFFECT_ORDER = READING_ORDER.filter((kind) => EFFECTS.has(kind));

/** What people would rather look at than read. One pass over the effects of the objects, and one over each database. */
export function planPictures(changeset: Changeset): readonly Picture[] {
  const databases = changeset.summary.syncs.filter(({ header }) => header.kind === "postgres");
  return [...objectPictures(changeset), ...databases.slice(0, MOST_DATABASES).flatMap((sync) => databasePictures(changeset, sync, databases.length > 1))];
}

function objectPictures(changeset: Changeset): Picture[] {
  const sizes = new SizeHistogram();
  const ages = new AgeHistogram();
  const trees = new Map<string, PrefixTree>();
  const syncs = changeset.summary.syncs.filter(({ header }) => header.kind === "objects");
  for (const { header } of syncs) {
    const tree = new PrefixTree();
    trees.set(header.name, tree);
    for (const action of changeset.actions({ sync: header.name, kinds: EFFECT_ORDER })) {
      const bytes = sizeOf(action);
      tree.add(action.key, action.action, bytes);
      sizes.add(action.action, bytes);
      const at = modifiedAt(action.source ?? action.destination);
      if (at !== undefined) ages.add(action.action, bytes, at);
    }
  }
  const nodes = finishTrees(trees);
  const bySize = sizes.finish("sizes", EFFECT_ORDER);
  const byAge = ages.finish("ages", EFFECT_ORDER);
  return [
    ...(nodes.length > 0
      ? [
          {
            title: "Where it happens",
            text: "Each field is a prefix, as large as what would be copied, overwritten or deleted beneath it. Choose one to look into it.",
            chart: { type: "treemap", id: "prefixes", nodes } as const,
            isWide: true,
          },
        ]
      : []),
    ...(bySize ? [{ title: "How large", text: "Objects by their size.", chart: bySize, isWide: false }] : []),
    ...(byAge ? [{ title: "How old", text: "Objects by when they were last changed, UTC.", chart: byAge, isWide: false }] : []),
  ];
}

const SHOWN: readonly ActionKind[] = ["delete", "replace", "create", "conflict", "notSynced"];
/** What a table holds has a picture of its own. */
const CONTENTS: ReadonlySet<string> = new Set(["rows", "large-objects", "sequence-value", "refresh"]);

function databasePictures(changeset: Changeset, { header }: SyncSummary, isNamed: boolean): Picture[] {
  const of = isNamed ? ` of ${visible(header.name, { maxLength: LONGEST_NAME })}` : "";
  const kinds = kindBars(`kinds-${header.name}`, countKinds(changeset, header.name, SHOWN));
  const tables = tableBars(`tables-${header.name}`, changeset, header.name);
  return [
    ...(kinds ? [{ title: `Definitions${of}`, text: "Objects of the database by what would be done to them.", chart: kinds, isWide: false }] : []),
    ...(tables ? [{ title: `Rows${of}`, text: "The tables with most to move. Rows and bytes are estimates.", chart: tables, isWide: false }] : []),
  ];
}

function kindBars(id: string, counts: ReadonlyMap<ActionKind, KindCounts>): BarsData | undefined {
  const categories = ([...DATABASE_KINDS, "other"] as const).filter((kind) => !CONTENTS.has(kind) && [...counts.values()].some((of) => of.has(kind)));
  if (categories.length === 0) return undefined;
  const series = SHOWN.flatMap((action) => {
    const of = counts.get(action);
    return of === undefined ? [] : [{ kind: action, values: categories.map((kind) => of.get(kind) ?? 0) }];
  });
  return { type: "bars", id: idOf(id), lying: true, categories: categories.map(kindWord), measures: [{ measure: "items", series }] };
}

function tableBars(id: string, changeset: Changeset, sync: string): BarsData | undefined {
  const tables = [...changeset.actions({ sync, kinds: ["copyRows", "replace"], largestFirst: true, limit: MOST_TABLES })].filter(
    ({ bytes, rows = 0 }) => bytes + rows > 0,
  );
  if (tables.length === 0) return undefined;
  const kinds = (["copyRows", "replace"] as const).filter((kind) => tables.some(({ action }) => action === kind));
  const series = (of: "rows" | "bytes") => kinds.map((kind) => ({ kind, values: tables.map((table) => (table.action === kind ? (table[of] ?? 0) : 0)) }));
  return {
    type: "bars",
    id: idOf(id),
    lying: true,
    categories: tables.map(({ key }) => visible(key.replace(/^rows /, ""), { maxLength: LONGEST_NAME })),
    measures: [
      { measure: "bytes", series: series("bytes") },
      { measure: "rows", series: series("rows") },
    ],
  };
}

/** Fit for an attribute, whatever a sync is called. */
function idOf(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9-]/g, (character) => `_${character.codePointAt(0)?.toString(16) ?? ""}`);
}
