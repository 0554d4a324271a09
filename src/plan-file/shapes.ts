import type { Finding } from "./findings.ts";
import { patternNames } from "./generated/validate.js";
import type { PlanNode } from "./node.ts";

interface Shape {
  readonly code: string;
  /** What is asked for, as the end of a sentence that begins with the value's name. */
  readonly must: string;
  readonly hint?: string;
  /** What was probably meant. */
  readonly repair?: (written: string) => string | undefined;
}

/** What to say where a text does not look as a definition of the schema asks. */
const SHAPES: Readonly<Record<string, Shape>> = {
  planName: { code: "PLAN_NAME", must: "has 3-63 of `a-z`, `0-9` and `-`, and no `-` at either end", repair: kebab },
  locationName: { code: "LOCATION_NAME", must: "has 3-63 letters, digits, `-` and `_`", repair: (name) => name.replaceAll(/[^A-Za-z0-9_-]+/g, "-") },
  description: {
    code: "DESCRIPTION",
    must: "has none of ``!=<>&'\"\\` `` and no line break",
    hint: "Leave them out: the description is shown in many places.",
  },
  folderPrefix: {
    code: "PREFIX_SHAPE",
    must: "has no leading `/`, and ends in `/` or is blank",
    repair: (prefix) => `${prefix.replace(/^\/+/, "").replace(/\/+$/, "")}/`,
  },
  size: { code: "SIZE_FORMAT", must: "is a number of bytes with a unit", hint: "Write `10 MB` (10,000,000 bytes) or `10 MiB` (10,485,760)." },
  duration: { code: "DURATION_FORMAT", must: "is a length of time", hint: "Write `500ms`, `10s`, `5m`, `1h`, `1d` or `1w`." },
  byteRate: { code: "RATE_FORMAT", must: "is a rate", hint: "Write `200 MB/s` or `200 MiB/s`.", repair: aSecond },
  requestRate: { code: "RATE_FORMAT", must: "is a rate of requests", hint: "Write `2000/s`." },
  flowRate: { code: "RATE_FORMAT", must: "is `unlimited`, `pause` or a rate", hint: "Write `unlimited`, `pause`, or a rate as `50 MB/s`.", repair: aSecond },
  instant: {
    code: "INSTANT_FORMAT",
    must: "is an instant with its time zone",
    hint: "Write `2024-01-31T08:00:00Z`, or an offset in place of `Z`.",
    repair: instant,
  },
  start: { code: "INSTANT_FORMAT", must: "is `now` or an instant with its time zone", hint: "Write `now` or `2024-01-31T08:00:00Z`.", repair: instant },
  period: { code: "SCHEDULE_PERIOD", must: "is a number of hours, days or weeks", hint: "Write `6h`, `1d` or `2w`." },
  between: { code: "FLOW_WINDOW", must: "is a window of the day", hint: 'Write "08:00-18:00", with two digits each and quoted; the end of the day is 24:00.' },
  limit: { code: "GUARD_FORMAT", must: "is a count or a percentage", hint: 'Write `500` or "10%".' },
  concurrency: { code: "OUT_OF_RANGE", must: "is `auto` or a number from 1 to 10000", hint: "Write `auto` unless the store asks for a limit." },
  bucket: {
    code: "BUCKET_NAME",
    must: "is the name of a bucket alone, or an ARN",
    hint: "What comes after the bucket goes into `prefix`, and the host into `endpoint`.",
  },
  httpUrl: {
    code: "ENDPOINT_URL",
    must: "is `http://…` or `https://…`, without user, query or fragment",
    repair: (url) => (/^[\w.-]+(?::[0-9]+)?$/.test(url) ? `https://${url}` : undefined),
  },
  proxyUrl: {
    code: "ENDPOINT_URL",
    must: "is `http://host:port` or `https://host:port`",
    repair: (url) => (/^[\w.-]+(?::[0-9]+)?$/.test(url) ? `http://${url}` : undefined),
  },
  postgresUrl: { code: "POSTGRES_URL", must: "is `postgres://user@host/database`" },
  databaseName: { code: "DATABASE_NAME", must: 'has none of `+" %?\\<>`' },
  schemaName: { code: "DATABASE_NAME", must: "has none of `\".'<>`" },
  mappedSchemaName: { code: "DATABASE_NAME", must: "has none of `\".'<>` and does not begin with `pg_`" },
  tableName: { code: "DATABASE_NAME", must: "is `schema.table`, with none of `\"'<>` and no other dot" },
  mappedTableName: { code: "DATABASE_NAME", must: "is `schema.table`, with none of `\"'<>` and no other dot, and the schema does not begin with `pg_`" },
  columnName: { code: "DATABASE_NAME", must: "has no `\"` and no `'`" },
  selectedName: { code: "DATABASE_NAME", must: "has no space" },
};

/** A size where a rate has to be. */
function aSecond(text: string): string | undefined {
  return /^[0-9]+(?:\.[0-9]+)? ?(?:B|[kK]B|[MGTP]B|[KMGTP]iB)$/.test(text) ? `${text}/s` : undefined;
}

function kebab(name: string): string | undefined {
  const better = name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1-$2")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  return /^[a-z0-9-]{3,63}$/.test(better) ? better : undefined;
}

