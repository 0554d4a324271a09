import { Findings } from "./findings.ts";
import { parseYaml } from "./parse-yaml.ts";
import { SourceText } from "./source-text.ts";
import { decodeText } from "./text.ts";

/** Names of the syncs of a plan, in its order, as far as they can be read: whatever else is wrong with it. */
export function syncNames(text: string | Uint8Array): string[] {
  const decoded = decodeText(text);
  if (decoded.problems.length > 0) return [];
  const source = new SourceText(decoded.text);
  const root = parseYaml(source.text, {}, new Findings(source, ""));
  const syncs = root?.kind === "map" ? root.entries.get("syncs")?.value : undefined;
  return syncs?.kind === "map" ? [...syncs.entries.keys()].filter((name) => !name.startsWith("x-")) : [];
}
