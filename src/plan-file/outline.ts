import { createHash } from "node:crypto";
import { kindOf, locationTypes, type SyncKind } from "./ends.ts";
import { Findings } from "./findings.ts";
import { keyPlace, type MapNode, mergeMaps, nodeAt, type PlanNode, type ScalarNode } from "./node.ts";
import { canonical, defaultAt, isUnset, type OutlineKind, readList, readValue } from "./outline-values.ts";
import { parseYaml } from "./parse-yaml.ts";
import { shownValue } from "./secrets.ts";
import { type Place, SourceText } from "./source-text.ts";
import { neededVariables, variablesOf } from "./template.ts";
import { decodeText } from "./text.ts";

/** A place in a file. All are 1-based; columns in UTF-16 units, `endColumn` the first that is no longer meant. */
export interface Span {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** One thing that a plan says, as it is compared with what another says: units are numbers, sets are sorted. */
export interface Setting {
  /** Beneath its sync or location: `["guards", "maxDeletes"]`. */
  readonly path: readonly string[];
  /** References stand as their defaults. undefined where only the environment tells. */
  readonly value: unknown;
  /** Of a list: each item, in an order that two equal lists share. */
  readonly items: readonly { readonly identity: string; readonly shown: string }[] | undefined;
  /** Variables that have a say in it. */
  readonly variables: readonly string[];
  /** Two settings mean the same where these are equal: references count as references. */
  readonly identity: string;
  /** As written, without secrets. */
  readonly shown: string;
  readonly place: Span;
}

/** A sync, a location, or the plan itself. */
export interface OutlinePart {
  readonly name: string;
  readonly kind: OutlineKind;
  /** Where its name stands. */
  readonly place: Span;
  readonly settings: ReadonlyMap<string, Setting>;
  /** Where a map of it stands, whatever is in it: `schedule: {}`. */
  readonly maps: ReadonlySet<string>;
}

export interface Outline {
  readonly plan: OutlinePart;
  readonly locations: ReadonlyMap<string, OutlinePart>;
  readonly syncs: ReadonlyMap<string, OutlinePart>;
  /** Where the key `syncs` stands. */
  readonly syncsPlace: Span;
  /** Variables without which the plan cannot be used. */
  readonly neededVariables: ReadonlyMap<string, Span>;
}

/** The key of a setting in its part. */
export function settingKey(path: readonly string[]): string {
  return path.join("\0");
}

/** What a key means in a part, whether it is written there or not. */
export function meaningOf(
  part: OutlinePart,
  path: readonly string[],
): { readonly setting: Setting | undefined; readonly value: unknown; readonly identity: string } {
  const setting = part.settings.get(settingKey(path));
  if (setting !== undefined) return { setting, value: setting.value, identity: setting.identity };
  const value = defaultAt(part.kind, path, (other) => part.maps.has(settingKey(other)) || part.settings.has(settingKey(other)));
  return { setting: undefined, value, identity: value === undefined ? "" : identityOf(value) };
}

/**
 * Reads what a plan says, without judging it and without the environment: a reference is what it is
 * written as. Anchors and defaults of the plan are worked in.
 *
 * @returns undefined where it is no YAML map
 */
export function readOutline(text: string | Uint8Array): Outline | undefined {
  const decoded = decodeText(text);
  if (decoded.problems.length > 0) return undefined;
  const source = new SourceText(decoded.text);
  const root = parseYaml(source.text, {}, new Findings(source, ""));
  return root?.kind === "map" ? new OutlineMaker(source).make(root) : undefined;
}

class OutlineMaker {
  readonly #source: SourceText;
  readonly #needed = new Map<string, Span>();

  constructor(source: SourceText) {
    this.#source = source;
  }

