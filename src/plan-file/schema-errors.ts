import type { Findings } from "./findings.ts";
import type { KeyTree, SchemaError, Validator } from "./generated/validate.js";
import { keysAt, ownerOf } from "./key-tree.ts";
import { keyPlace, nodeAt, type Path, type PlanNode, toPlain, valuePlace } from "./node.ts";
import type { Place } from "./source-text.ts";
import { nearName } from "../core/near-name.ts";
import { shapeFinding, wrongType } from "./shapes.ts";

interface Reporter {
  readonly root: PlanNode;
  readonly findings: Findings;
  readonly keys: KeyTree;
  /** What the root is called in a sentence. */
  readonly whole: string;
  /** Where its name stands. */
  readonly place: Place;
}

/**
 * Checks a part of the tree against the schema and reports everything that is wrong with it. What is
 * wrong is taken out of the tree, so that the rest can be looked at further.
 *
 * @returns the part as the schema describes it; undefined where nothing of it is left
 */
export function checkSchema(validator: Validator, node: PlanNode, { findings, keys, whole, place }: Omit<Reporter, "root">): unknown {
  const reporter: Reporter = { root: node, findings, keys, whole, place };
  let reported = false;
  // Each pass takes something out, or converts something: the loop ends.
  for (;;) {
    const value = toPlain(node);
    if (validator(value)) return value;
    const errors = withNames(validator.errors ?? []);
    if (convertAll(node, errors)) continue;
    if (!reported) for (const error of errors) report(error, reporter);
    reported = true;
    if (!takeOut(node, errors)) return undefined;
  }
}

/** A rule that the name of a key breaks comes before the error that says which key it is. */
function withNames(errors: readonly SchemaError[]): readonly SchemaError[] {
  const named: SchemaError[] = [];
  let from = 0;
  for (const error of errors) {
    if (error.keyword === "propertyNames") {
      const propertyName = String(error.params["propertyName"]);
      for (let at = from; at < named.length; at++) {
        const rule = named[at];
        if (rule?.instancePath === error.instancePath && RULES_OF_NAMES.has(rule.keyword)) named[at] = { ...rule, propertyName };
      }
      from = named.length + 1;
    }
    named.push(error);
  }
  return named;
}

const RULES_OF_NAMES: ReadonlySet<string> = new Set(["pattern", "minLength", "maxLength", "enum"]);

