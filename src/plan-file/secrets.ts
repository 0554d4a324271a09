import { Secret } from "../core/secret.ts";
import type { Findings } from "./findings.ts";
import type { PlanNode, ScalarNode } from "./node.ts";
import type { SourceText } from "./source-text.ts";
import { hasLiteral, referenceText, type Segment } from "./template.ts";

/** Keys whose values are secrets wherever they stand. */
const SECRET_KEYS: ReadonlySet<string> = new Set(["secretAccessKey", "sessionToken", "customerKey", "password", "token"]);

/** What a person may have meant to be such a key: its value is masked, whatever else is wrong. */
const LIKE_A_SECRET = /secret|token|passw|customer_?-?key|private_?-?key|access_?-?key$/i;

/** A value of such a key in the text, up to the end of the line or of its quotes. Its repetitions are bounded: the text may be anything. */
const SECRET_IN_TEXT =
  /(?:secret|token|passw|customer_?-?key|private_?-?key)[\w-]{0,40}["']?[ \t]*:[ \t]*(?:"((?:[^"\\\n]|\\.)*)"?|'([^'\n]*)'?|([^\s"'#][^\n]*))/dgi;
const REFERENCE_ONLY = /^\$\{[A-Za-z_]\w*(?::?\?[^}]*)?\}(?:[\s,}\]]|$)/;

/** The password of a URL, in the text. */
const PASSWORD_IN_URL = /:\/\/[^\s/?#@"']{0,200}?:([^\s/?#"']{0,200})@/dg;

/** Hides what looks like a secret, before anything is known of the file's structure. */
export function maskSecretText(source: SourceText): void {
  for (const { indices } of source.text.matchAll(SECRET_IN_TEXT)) {
    const [start, end] = indices?.slice(1).find((range) => range !== undefined) ?? [0, 0];
    if (!REFERENCE_ONLY.test(source.text.slice(start, end))) source.mask({ start, end });
  }
  for (const { indices } of source.text.matchAll(PASSWORD_IN_URL)) {
    const [start, end] = indices?.[1] ?? [0, 0];
    if (!/^\$\{\w+(?::?\?[^}]*)?\}$/.test(source.text.slice(start, end))) source.mask({ start, end });
  }
}

/** Hides secrets that are written in the file from every frame, and says how to refer to them instead. */
export function findSecrets(root: PlanNode, source: SourceText, findings: Findings): void {
  const seen = new Set<PlanNode>();
  const visit = (node: PlanNode, key: string): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (node.kind === "list") for (const item of node.items) visit(item, key);
    else if (node.kind === "map") for (const [name, { value }] of node.entries) visit(value, name);
    else lookAt(node, key, source, findings);
  };
  visit(root, "");
}

function lookAt(node: ScalarNode, key: string, source: SourceText, findings: Findings): void {
  const literal = node.template === undefined ? node.written !== "" : hasLiteral(node.template);
  if (literal && LIKE_A_SECRET.test(key)) source.mask(node.place);
  if (literal && SECRET_KEYS.has(key)) findings.add(node.place, literalSecret(key, key));
  const password = passwordOf(node);
  if (password === undefined) return;
  source.mask(node.place);
  findings.add(node.place, literalSecret("The password in this URL", key));
}

/** The part of a URL's password that is written in the file. */
function passwordOf(node: ScalarNode): string | undefined {
  // What a variable holds is no part of the file: it stands as one mark.
  const text = node.template === undefined ? node.written : markVariables(node.template);
  const found =
    /^[a-z][a-z0-9+.-]*:\/\/[^/?#@]{0,200}?:([^/?#]{0,2000})@/i.exec(text)?.[1] ?? /^postgres(?:ql)?:.*[?&](?:ssl)?password=([^&#]*)/i.exec(text)?.[1];
  return found === undefined || found.replaceAll(VARIABLE, "") === "" ? undefined : found;
}

const VARIABLE = "\uFFFC";

function markVariables(template: readonly Segment[]): string {
  return template.map((segment) => (segment.kind === "text" ? segment.text : hasLiteral([segment]) ? markVariables(segment.operand) : VARIABLE)).join("");
}

function literalSecret(what: string, key: string) {
  const variable = key.replaceAll(/([a-z])([A-Z])/g, "$1_$2").toUpperCase();
  return {
    code: "SECRET_LITERAL",
    message: `${what === key ? `\`${key}\`` : what} is written in the file.`,
    hint: `Put it into the environment and refer to it: \`"\${${variable}}"\`. Change the secret where this file was shared.`,
    suggestion: what === key ? `"\${${variable}}"` : undefined,
  };
}

/**
 * A value as anybody may see it: references as they are, and stars for what is written in the file
 * though it is a secret, or looks like one.
 *
 * @param key of the value, or of the list it stands in
 */
export function shownValue(node: ScalarNode, key: string): { readonly text: string; readonly isSecret: boolean } {
  const { template, written } = node;
  const literal = template === undefined ? written !== "" : hasLiteral(template);
  if (literal && (SECRET_KEYS.has(key) || LIKE_A_SECRET.test(key))) return { text: template === undefined ? MASK : referencesOnly(template), isSecret: true };
  const password = passwordOf(node);
  if (password === undefined) return { text: written, isSecret: false };
  // What a variable falls back to may be a whole URL with a password in it.
  const text = template === undefined ? written : referenceText(template);
  return {
    text: text.replace(/(:\/\/[^/?#@]{0,200}?:)[^/?#]{0,2000}@/, `$1${MASK}@`).replace(/([?&](?:ssl)?password=)[^&#]*/gi, `$1${MASK}`),
    isSecret: true,
  };
}

const MASK = "***";

function referencesOnly(template: readonly Segment[]): string {
  return template.map((segment) => (segment.kind === "text" ? MASK : `\${${segment.name}}`)).join("");
}

/** A value that nobody may see; undefined where there is none. */
export function secretOf(node: PlanNode | undefined): Secret | undefined {
  if (node?.kind !== "scalar" || typeof node.value !== "string") return undefined;
  return new Secret(node.value, node.template === undefined ? "(secret)" : referenceText(node.template));
}
