import type { SyncKind } from "./ends.ts";
import type { Findings } from "./findings.ts";
import type { MapNode, PlanNode } from "./node.ts";
import { nodeAt } from "./node.ts";
import { nearName } from "../core/near-name.ts";

const OBJECT_SYNC = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;
const DATABASE_SYNC = /^[A-Za-z][A-Za-z0-9_-]{3,49}$/;

/** Checks the name of a sync, which has other rules for each kind. */
export function checkSyncName(name: string, kind: SyncKind, place: { readonly start: number; readonly end: number }, findings: Findings): void {
  if ((kind === "objects" ? OBJECT_SYNC : DATABASE_SYNC).test(name)) return;
  const suggestion = kind === "objects" ? repairName(name) : undefined;
  findings.add(place, {
    code: kind === "objects" ? "SYNC_NAME" : "DATABASE_SYNC_NAME",
    message:
      kind === "objects"
        ? `The name of an object sync has 3-63 of \`a-z\`, \`0-9\` and \`-\`, and no \`-\` at either end; \`${name}\` has not.`
        : `The name of a database sync has 4-50 letters, digits, \`-\` and \`_\`, and begins with a letter; \`${name}\` does not look so.`,
    hint: suggestion === undefined ? "Choose another name." : `Did you mean \`${suggestion}\`?`,
    suggestion,
    sync: name,
  });
}

function repairName(name: string): string | undefined {
  const better = name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1-$2")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  return OBJECT_SYNC.test(better) ? better : undefined;
}

/** Which syncs come, directly or not, before each. */
export type Order = ReadonlyMap<string, ReadonlySet<string>>;

/** Checks `needs` and `renamedFrom` of all syncs against each other. */
export function checkSyncReferences(syncs: MapNode, findings: Findings): Order {
  const names = [...syncs.entries.keys()].filter((name) => !name.startsWith("x-"));
  const known = new Set(names);
  const needs = new Map<string, Set<string>>();
  const renamed = new Map<string, string>();
  for (const name of names) {
    const sync = syncs.entries.get(name)?.value;
    if (sync === undefined) continue;
    needs.set(name, checkNeeds(name, nodeAt(sync, ["needs"]), known, findings));
    checkRenamed(name, nodeAt(sync, ["renamedFrom"]), known, renamed, findings);
  }
  return closure(names, needs, syncs, findings);
}

function checkNeeds(name: string, list: PlanNode | undefined, known: ReadonlySet<string>, findings: Findings): Set<string> {
  const needed = new Set<string>();
  for (const item of list?.kind === "list" ? list.items : []) {
    if (item.kind !== "scalar" || typeof item.value !== "string") continue;
    if (known.has(item.value)) {
      needed.add(item.value);
      continue;
    }
    const suggestion = item.template === undefined ? nearName(item.value, known) : undefined;
    findings.add(item.place, {
      code: "NEEDS_UNKNOWN",
      message: `There is no sync \`${item.written}\` in this plan.`,
      hint: suggestion === undefined ? "`needs` names syncs of the same plan." : `Did you mean \`${suggestion}\`?`,
      suggestion,
      sync: name,
    });
  }
  return needed;
}

function checkRenamed(name: string, node: PlanNode | undefined, known: ReadonlySet<string>, renamed: Map<string, string>, findings: Findings): void {
  if (node?.kind !== "scalar" || typeof node.value !== "string") return;
  const complain = (message: string, hint: string) => findings.add(node.place, { code: "RENAMED_FROM", message, hint, sync: name });
  const other = renamed.get(node.value);
  if (node.value === name) complain(`\`${name}\` is the sync's name now.`, "Write the name that it had before, or remove the key.");
  else if (known.has(node.value)) complain(`There is a sync \`${node.written}\` in this plan: its state is its own.`, "Remove one of the two, or this key.");
  else if (other !== undefined) complain(`\`${other}\` was renamed from \`${node.written}\` too.`, "The state of one sync goes on in one other.");
  renamed.set(node.value, name);
}

/** Follows `needs` to its end, and refuses circles. */
function closure(names: readonly string[], needs: ReadonlyMap<string, ReadonlySet<string>>, syncs: MapNode, findings: Findings): Order {
  const done = new Map<string, ReadonlySet<string>>();
  const open: string[] = [];
  const visit = (name: string): ReadonlySet<string> => {
    const known = done.get(name);
    if (known) return known;
    if (open.includes(name)) {
      const circle = [...open.slice(open.indexOf(name)), name];
      const node = nodeAt(syncs, [open.at(-1) ?? name, "needs"]);
      findings.add(node?.place ?? syncs.place, {
        code: "NEEDS_CYCLE",
        message: `These syncs wait for each other: ${circle.join(" → ")}.`,
        hint: "Remove one of these `needs`.",
        sync: open.at(-1),
      });
      return new Set();
    }
    open.push(name);
    const all = new Set<string>();
    for (const needed of needs.get(name) ?? []) {
      all.add(needed);
      for (const further of visit(needed)) all.add(further);
    }
    open.pop();
    done.set(name, all);
    return all;
  };
  for (const name of names) visit(name);
  return done;
}
