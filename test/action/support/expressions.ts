/** What an expression may name: `inputs.plan`, `steps.plan.outputs.kept`, `github.token`. */
export type Lookup = (path: string) => string;

/** Puts `${{ … }}` in, as a runner does before it runs a step. */
export function fill(text: string, lookup: Lookup): string {
  return text.replaceAll(/\$\{\{(.*?)\}\}/gs, (_, expression: string) => evaluate(expression, lookup));
}

/** Whether a step's `if` holds; without one, or without a status function, only while nothing failed. */
export function holds(condition: string | undefined, hasFailed: boolean, lookup: Lookup): boolean {
  if (hasFailed) return false;
  return condition === undefined || isTrue(evaluate(condition.replace(/^\$\{\{(.*)\}\}$/s, "$1"), lookup));
}

/** The part of GitHub's expressions that action.yml uses: names, texts, `==`, `!=`, `&&`, `||`. Anything else is an error. */
export function evaluate(expression: string, lookup: Lookup): string {
  const tokens = expression.match(/'[^']*'|[\w.-]+|==|!=|&&|\|\||\S/g) ?? [];
  let at = 0;
  const value = (): string => {
    const token = tokens[at++] ?? "";
    if (token.startsWith("'")) return token.slice(1, -1);
    if (/^[a-z][\w.-]*$/i.test(token)) return lookup(token);
    throw new Error(`no expression that this runner knows: ${expression}`);
  };
  const comparison = (): string => {
    const left = value();
    if (tokens[at] !== "==" && tokens[at] !== "!=") return left;
    const isEqual = tokens[at++] === "==";
    return String((left === value()) === isEqual);
  };
  const both = (): string => {
    let left = comparison();
    for (; tokens[at] === "&&";) {
      at += 1;
      const right = comparison();
      left = isTrue(left) ? right : left;
    }
    return left;
  };
  let result = both();
  for (; tokens[at] === "||";) {
    at += 1;
    const right = both();
    result = isTrue(result) ? result : right;
  }
  if (at !== tokens.length) throw new Error(`no expression that this runner knows: ${expression}`);
  return result;
}

function isTrue(value: string): boolean {
  return value !== "" && value !== "false";
}
