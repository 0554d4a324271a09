import { isAlias, isMap, isPair, isScalar, isSeq, Lexer, type Node, parseDocument, type Range, Scalar, type YAMLError } from "yaml";
import type { Findings } from "./findings.ts";
import type { MapEntry, MapNode, PlanNode, ScalarNode } from "./node.ts";
import type { Place } from "./source-text.ts";
import { type Env, fillTemplate, isProblem, parseTemplate } from "./template.ts";

const MOST_DEEP = 64;
const MOST_TOKENS = 250_000;
const MOST_CHARACTERS = 16_384;
/** Of the tree with every alias written out. */
const MOST_NODES = 200_000;

/**
 * Parses one YAML 1.2 document, resolves anchors and merge keys, and puts variables in.
 *
 * Time and memory are bounded whatever the text is: nesting and size are looked at before the tree
 * is made, and aliased parts are shared.
 *
 * @returns undefined where there is no tree to go on with; findings say why
 */
export function parseYaml(text: string, env: Env, findings: Findings): PlanNode | undefined {
  if (!isModest(text, findings)) return undefined;
  let document;
  try {
    document = parseDocument(text, { version: "1.2", schema: "core", merge: false, uniqueKeys: false, prettyErrors: false, logLevel: "error" });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    findings.add(START, TOO_DEEP);
    return undefined;
  }
  if (document.directives.yaml.explicit === true && document.directives.yaml.version !== "1.2") {
    findings.add(START, { code: "YAML_VERSION", message: "The file asks for another YAML than 1.2.", hint: "Remove the `%YAML` line: plans are YAML 1.2." });
    return undefined;
  }
  const [error] = document.errors;
  if (error !== undefined) {
    // Those after the first follow from it more often than not.
    addSyntaxError(error, text, findings);
    return undefined;
  }
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) {
    findings.add(START, { code: "FILE_EMPTY", message: "The file has no plan in it.", hint: "`tidemark init` writes a first plan." });
    return undefined;
  }
  return new TreeMaker(env, findings).make(document.contents);
}

const START: Place = { start: 0, end: 0 };
const TOO_DEEP = {
  code: "YAML_TOO_DEEP",
  message: `The file is nested more than ${MOST_DEEP} deep.`,
  hint: "No part of a plan is nested that deep: look for brackets that are not closed.",
};

/** Looks at the tokens alone: what nests brackets a hundred thousand deep would overflow the stack of any parser. */
function isModest(text: string, findings: Findings): boolean {
  if (isSmall(text)) return true;
  let at = 0;
  let tokens = 0;
  let flow = 0;
  let dashes = 0;
  for (const token of new Lexer().lex(text)) {
    tokens++;
    if (token === "[" || token === "{") flow++;
    else if (token === "]" || token === "}") flow--;
    else if (token === "-" || token === "?") dashes++;
    else if (token === "\n" || token === "\r\n") dashes = 0;
    if (flow > MOST_DEEP || dashes > MOST_DEEP) {
      findings.add({ start: at, end: at + 1 }, TOO_DEEP);
      return false;
    }
    if (tokens > MOST_TOKENS) {
      findings.add({ start: at, end: at }, { code: "FILE_TOO_LARGE", message: "The file has more parts than a plan can have.", hint: "Is this a plan file?" });
      return false;
    }
    // The lexer's own marks stand for no text.
    if (token !== "\u0002" && token !== "\u0018" && token !== "\u001f") at += token.length;
  }
  return true;
}

/** Most plans are so small and flat that nobody need look at their tokens: that would be a third of the time that parsing takes. */
function isSmall(text: string): boolean {
  if (text.length > 32_768) return false;
  let nesting = 0;
  for (const character of text) if ("[{-?".includes(character)) nesting++;
  return nesting <= MOST_DEEP;
}

