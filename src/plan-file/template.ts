/**
 * Variables in values, in the grammar of Compose: `${V}`, `${V:-default}`, `${V-default}`,
 * `${V:?message}`, `${V?message}`, `${V:+other}`, `${V+other}`, `$$`.
 *
 * A `$` before anything else stands for itself: `$1` and a `$` at the end belong to regular
 * expressions, which plans contain.
 *
 * @see https://github.com/compose-spec/compose-spec/blob/main/12-interpolation.md
 */
export type Segment = TextSegment | VariableSegment;

interface TextSegment {
  readonly kind: "text";
  readonly text: string;
}

interface VariableSegment {
  readonly kind: "variable";
  readonly name: string;
  readonly operator: Operator | undefined;
  /** What stands after the operator. */
  readonly operand: readonly Segment[];
  readonly raw: string;
}

type Operator = ":-" | "-" | ":?" | "?" | ":+" | "+";

export type Env = Readonly<Record<string, string | undefined>>;

/** Why a template cannot be read or filled in. */
export interface TemplateProblem {
  readonly code: "VARIABLE_SYNTAX" | "VARIABLE_UNSET" | "VALUE_TOO_LONG";
  readonly message: string;
  readonly hint: string;
}

const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const OPERATOR = /:[-?+]|[-?+]/y;
const MOST_NESTED = 8;
const MOST_CHARACTERS = 65_536;

/** @returns undefined where nothing in the text is to be replaced */
export function parseTemplate(text: string): readonly Segment[] | TemplateProblem | undefined {
  if (!text.includes("${") && !text.includes("$$")) return undefined;
  const parsed = readSegments(text, 0, 0);
  return "code" in parsed ? parsed : parsed.segments;
}

export function isProblem(result: readonly Segment[] | TemplateProblem | string): result is TemplateProblem {
  return typeof result === "object" && "code" in result;
}

/** Reads up to the end of the text, or up to the `}` that ends the variable it is nested in. */
function readSegments(text: string, from: number, depth: number): { segments: Segment[]; end: number } | TemplateProblem {
  if (depth > MOST_NESTED) return syntaxProblem(`Variables are nested more than ${MOST_NESTED} deep.`);
  const segments: Segment[] = [];
  let literal = "";
  let at = from;
  while (at < text.length) {
    const character = text[at];
    if (character === "}" && depth > 0) break;
    if (character !== "$" || (text[at + 1] !== "$" && text[at + 1] !== "{")) {
      literal += character;
      at++;
    } else if (text[at + 1] === "$") {
      literal += "$";
      at += 2;
    } else {
      const variable = readVariable(text, at, depth);
      if ("code" in variable) return variable;
      if (literal !== "") segments.push({ kind: "text", text: literal });
      literal = "";
      segments.push(variable.segment);
      at = variable.end;
    }
  }
  if (literal !== "") segments.push({ kind: "text", text: literal });
  return { segments, end: at };
}

function readVariable(text: string, from: number, depth: number): { segment: VariableSegment; end: number } | TemplateProblem {
  const name = match(NAME, text, from + 2);
  if (name === undefined) return syntaxProblem("A variable's name begins with a letter or `_` and has letters, digits and `_`.");
  let at = from + 2 + name.length;
  const operator = match(OPERATOR, text, at) as Operator | undefined;
  let operand: readonly Segment[] = [];
  if (operator !== undefined) {
    const rest = readSegments(text, at + operator.length, depth + 1);
    if ("code" in rest) return rest;
    operand = rest.segments;
    at = rest.end;
  }
  if (at >= text.length) return syntaxProblem(`\`\${${name}\` has no closing brace.`);
  if (text[at] !== "}") return syntaxProblem(`After \`\${${name}\` comes neither \`}\` nor one of \`:-\`, \`-\`, \`:?\`, \`?\`, \`:+\`, \`+\`.`);
  return { segment: { kind: "variable", name, operator, operand, raw: text.slice(from, at + 1) }, end: at + 1 };
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

function syntaxProblem(message: string): TemplateProblem {
  return { code: "VARIABLE_SYNTAX", message, hint: "Write `${NAME}`, `${NAME:-default}` or `${NAME:?message}`; a literal `$` before `{` is `$$`." };
}

/** Puts the variables' values in. */
export function fillTemplate(segments: readonly Segment[], env: Env): string | TemplateProblem {
  let filled = "";
  for (const segment of segments) {
    const piece = segment.kind === "text" ? segment.text : fillVariable(segment, env);
    if (typeof piece !== "string") return piece;
    filled += piece;
    if (filled.length > MOST_CHARACTERS) {
      return {
        code: "VALUE_TOO_LONG",
        message: "With its variables put in, the value is longer than 65,536 characters.",
        hint: "Look at what the variables hold.",
      };
    }
  }
  return filled;
}

function fillVariable({ name, operator, operand }: VariableSegment, env: Env): string | TemplateProblem {
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  const present = operator?.startsWith(":") ? value !== undefined && value !== "" : value !== undefined;
  switch (operator) {
    case ":-":
    case "-":
      return present ? (value ?? "") : fillTemplate(operand, env);
    case ":+":
    case "+":
      return present ? fillTemplate(operand, env) : "";
    case ":?":
    case "?": {
      if (present) return value ?? "";
      const said = fillTemplate(
        operand.filter((segment) => segment.kind === "text"),
        env,
      );
      return unsetProblem(name, operator === ":?" && value === "" ? "is empty" : "is not set", typeof said === "string" ? said : "");
    }
    case undefined:
      return value ?? unsetProblem(name, "is not set", "");
  }
}

function unsetProblem(name: string, state: string, said: string): TemplateProblem {
  return {
    code: "VARIABLE_UNSET",
    message: `The variable ${name} ${state}${said === "" ? "." : `: ${said.replace(/[.]?$/, ".")}`}`,
    hint: `Set ${name} in the environment, or give a default: \`\${${name}:-default}\`.`,
  };
}

/** Whether any of the result is written in the plan itself, beside what variables hold. */
export function hasLiteral(segments: readonly Segment[]): boolean {
  return segments.some((segment) =>
    segment.kind === "text" ? segment.text !== "" : segment.operator !== ":?" && segment.operator !== "?" && hasLiteral(segment.operand),
  );
}

/** How a secret is named where it may not be shown: `${NAME}`, without defaults. */
export function referenceText(segments: readonly Segment[]): string {
  return segments.map((segment) => (segment.kind === "text" ? segment.text : `\${${segment.name}}`)).join("");
}

/** Every variable that a template refers to, also within defaults, each once. */
export function variablesOf(segments: readonly Segment[]): readonly string[] {
  return [...new Set(segments.flatMap((segment) => (segment.kind === "text" ? [] : [segment.name, ...variablesOf(segment.operand)])))];
}

/** Variables without which a template has no text: those that have no default and stand in none. */
export function neededVariables(segments: readonly Segment[]): readonly string[] {
  return segments.flatMap((segment) =>
    segment.kind === "variable" && (segment.operator === undefined || segment.operator === "?" || segment.operator === ":?") ? [segment.name] : [],
  );
}
