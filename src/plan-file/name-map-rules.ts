import type { PostgresSync as PostgresSyncFile } from "./generated/plan.ts";
import type { Part } from "./part.ts";
import { checkRenameRules } from "./rename-rules.ts";

type PostgresPart = Part<PostgresSyncFile>;

/** PostgreSQL cuts longer names (NAMEDATALEN). Bytes of UTF-8. */
const MOST_NAME_BYTES = 63;

/** Checks `map`: each name has one other name, and it can be told which is meant. */
export function checkNameMap(part: PostgresPart): void {
  const { map } = part.value;
  if (map === undefined) return;
  checkRenameRules(part, ["map", "rename"], map.rename);
  if (map.database !== undefined) checkLength(part, ["map", "database"], [map.database]);
  checkNames(part, "schemas", map.schemas ?? {});
  checkNames(part, "tables", map.tables ?? {});
  for (const [source, target = ""] of Object.entries(map.schemas ?? {})) {
    const system = isSystem(source) ? source : isSystem(target) ? target : undefined;
    if (system === undefined) continue;
    const finding = {
      code: "DATABASE_NAME",
      message: `\`${system}\` is the server's own schema.`,
      hint: "Such schemas are never synced: choose another name.",
    };
    if (system === source) part.complainOfKey(["map", "schemas", source], finding);
    else part.complain(["map", "schemas", source], finding);
  }
  for (const [source, target = ""] of Object.entries(map.tables ?? {})) {
    const [schema = "", table = ""] = target.split(".");
    const mapped = ownValue(map.schemas, schema);
    if (mapped === undefined || mapped === schema) continue;
    part.complain(["map", "tables", source], {
      code: "MAP_AMBIGUOUS",
      message: `The schema \`${schema}\` is itself mapped to \`${mapped}\`: it cannot be told in which of the two the table is to be.`,
      hint: `Names here are those at the destination: write \`${mapped}.${table}\`.`,
    });
  }
}

function checkNames(part: PostgresPart, which: "schemas" | "tables", names: Readonly<Record<string, string | undefined>>): void {
  const what = which === "schemas" ? "schema" : "table";
  const taken = new Map<string, string>();
  for (const [source, target] of Object.entries(names)) {
    if (target === undefined) continue;
    const path = ["map", which, source];
    checkLength(part, path, which === "schemas" ? [target] : target.split("."));
    const other = taken.get(target);
    taken.set(target, other ?? source);
    if (target === source) {
      part.complain(path, {
        code: "KEY_UNUSED",
        severity: "warning",
        message: `The ${what} is called \`${source}\` already.`,
        hint: "Remove the line: what is not mapped keeps its name.",
      });
    } else if (other !== undefined) {
      part.complain(path, {
        code: "MAP_CLASH",
        message: `Two ${what}s cannot both become \`${target}\`: \`${other}\` does already.`,
        hint: "Choose another name for one of them.",
      });
    } else if ((ownValue(names, target) ?? target) !== target) {
      part.complain(path, {
        code: "MAP_CHAIN",
        message: `\`${source}\` becomes \`${target}\`, and \`${target}\` becomes \`${ownValue(names, target) ?? ""}\`.`,
        hint: "A name that is given away cannot be taken in the same sync: choose another one.",
      });
    }
  }
}

function checkLength(part: PostgresPart, path: readonly string[], names: readonly string[]): void {
  const long = names.find((name) => Buffer.byteLength(name) > MOST_NAME_BYTES);
  if (long === undefined) return;
  part.complain(path, {
    code: "DATABASE_NAME",
    message: `A name in a database has at most ${MOST_NAME_BYTES} bytes, and this one has ${Buffer.byteLength(long)}.`,
    hint: "PostgreSQL would cut it: shorten it.",
  });
}

function isSystem(schema: string): boolean {
  return schema === "information_schema" || schema.startsWith("pg_");
}

function ownValue(names: Readonly<Record<string, string | undefined>> | undefined, name: string): string | undefined {
  return names !== undefined && Object.hasOwn(names, name) ? names[name] : undefined;
}