function addSyntaxError({ code, message, pos: [start, end] }: YAMLError, text: string, findings: Findings): void {
  const place = { start, end: Math.max(start + 1, Math.min(end, start + 80)) };
  if (code === "MULTIPLE_DOCS") {
    findings.add(place, {
      code: "YAML_DOCUMENTS",
      message: "The file has several documents.",
      hint: "One plan a file: remove `---` and what follows, or make it a file of its own.",
    });
  } else if (code === "TAB_AS_INDENT" || (text[start] === "\t" && /tab/i.test(message))) {
    findings.add(place, { code: "YAML_TAB", message: "A tab indents here.", hint: "YAML is indented by spaces only." });
  } else {
    const line = text.slice(text.lastIndexOf("\n", start - 1) + 1, (text.indexOf("\n", start) + text.length + 1) % (text.length + 1) || text.length);
    const hint = /[^"']\$\{/.test(line) ? 'Inside `{ }` and `[ ]`, and where it holds `: `, quote it: "${NAME}".' : undefined;
    // Some messages repeat the text, which may be a secret.
    findings.add(place, { code: "YAML_SYNTAX", message: `This is no YAML: ${message.replace(/:? ".*$/s, "").replace(/\.$/, "")}.`, hint });
  }
}

class TreeMaker {
  readonly #env: Env;
  readonly #findings: Findings;
  readonly #anchors = new Map<string, PlanNode | undefined>();
  /** How many nodes each would be with every alias written out. */
  readonly #weights = new Map<PlanNode, number>();
  #merged = 0;
  /** There is no tree that may be walked. */
  #refused = false;

  constructor(env: Env, findings: Findings) {
    this.#env = env;
    this.#findings = findings;
  }

  make(node: Node): PlanNode | undefined {
    const tree = this.#visit(node, 0);
    return this.#refused ? undefined : tree;
  }

  #visit(node: unknown, depth: number): PlanNode {
    if (depth > MOST_DEEP) {
      this.#findings.add(placeOf(node), TOO_DEEP);
      this.#refused = true;
      return nothing(placeOf(node));
    }
    if (isAlias(node)) return this.#alias(node.source, placeOf(node));
    const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined;
    if (anchor !== undefined) this.#anchors.set(anchor, undefined);
    const made = isTagged(node) ? this.#tag(node) : this.#content(node, depth);
    this.#weigh(made);
    if (anchor !== undefined) this.#anchors.set(anchor, made);
    return made;
  }

  #content(node: unknown, depth: number): PlanNode {
    if (isMap(node)) return this.#map(node.items, placeOf(node), depth);
    if (isSeq(node)) return { kind: "list", place: placeOf(node), items: node.items.map((item) => this.#visit(item, depth + 1)) };
    if (isScalar(node)) return this.#scalar(node);
    return nothing(placeOf(node));
  }

  #tag(node: Node): PlanNode {
    this.#findings.add(placeOf(node), {
      code: "YAML_TAG",
      message: "A tag stands here.",
      hint: "Plans use no tags: remove what begins with `!`, or quote the text.",
    });
    return nothing(placeOf(node));
  }

  #alias(name: string, place: Place): PlanNode {
    const target = this.#anchors.get(name);
    if (target !== undefined) return target;
    const open = this.#anchors.has(name);
    this.#findings.add(place, {
      code: open ? "YAML_ALIAS_CYCLE" : "YAML_ALIAS_UNKNOWN",
      message: open ? `The alias *${name} stands within what it refers to.` : `No anchor &${name} stands before this alias.`,
      hint: open ? "Write that part out." : `Write &${name} before the value that is meant, or quote the text where it is no alias.`,
    });
    this.#refused ||= open;
    return nothing(place);
  }

  #map(items: readonly unknown[], place: Place, depth: number): MapNode {
    const entries = new Map<string, MapEntry>();
    const merged: MapNode[] = [];
    for (const pair of items) {
      if (!isPair(pair)) continue;
      const keyPlace = placeOf(pair.key);
      const value = this.#visit(pair.value ?? undefined, depth + 1);
      if (!isScalar(pair.key) || (typeof pair.key.value !== "string" && typeof pair.key.value !== "number" && typeof pair.key.value !== "boolean")) {
        this.#findings.add(keyPlace, {
          code: "YAML_KEY",
          message: "A key is not a text.",
          hint: "Keys are plain words; quote them where they hold special characters.",
        });
        continue;
      }
      const name = typeof pair.key.value === "string" ? pair.key.value : (pair.key.source ?? String(pair.key.value));
      if (name === "<<" && pair.key.type === Scalar.PLAIN) merged.push(...this.#mergeSources(value, keyPlace));
      else if (entries.has(name)) {
        this.#findings.add(keyPlace, {
          code: "DUPLICATE_KEY",
          message: `The key ${name} stands here a second time.`,
          hint: "Remove one of them: which of the two is meant cannot be told.",
        });
      } else entries.set(name, { key: keyPlace, value: value.place.end === 0 ? { ...value, place: keyPlace } : value });
    }
    // The map's own keys come before merged ones, and earlier merged maps before later ones.
    for (const source of merged) {
      if (!this.#mayMerge(source, place)) break;
      for (const [key, entry] of source.entries) if (!entries.has(key)) entries.set(key, entry);
    }
    return { kind: "map", place, entries, taken: new Set() };
  }

  /** A chain of maps, each merging the one before, would grow with the square of its length. */
  #mayMerge(source: MapNode, place: Place): boolean {
    if (this.#refused) return false;
    this.#merged += source.entries.size + 1;
    if (this.#merged > MOST_NODES) this.#refuse(place);
    return !this.#refused;
  }

  #mergeSources(value: PlanNode, place: Place): MapNode[] {
    const sources = value.kind === "list" ? value.items : [value];
    const maps = sources.filter((source) => source.kind === "map");
    if (maps.length < sources.length) {
      this.#findings.add(place, {
        code: "YAML_MERGE",
        message: "`<<` merges maps, and something else stands here.",
        hint: "Write `<<: *anchor` or `<<: [*one, *other]`, each of a map.",
      });
    }
    return maps;
  }

  #scalar(node: Scalar): ScalarNode {
    const place = placeOf(node);
    const plain = node.type === Scalar.PLAIN;
    const { value } = node;
    if (plain && node.source !== undefined) {
      if (/^[-+]?0[0-9_]+$/.test(node.source)) {
        this.#findings.add(place, {
          code: "OCTAL_NUMBER",
          message: `${node.source} is decimal to YAML 1.2 and octal to YAML 1.1.`,
          hint: `Write it without leading zeros, or quote it where it is a text: "${node.source}".`,
        });
        return { ...nothing(place), written: node.source };
      }
      if (/^[-+]?[0-9]+(?::[0-5]?[0-9])+$/.test(node.source)) {
        this.#findings.add(place, {
          code: "UNQUOTED_TIME",
          severity: "warning",
          message: `${node.source} is a text to YAML 1.2 and a number to YAML 1.1.`,
          hint: `Quote it: "${node.source}".`,
        });
      }
    }
    const written = typeof value === "string" ? value : (node.source ?? "");
    if (written.length > MOST_CHARACTERS) {
      this.#findings.add(place, {
        code: "TOO_LONG",
        message: `A value has more than ${MOST_CHARACTERS.toLocaleString("en")} characters.`,
        hint: "No value of a plan is that long.",
      });
      return nothing(place);
    }
    if (typeof value !== "string") {
      const known = typeof value === "number" || typeof value === "boolean" ? value : null;
      return { kind: "scalar", place, value: known, written, plain, template: undefined, broken: false };
    }
    const template = parseTemplate(value);
    if (template === undefined) return { kind: "scalar", place, value, written, plain, template: undefined, broken: false };
    const filled = isProblem(template) ? template : fillTemplate(template, this.#env);
    if (isProblem(filled)) {
      this.#findings.add(place, filled);
      return { ...nothing(place), written, template: isProblem(template) ? undefined : template };
    }
    return { kind: "scalar", place, value: filled, written, plain, template: isProblem(template) ? undefined : template, broken: false };
  }

  #weigh(node: PlanNode): void {
    let weight = 1;
    if (node.kind === "list") for (const item of node.items) weight += this.#weights.get(item) ?? 1;
    if (node.kind === "map") for (const { value } of node.entries.values()) weight += this.#weights.get(value) ?? 1;
    this.#weights.set(node, weight);
    if (weight <= MOST_NODES || this.#refused) return;
    this.#refuse(node.place);
  }

  #refuse(place: Place): void {
    this.#refused = true;
    this.#findings.add(place, {
      code: "YAML_TOO_MANY",
      message: `With its aliases written out, the file has more than ${MOST_NODES} values.`,
      hint: "Use fewer aliases, or several plans.",
    });
  }
}

/** Stands where a value could not be read. Nothing in a plan may be null, so no rule takes it for a value. */
function nothing(place: Place): ScalarNode {
  return { kind: "scalar", place, value: null, written: "", plain: true, template: undefined, broken: true };
}

function isTagged(node: unknown): node is Node {
  return (isScalar(node) || isMap(node) || isSeq(node)) && node.tag !== undefined;
}

function placeOf(node: unknown): Place {
  const range: Range | null | undefined = isAlias(node) || isScalar(node) || isMap(node) || isSeq(node) ? node.range : undefined;
  return range ? { start: range[0], end: range[1] } : START;
}
