import { type FirstLocation, variablesOf } from "./first-location.ts";

/** Where the schema is published; an editor fetches it to complete and check. */
const SCHEMA_URL = "https://unpkg.com/tidemark/schemas/plan.schema.json";

export interface FirstPlan {
  readonly name: string;
  readonly from: FirstLocation;
  readonly to: FirstLocation;
  /** Of objects. Default: overwrite. */
  readonly onExisting?: string | undefined;
  /** Of objects: how many deletions a plan may have; undefined: nothing is deleted. */
  readonly maxDeletes?: number | undefined;
  /** Of databases: whether roles go along. Default: all. */
  readonly accounts?: string | undefined;
  /** Of databases: tables that have other rows. Default: report. */
  readonly onDifferent?: string | undefined;
}

/** A plan with comments, for a person to go on from. Holds no secret: what is one is a variable. */
export function firstPlan(plan: FirstPlan): string {
  const { name, from, to } = plan;
  const isDatabase = from.kind === "postgres";
  return `# yaml-language-server: $schema=${SCHEMA_URL}
version: 1
name: ${name}

locations:
${location(from)}
${location(to)}

syncs:
  ${isDatabase ? "database" : "files"}:
    from: ${end(from)}
    to: ${end(to)}
${isDatabase ? databaseRules(plan) : objectRules(plan)}`;
}

function objectRules({ onExisting = "overwrite", maxDeletes }: FirstPlan): string {
  return rules([
    ["# include:", '["**/*.jpg"]', "in order, as rclone means them; first match decides"],
    ["# exclude:", '["**/tmp/**"]', ""],
    ["onExisting:", onExisting, `other content: ${others(["overwrite", "skip", "ifNewer", "fail"], onExisting)}`],
    [
      "delete:",
      String(maxDeletes !== undefined),
      maxDeletes === undefined ? "true: also remove what the source no longer has" : "also what the source no longer has",
    ],
    ["guards:", "", "refuse a plan that would do more than this"],
    ["  maxDeletes:", String(maxDeletes ?? 0), ""],
    ["  maxOverwrites:", "1000", ""],
  ]);
}

function databaseRules({ accounts = "all", onDifferent = "report" }: FirstPlan): string {
  return rules([
    ["# objects:", '{ exclude: [{ kind: table, schema: public, name: "tmp_*" }] }', "what stays behind"],
    ["accounts:", `{ include: ${accounts} }`, `roles: ${others(["all", "none"], accounts)}`],
    ["rows:", `{ onDifferent: ${onDifferent} }`, `tables with other rows: ${others(["report", "ignore", "replace"], onDifferent)}`],
    ["# sessions:", "6", "connections at once to each side"],
  ]);
}

function others(all: readonly string[], chosen: string): string {
  return `or ${all.filter((each) => each !== chosen).join(", ")}`;
}

/** Keys of a sync with what is to be said of them, in a column where there is room. */
function rules(lines: readonly (readonly [key: string, value: string, comment: string])[]): string {
  return lines
    .map(([key, value, comment]) => {
      const text = `    ${key}${value === "" ? "" : ` ${value}`}`;
      return comment === "" ? text : `${text.padEnd(36)} # ${comment}`;
    })
    .map((line) => `${line}\n`)
    .join("");
}

function location(place: FirstLocation): string {
  const variables = variablesOf(place);
  switch (place.kind) {
    case "s3":
      return [
        `  ${place.name}:`,
        "    type: s3",
        `    bucket: ${quote(place.bucket)}`,
        place.region === undefined ? "    # region: eu-central-1           # default: AWS_REGION or the profile's" : `    region: ${quote(place.region)}`,
        place.endpoint === undefined ? "    # endpoint: https://s3.example   # for stores other than AWS" : `    endpoint: ${quote(place.endpoint)}`,
        credentials(place.credentials, variables),
      ].join("\n");
    case "directory":
      return `  ${place.name}:\n    type: directory\n    path: ${quote(place.path)}`;
    case "postgres":
      return [
        `  ${place.name}:`,
        "    type: postgres",
        `    url: ${quote(place.url)}`,
        place.hasPassword ? `    password: "\${${variables[0] ?? ""}}"` : '    # password: "${PASSWORD}"        # default: .pgpass or PGPASSWORD',
        "    # sslmode: verify-full           # with caFile: an authority's certificate",
      ].join("\n");
  }
}

function credentials(how: Extract<FirstLocation, { kind: "s3" }>["credentials"], [id = "", secret = ""]: readonly string[]): string {
  if (how === undefined) return "    # credentials: { profile: name } # default: the usual chain (environment, profile, role)";
  if (how === "anonymous") return "    credentials: { anonymous: true }";
  if (how === "keys") return `    credentials: { accessKeyId: "\${${id}}", secretAccessKey: "\${${secret}}" }`;
  return `    credentials: { profile: ${quote(how.profile)} }`;
}

function end(place: FirstLocation): string {
  if (place.kind === "s3" && place.prefix !== "") return `{ location: ${place.name}, prefix: ${quote(place.prefix)} }`;
  return place.name;
}

/** A YAML scalar that means the text itself; a `$` would begin a reference. */
function quote(text: string): string {
  return JSON.stringify(text);
}
