import { visible } from "../../../core/escape.ts";
import { formatBytes, formatCount } from "../../../core/units.ts";
import type { Amounts, TreeNode } from "../page-data.ts";
import { type ChartLook, tip, tooltipStyle } from "./chart-look.ts";

interface Field {
  readonly name: string;
  readonly value: number;
  readonly children?: Field[];
  readonly itemStyle: { readonly color: string };
  readonly amounts: Amounts;
  readonly path: string;
  /** What is seen when it is chosen. */
  readonly node: TreeNode | undefined;
}

export interface TreemapOptions {
  /** Beneath what is looked into. */
  readonly nodes: readonly TreeNode[];
  /** Name of what is looked into; "" for all. */
  readonly above: string;
  readonly measure: "items" | "bytes";
  readonly look: ChartLook;
}

/** Prefixes, those beneath them, and within these what is done there, in its colour. What is deeper is seen by looking into one. */
export function treemapOption({ nodes, above, measure, look }: TreemapOptions) {
  const label = { fontFamily: look.font, fontSize: 12, overflow: "truncate" as const };
  return {
    animation: false,
    tooltip: {
      ...tooltipStyle(look),
      formatter: (params: unknown) => {
        const field = fieldOf(params);
        return field === undefined ? "" : tip(field.path, tipLines(field.amounts, look));
      },
    },
    series: [
      {
        type: "treemap" as const,
        name: "all",
        left: 0,
        right: 0,
        top: 0,
        bottom: 0,
        roam: false as const,
        nodeClick: false as const,
        breadcrumb: { show: false },
        visibleMin: 20,
        childrenVisibleMin: 300,
        label: { ...label, color: look.onColor(""), position: "insideTopLeft" as const, padding: [4, 2], formatter: nameOf },
        upperLabel: { ...label, show: true, height: 22, color: look.text, fontWeight: 600 as const, padding: [0, 4], formatter: nameOf },
        itemStyle: { borderColor: look.surface, borderWidth: 2, gapWidth: 2, borderRadius: 3 },
        levels: [
          { itemStyle: { borderWidth: 0, gapWidth: 5, borderColor: look.surface }, upperLabel: { show: false } },
          { itemStyle: { borderColor: look.line, borderWidth: 3, gapWidth: 3 } },
          { itemStyle: { borderColor: look.ground, borderWidth: 2, gapWidth: 2 }, upperLabel: { fontWeight: 400 as const } },
          { itemStyle: { borderWidth: 0, gapWidth: 1 } },
        ],
        data: nodes.flatMap((node) => toFields(node, above, measure, look, 2)),
      },
    ],
  };
}

/** @returns what a click on the picture is to look into; undefined where there is nothing more within */
export function chosenNode(params: unknown): { readonly node: TreeNode; readonly path: string } | undefined {
  const field = fieldOf(params);
  return field?.node === undefined ? undefined : { node: field.node, path: field.path };
}

function toFields(node: TreeNode, above: string, measure: "items" | "bytes", look: ChartLook, depth: number): Field[] {
  const { name, amounts, children } = node;
  const path = above + name;
  const value = sum(amounts, measure);
  if (value === 0) return [];
  const kinds = Object.entries(amounts)
    .filter(([, amount]) => amount[measure] > 0)
    .toSorted(([, a], [, b]) => b[measure] - a[measure]);
  const inner = children === undefined ? undefined : node;
  // Seen where a field is too small to be cut.
  const field = { name, value, amounts, path, node: inner, itemStyle: { color: look.color(kinds[0]?.[0] ?? "") } };
  if (children !== undefined && depth > 1) return [{ ...field, children: children.flatMap((child) => toFields(child, path, measure, look, depth - 1)) }];
  if (kinds.length === 1) return [field];
  const cut = kinds.map(([kind, amount]): Field => ({
    name: look.word(kind),
    value: amount[measure],
    amounts: { [kind]: amount },
    path,
    node: inner,
    itemStyle: { color: look.color(kind) },
  }));
  return [{ ...field, children: cut }];
}

function tipLines(amounts: Amounts, look: ChartLook) {
  return Object.entries(amounts).map(([kind, { items, bytes }]) => ({
    kind,
    name: look.word(kind),
    value: `${formatCount(items)}${bytes > 0 ? ` · ${formatBytes(bytes)}` : ""}`,
  }));
}

function sum(amounts: Amounts, measure: "items" | "bytes"): number {
  return Object.values(amounts).reduce((total, amount) => total + amount[measure], 0);
}

function nameOf(params: unknown): string {
  const name = typeof params === "object" && params !== null && "name" in params ? params.name : "";
  return visible(String(name), { maxLength: 60 });
}

/** The library gives back what it was given, beside much of its own. */
function fieldOf(params: unknown): Field | undefined {
  if (typeof params !== "object" || params === null || !("data" in params)) return undefined;
  const { data } = params;
  // SAFETY: all data of this picture are fields; the root, which the library makes, has no amounts.
  return typeof data === "object" && data !== null && "amounts" in data ? (data as Field) : undefined;
}