function pathOf({ instancePath }: SchemaError): Path {
  return instancePath
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** A variable's value is a text, also where the schema asks for a number or a truth value. */
function convertAll(root: PlanNode, errors: readonly SchemaError[]): boolean {
  let converted = false;
  for (const error of errors) {
    const node = nodeAt(root, pathOf(error));
    if (node?.kind !== "scalar" || node.template === undefined || typeof node.value !== "string") continue;
    const wanted: unknown = error.keyword === "const" ? true : error.params["type"];
    const value = convert(node.value.trim(), error.keyword === "const" ? "boolean" : wanted);
    if (value === undefined) continue;
    node.value = value;
    converted = true;
  }
  return converted;
}

function convert(text: string, type: unknown): number | boolean | undefined {
  if (type === "boolean" && (text === "true" || text === "false")) return text === "true";
  if ((type === "integer" || type === "number") && /^-?[0-9]{1,15}$/.test(text)) return Number(text);
  return undefined;
}

/** @returns false where the root itself cannot be kept */
function takeOut(root: PlanNode, errors: readonly SchemaError[]): boolean {
  const items = new Map<PlanNode, Set<number>>();
  let taken = false;
  for (const error of errors) {
    const path = wrongPart(error);
    const parent = nodeAt(root, path.slice(0, -1));
    const last = path.at(-1);
    if (last === undefined) return false;
    if (parent?.kind === "map") {
      taken = parent.entries.delete(String(last)) || taken;
      parent.taken.add(String(last));
    }
    // Later errors count items as they were.
    if (parent?.kind === "list") items.set(parent, (items.get(parent) ?? new Set()).add(Number(last)));
  }
  for (const [list, wrong] of items) {
    taken = true;
    if (list.kind === "list") list.items.splice(0, list.items.length, ...list.items.filter((_, at) => !wrong.has(at)));
  }
  return taken;
}

/** What has to go for the rest to be right: the value, a key that should not be, or the map that lacks one. */
function wrongPart(error: SchemaError): Path {
  const path = pathOf(error);
  const key =
    error.params["additionalProperty"] ??
    error.params["unevaluatedProperty"] ??
    (error.keyword === "propertyNames" ? error.params["propertyName"] : error.propertyName);
  return typeof key === "string" ? [...path, key] : path;
}

function report(error: SchemaError, reporter: Reporter): void {
  const { root, findings, keys, whole } = reporter;
  const { keyword, params } = error;
  const path = pathOf(error);
  const node = nodeAt(root, path);
  if (node?.kind === "scalar" && node.broken) return;
  switch (keyword) {
    case "additionalProperties":
    case "unevaluatedProperties":
      unknownKey([...path, String(params["additionalProperty"] ?? params["unevaluatedProperty"])], reporter);
      return;
    case "required":
    case "dependentRequired": {
      const missing = String(params["missingProperty"]);
      const what =
        keyword === "required" ? `${capital(nameOf(path, whole))} has no \`${missing}\`.` : `\`${String(params["property"])}\` needs \`${missing}\` beside it.`;
      findings.add(path.length === 0 ? reporter.place : keyPlace(root, path), { code: "MISSING_KEY", message: what, hint: `Add \`${missing}:\`.` });
      return;
    }
    case "discriminator":
      // A tag that is not there is a missing key, which is an error of its own.
      if (params["tagValue"] !== undefined) unknownValue(Object.keys(keysAt(keys, root, path)?.variants ?? {}), [...path, String(params["tag"])], reporter);
      return;
    case "enum":
      if (error.propertyName === undefined) unknownValue(textsOf(params["allowedValues"]), path, reporter);
      else unknownKeyOf(textsOf(params["allowedValues"]), [...path, error.propertyName], reporter);
      return;
    case "const":
      if (path.at(-1) === "version") {
        findings.add(valuePlace(root, path), {
          code: "PLAN_VERSION",
          message: "This Tidemark knows version 1 of the plan file.",
          hint: "Write `version: 1`.",
          suggestion: "1",
        });
      } else unknownValue(textsOf([params["allowedValue"]]), path, reporter);
      return;
    case "type":
      findings.add(valuePlace(root, path), wrongType(textsOf(params["type"]), capital(nameOf(path, whole)), node));
      return;
    case "propertyNames":
      // The rule that the name breaks is an error of its own.
      return;
    default: {
      const ofKey = error.propertyName !== undefined;
      const at = ofKey ? [...path, error.propertyName ?? ""] : path;
      const place = ofKey ? keyPlace(root, at) : valuePlace(root, at);
      const name = ofKey ? `The name ${nameOf(at, whole)} in ${nameOf(path, whole)}` : capital(nameOf(path, whole));
      findings.add(place, shapeFinding(keyword, params, { name, written: ofKey ? error.propertyName : literalOf(node) }));
    }
  }
}

function unknownKey(path: Path, reporter: Reporter): void {
  const { root, keys } = reporter;
  const key = String(path.at(-1));
  const around = keysAt(keys, root, path.slice(0, -1));
  const allowed = Object.keys(around?.keys ?? {});
  unknownKeyOf(allowed, path, reporter, around && elsewhere(key, around));
}

function unknownKeyOf(allowed: readonly string[], path: Path, { root, findings, whole }: Reporter, belongs?: string): void {
  const key = String(path.at(-1));
  // What is a key of something else is no slip of the pen.
  const suggestion = belongs === undefined ? nearName(key, allowed) : undefined;
  const parent = path.slice(0, -1);
  findings.add(keyPlace(root, path), {
    code: "UNKNOWN_KEY",
    message: `\`${key}\` is no key of ${nameOf(parent, whole)}.`,
    hint: belongs ?? (suggestion === undefined ? `There are ${listed(allowed)}; keys that begin with \`x-\` are yours.` : `Did you mean \`${suggestion}\`?`),
    suggestion,
  });
}

/** Where a key that stands in the wrong place belongs. */
function elsewhere(key: string, around: KeyTree): string | undefined {
  const inside = Object.entries(around.keys ?? {}).find(([, tree]) => tree.keys !== undefined && Object.hasOwn(tree.keys, key));
  if (inside) return `It belongs inside \`${inside[0]}:\`.`;
  const owner = ownerOf(key);
  return owner === undefined ? undefined : `It is a key of ${owner}.`;
}

function unknownValue(allowed: readonly string[], path: Path, { root, findings, whole }: Reporter): void {
  const node = nodeAt(root, path);
  if (node?.kind === "scalar" && node.broken) return;
  if (node?.kind === "scalar" && node.value === null) {
    findings.add(valuePlace(root, path), {
      code: "EMPTY_VALUE",
      message: `${capital(nameOf(path, whole))} has no value.`,
      hint: `Write ${listed(allowed)}, or leave the key out.`,
    });
    return;
  }
  const value = literalOf(node);
  const suggestion = value === undefined ? undefined : nearName(value, allowed);
  findings.add(valuePlace(root, path), {
    code: "UNKNOWN_VALUE",
    message: `${capital(nameOf(path, whole))} is ${node?.kind === "scalar" ? `\`${node.written}\`` : `a ${node?.kind ?? "nothing"}`}, which is none of its values.`,
    hint: suggestion === undefined ? `Write ${listed(allowed)}.` : `Did you mean \`${suggestion}\`? There are ${listed(allowed)}.`,
    suggestion,
  });
}

/** What a person wrote; undefined where it is no text or came from a variable. */
function literalOf(node: PlanNode | undefined): string | undefined {
  return node?.kind === "scalar" && node.template === undefined ? node.written : undefined;
}

function nameOf(path: Path, whole: string): string {
  const last = path.at(-1);
  if (last === undefined) return whole;
  return /^[0-9]+$/.test(String(last)) && path.length > 1 ? `item ${Number(last) + 1} of \`${String(path.at(-2))}\`` : `\`${String(last)}\``;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function listed(names: readonly string[]): string {
  const quoted = names.map((name) => `\`${name}\``);
  return quoted.length < 2 ? quoted.join("") : `${quoted.slice(0, -1).join(", ")} and ${quoted.at(-1) ?? ""}`;
}

function textsOf(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).map(String);
}