function instant(text: string): string | undefined {
  const [, day, time] = /^([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[Tt ]([0-9]{2}:[0-9]{2}(?::[0-9]{2})?))?$/.exec(text) ?? [];
  return day === undefined ? undefined : `${day}T${time ?? "00:00:00"}Z`;
}

export interface Shown {
  /** What it is called, ready for a sentence. */
  readonly name: string;
  /** As written in the file; undefined where a variable gives it. */
  readonly written: string | undefined;
}

/** What to say of a value that has the right type and breaks a rule of the schema. */
export function shapeFinding(keyword: string, params: Readonly<Record<string, unknown>>, shown: Shown): Finding {
  const limit = Number(params["limit"] ?? Number.NaN).toLocaleString("en");
  switch (keyword) {
    case "pattern":
      return patternFinding(String(params["pattern"]), shown);
    case "minimum":
      return { code: "OUT_OF_RANGE", message: `${shown.name} is less than ${limit}.`, hint: `Write ${limit} or more.` };
    case "maximum":
      return { code: "OUT_OF_RANGE", message: `${shown.name} is more than ${limit}.`, hint: `Write ${limit} or less.` };
    case "maxItems":
    case "maxProperties":
      return {
        code: "TOO_MANY",
        message: `${shown.name} has more than ${limit} entries.`,
        hint: `At most ${limit} may stand here: leave some out, or use several syncs.`,
      };
    case "minItems":
    case "minProperties":
    case "minLength":
      return { code: "EMPTY_VALUE", message: `${shown.name} is empty.`, hint: "Write a value, or leave the key out." };
    case "maxLength":
      return { code: "TOO_LONG", message: `${shown.name} has more than ${limit} characters.`, hint: "Shorten it." };
    case "uniqueItems":
      return { code: "REPEATED_VALUE", message: `${shown.name} has a value twice.`, hint: "Remove one of them." };
    default:
      return { code: "INVALID_VALUE", message: `${shown.name} breaks the rule ${keyword} of the plan's schema.` };
  }
}

function patternFinding(pattern: string, { name, written }: Shown): Finding {
  const shape = SHAPES[patternNames[pattern] ?? ""];
  if (shape === undefined) return { code: "INVALID_VALUE", message: `${name} does not look as it should.` };
  // A name that is too long for a slip is not worth a suggestion.
  const repaired = written === undefined || written.length > 200 ? undefined : shape.repair?.(written);
  const suggestion = repaired === written ? undefined : repaired;
  return {
    code: shape.code,
    message: `${name} is not right: it ${shape.must}.`,
    hint: suggestion === undefined ? shape.hint : `Did you mean \`${suggestion}\`?`,
    suggestion,
  };
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: "a text",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
  object: "a map",
  array: "a list",
};

/** What to say of a value of another type than the schema asks for. */
export function wrongType(wanted: readonly string[], name: string, node: PlanNode | undefined): Finding {
  const asked = wanted.map((type) => TYPE_NAMES[type] ?? type).join(" or ");
  if (node?.kind !== "scalar") return { code: "WRONG_TYPE", message: `${name} is a ${node?.kind ?? "value"}, and has to be ${asked}.` };
  if (node.value === null) return { code: "EMPTY_VALUE", message: `${name} has no value.`, hint: `Write ${asked}, or leave the key out.` };
  const found = node.template !== undefined ? `\`${node.written}\` gives no such value` : `\`${node.written}\` is ${typeName(node.value)}`;
  return { code: "WRONG_TYPE", message: `${name} has to be ${asked}; ${found}.`, ...repairType(wanted, node.written, node.value) };
}

function typeName(value: string | number | boolean): string {
  return typeof value === "string" ? "a text" : typeof value === "number" ? "a number" : "a truth value";
}

function repairType(wanted: readonly string[], written: string, value: string | number | boolean): { hint?: string; suggestion?: string } {
  if (wanted.includes("string") && typeof value !== "string") return { hint: `Quote it: "${written}".`, suggestion: `"${written}"` };
  if (wanted.includes("boolean") && /^(?:yes|on|y)$/i.test(written))
    return { hint: `\`${written}\` is a text in YAML 1.2: write \`true\`.`, suggestion: "true" };
  if (wanted.includes("boolean") && /^(?:no|off|n)$/i.test(written))
    return { hint: `\`${written}\` is a text in YAML 1.2: write \`false\`.`, suggestion: "false" };
  if (wanted.includes("boolean") && /^(?:true|false)$/i.test(written)) return { hint: "Write it without quotes.", suggestion: written.toLowerCase() };
  const digits = written.replaceAll(/[_,' ]/g, "");
  if (wanted.includes("integer") && typeof value === "string" && /^-?[0-9]+$/.test(digits))
    return { hint: `Write \`${digits}\`, without quotes.`, suggestion: digits };
  if (wanted.includes("array") && typeof value === "string") {
    const list = `[${listItem(written)}]`;
    return { hint: `Make it a list: ${list}.`, suggestion: list };
  }
  return {};
}

/** A word that stays itself within `[ ]`; YAML would read all others as something else, or not at all. */
const PLAIN_ITEM = /^(?!(?:true|false|null)$)[a-z_][\w./-]*$/i;

function listItem(written: string): string {
  return PLAIN_ITEM.test(written) ? written : JSON.stringify(written);
}
