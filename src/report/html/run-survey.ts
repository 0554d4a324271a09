import { type ItemOutcome, type RunItem, runItems, type RunRecord } from "../run-items.ts";
import type { Picture } from "./pictures.ts";
import { finishTrees, PrefixTree } from "./prefix-tree.ts";

/** Codes of problems that are told apart. */
const MOST_PROBLEMS = 40;
const KEYS_OF_A_PROBLEM = 5;

/** Problems of one code. */
export interface ProblemGroup {
  readonly code: string;
  readonly outcome: ItemOutcome;
  /** Of the first of them. */
  readonly message: string;
  readonly hint: string | undefined;
  items: number;
  readonly keys: string[];
}

export interface Survey {
  readonly items: number;
  readonly groups: readonly ProblemGroup[];
  readonly pictures: readonly Picture[];
}

/** One pass over the items, for all that is not listed one by one. */
export async function survey(record: RunRecord): Promise<Survey> {
  const groups = new Map<string, ProblemGroup>();
  const trees = new Map<string, PrefixTree>();
  const objects = new Set((record.changeset?.summary.syncs ?? []).flatMap(({ header }) => (header.kind === "objects" ? [header.name] : [])));
  let items = 0;
  for await (const item of runItems(record)) {
    items += 1;
    if (item.problem !== undefined) group(groups, item, item.problem);
    if (!objects.has(item.sync)) continue;
    let tree = trees.get(item.sync);
    if (tree === undefined) trees.set(item.sync, (tree = new PrefixTree()));
    tree.add(item.key, item.outcome, item.bytes);
  }
  const nodes = finishTrees(trees);
  const picture: Picture = {
    title: "What became of it, and where",
    text: "Each field is a prefix, as large as what was to be done beneath it. Choose one to look into it.",
    chart: { type: "treemap", id: "prefixes", nodes },
    isWide: true,
  };
  return { items, groups: [...groups.values()].toSorted((a, b) => b.items - a.items), pictures: nodes.length > 0 ? [picture] : [] };
}

function group(groups: Map<string, ProblemGroup>, { key, outcome }: RunItem, { code = "UNKNOWN", message = "", hint }: NonNullable<RunItem["problem"]>): void {
  const name = `${outcome} ${code}`;
  const known = groups.get(name);
  if (known === undefined && groups.size >= MOST_PROBLEMS) return;
  const into = known ?? { code, outcome, message, hint, items: 0, keys: [] };
  groups.set(name, into);
  into.items += 1;
  if (into.keys.length < KEYS_OF_A_PROBLEM) into.keys.push(key);
}