  make(root: MapNode): Outline {
    const types = locationTypes(root);
    const own: MapNode = { ...root, entries: new Map([...root.entries].filter(([key]) => PLAN_KEYS.has(key))) };
    const plan = this.#part("plan", String(scalarAt(root, "name") ?? ""), own, keyPlace(root, ["name"]));
    const locations = new Map<string, OutlinePart>();
    for (const [name, node, place] of children(root, "locations")) {
      const type = types.get(name);
      const kind = type === "postgres" ? "database" : type === "directory" ? "directory" : "s3";
      locations.set(name, this.#part(kind, name, node, place));
    }
    const syncs = new Map<string, OutlinePart>();
    for (const [name, node, place] of children(root, "syncs")) {
      const kind: SyncKind = kindOf(node, types);
      const defaults = nodeAt(root, ["defaults", kind]);
      syncs.set(name, this.#part(kind, name, defaults?.kind === "map" ? mergeMaps(defaults, node) : node, place));
    }
    return { plan, locations, syncs, syncsPlace: this.#span(keyPlace(root, ["syncs"])), neededVariables: this.#needed };
  }

  #part(kind: OutlineKind, name: string, node: MapNode, place: Place): OutlinePart {
    const settings = new Map<string, Setting>();
    const maps = new Set<string>();
    const visit = (at: PlanNode, path: readonly string[], key: Place): void => {
      if (at.kind === "map") {
        if (path.length > 0) maps.add(settingKey(path));
        for (const [step, entry] of at.entries) {
          if (!step.startsWith("x-") || isFree(path)) visit(entry.value, [...path, isMetadata(path) ? step.toLowerCase() : step], entry.key);
        }
        return;
      }
      const full = at.kind === "scalar" ? wholePath(path) : path;
      const setting = at.kind === "scalar" ? this.#scalar(full, at, key) : this.#list(full, at, key);
      if (setting !== undefined) settings.set(settingKey(full), setting);
    };
    visit(node, [], place);
    return { name, kind, place: this.#span(place), settings, maps };
  }

  #scalar(path: readonly string[], node: ScalarNode, key: Place): Setting | undefined {
    // Nothing, or something that was said to be wrong.
    if (node.value === null && node.template === undefined) return undefined;
    const { text, isSecret } = shownValue(node, path.at(-1) ?? "");
    const place = this.#span(node.place.end > node.place.start ? node.place : key);
    for (const name of node.template === undefined ? [] : neededVariables(node.template)) if (!this.#needed.has(name)) this.#needed.set(name, place);
    const filled = node.template === undefined ? node.value : converted(node.value);
    const value = filled === null ? undefined : readValue(path, filled);
    if (node.template === undefined && isUnset(path, value)) return undefined;
    const identity = node.template === undefined ? identityOf(value) : `reference ${node.written}`;
    return {
      path,
      value,
      items: undefined,
      variables: node.template === undefined ? [] : variablesOf(node.template),
      identity: isSecret ? hashed(identity) : identity,
      shown: text,
      place,
    };
  }

  #list(path: readonly string[], node: Extract<PlanNode, { kind: "list" }>, key: Place): Setting {
    const raw = node.items.map((item) => plainOf(item, path.at(-1) ?? ""));
    const values = readList(
      path,
      raw.map(({ value }) => value),
    );
    const items = readList(
      path,
      raw.map(({ value }) => value),
    ).map((value) => ({ identity: identityOf(value), shown: shownOf(value) }));
    return {
      path,
      value: values,
      items,
      variables: [...new Set(raw.flatMap(({ variables }) => variables))],
      identity: identityOf(values),
      shown: `[${items.map(({ shown }) => shown).join(", ")}]`,
      place: this.#span(key),
    };
  }

  #span({ start, end }: Place): Span {
    const from = this.#source.position(start);
    const to = this.#source.position(Math.max(start, end));
    return { line: from.line, column: from.column, endLine: to.line, endColumn: to.column };
  }
}

const PLAN_KEYS: ReadonlySet<string> = new Set(["name", "description", "tags", "state"]);

function children(root: MapNode, key: string): (readonly [name: string, node: MapNode, place: Place])[] {
  const parent = root.entries.get(key)?.value;
  if (parent?.kind !== "map") return [];
  return [...parent.entries].flatMap(([name, { key: place, value }]) =>
    value.kind === "map" && !name.startsWith("x-") ? [[name, value, place] as const] : [],
  );
}

function scalarAt(root: MapNode, key: string): string | number | boolean | null | undefined {
  const node = root.entries.get(key)?.value;
  return node?.kind === "scalar" ? node.value : undefined;
}

/** Some maps may be written as the one text that matters. */
function wholePath(path: readonly string[]): readonly string[] {
  const whole = path.join(".");
  if (path.length === 1 && (whole === "from" || whole === "to")) return [...path, "location"];
  if (whole === "credentials.assumeRole") return [...path, "roleArn"];
  return whole === "state" ? [...path, "folder"] : path;
}

/** Maps whose keys are the user's, so that one that begins with `x-` is a name like any other. */
function isFree(path: readonly string[]): boolean {
  const whole = path.join(".");
  return /^(?:tags|tables|(?:set|where)\.(?:metadata|tags|headers)|map\.(?:schemas|tables))$/.test(whole);
}

/** HTTP knows no case in the names of headers, which metadata are. */
function isMetadata(path: readonly string[]): boolean {
  return path.length === 2 && path[0] === "set" && path[1] === "metadata";
}

/** A variable's text also stands for a number or a truth value. */
function converted(value: ScalarNode["value"]): ScalarNode["value"] {
  if (value === "true" || value === "false") return value === "true";
  return typeof value === "string" && /^-?[0-9]{1,15}$/.test(value) ? Number(value) : value;
}

/** Of an item of a list: references stay as they are written, so that lists are compared by them. */
function plainOf(node: PlanNode, key: string): { readonly value: unknown; readonly variables: readonly string[] } {
  if (node.kind === "scalar") {
    const { text } = shownValue(node, key);
    return node.template === undefined ? { value: node.value, variables: [] } : { value: text, variables: variablesOf(node.template) };
  }
  const parts =
    node.kind === "list" ? node.items.map((item, at) => [String(at), item] as const) : [...node.entries].map(([name, { value }]) => [name, value] as const);
  const plain = parts.flatMap(([name, part]) => (name.startsWith("x-") ? [] : [[name, plainOf(part, name)] as const]));
  const variables = plain.flatMap(([, part]) => part.variables);
  if (node.kind === "list") return { value: plain.map(([, part]) => part.value), variables };
  return { value: Object.fromEntries(plain.map(([name, part]) => [name, part.value])), variables };
}

function shownOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map(shownOf).join(", ")}]`;
  return Object.entries(value)
    .map(([key, inner]) => `${key}: ${shownOf(inner)}`)
    .join(", ");
}

function identityOf(value: unknown): string {
  return `value ${canonical(value)}`;
}

/** A secret is compared, and never kept. */
function hashed(identity: string): string {
  return createHash("sha256").update(identity).digest("hex");
}
