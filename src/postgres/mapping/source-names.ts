import { TidemarkError } from "../../core/errors.ts";
import type { NameMap } from "../../core/sync-plan.ts";
import type { DumpEntry } from "../dump/archive.ts";
import { keyOfEntry } from "../dump/classify.ts";
import { isWord, nameOf, stringOf, type Token, tokens } from "../dump/lexer.ts";
import { tableOf } from "../dump/table-of.ts";
import { qualifiedName, quoteName, shownName } from "../names.ts";
import { makeTargetOf, mappedConstraintName, mappedIndexName, mappedSchema, MOST_NAME_BYTES, type QualifiedName } from "./names.ts";

const TABLES: ReadonlySet<string> = new Set(["TABLE", "FOREIGN TABLE"]);
/** Types whose tag is the name of a relation. */
const RELATIONS: ReadonlySet<string> = new Set([...TABLES, "VIEW", "MATERIALIZED VIEW", "SEQUENCE"]);
const WITHOUT_INDEX: ReadonlySet<string> = new Set(["CHECK CONSTRAINT", "FK CONSTRAINT"]);
const CONSTRAINTS: ReadonlySet<string> = new Set(["CONSTRAINT", "CHECK CONSTRAINT", "FK CONSTRAINT"]);

/** A relation that has another name or schema at the destination. */
export interface Moved {
  readonly entry: DumpEntry;
  readonly from: QualifiedName;
  readonly to: QualifiedName;
}

/** The names of a source's dump, and what they are at the destination. */
export class SourceNames {
  readonly map: NameMap;
  readonly byId: ReadonlyMap<number, DumpEntry>;
  /** Tables, views, sequences and indexes by their qualified names. Whatever is not here goes with its schema. */
  readonly #targets = new Map<string, QualifiedName>();
  readonly #old = new Set<string>();
  /** Tables OF a type, by their qualified names: PostgreSQL renames no check and no foreign key of theirs. */
  readonly #typed = new Set<string>();
  /** Tables and materialized views with another name or schema: their indexes and constraints get others too. */
  readonly moved: readonly Moved[];

  constructor(map: NameMap, entries: readonly DumpEntry[]) {
    this.map = map;
    this.byId = new Map(entries.map((entry) => [entry.dumpId, entry]));
    const targetOfTable = makeTargetOf(map);
    for (const { type, schema, tag, definition } of entries) {
      if (type === "TABLE" && isTyped(definition)) this.#typed.add(qualifiedName(schema, tag));
      if (schema !== undefined && RELATIONS.has(type) && type !== "SEQUENCE")
        this.#put(schema, tag, TABLES.has(type) ? targetOfTable(schema, tag) : { schema: this.schemaOf(schema), name: tag });
    }
    for (const entry of entries) {
      const { type, schema, tag, dependencies } = entry;
      if (type !== "SEQUENCE" || schema === undefined) continue;
      // A sequence that belongs to a column goes where its table goes.
      const owner = dependencies.map((id) => this.byId.get(id)).find((each) => each !== undefined && TABLES.has(each.type));
      this.#put(schema, tag, { schema: owner?.schema === undefined ? this.schemaOf(schema) : this.targetOf(owner.schema, owner.tag).schema, name: tag });
    }
    for (const entry of entries) {
      const part = this.#partOf(entry);
      if (part === undefined || WITHOUT_INDEX.has(entry.type)) continue;
      this.#put(part.schema, part.name, part.to);
    }
    this.moved = entries.flatMap((entry): Moved[] => {
      if (entry.schema === undefined || !(TABLES.has(entry.type) || entry.type === "MATERIALIZED VIEW")) return [];
      const from = { schema: entry.schema, name: entry.tag };
      return this.#isMoved(from) ? [{ entry, from, to: this.targetOf(from.schema, from.name) }] : [];
    });
    for (const schema of Object.keys(map.schemas)) if (this.schemaOf(schema) !== schema) this.#old.add(schema);
  }

  /** What a table, a view, a sequence or an index is called at the destination. */
  readonly targetOf = (schema: string, name: string): QualifiedName =>
    this.#targets.get(qualifiedName(schema, name)) ?? { schema: this.schemaOf(schema), name };

  schemaOf(schema: string): string {
    return mappedSchema(this.map, schema);
  }

  /**
   * An entry under the names under which a dump of the destination would list it: `schema` and `tag`
   * are the new ones, its definition is not, but for a schema's, which is nothing but its name.
   */
  predicted(entry: DumpEntry): DumpEntry {
    const { type, tag, schema } = entry;
    if (type === "SCHEMA") return this.#schema(entry);
    if (type === "CAST" || type === "TRANSFORM") return { ...entry, tag: this.#withinText(tag) };
    if (type === "PUBLICATION TABLE" || type === "PUBLICATION TABLES IN SCHEMA") return this.#predictedPublished(entry);
    if (type === "COMMENT" || type === "ACL" || type === "SECURITY LABEL") return this.#predictedAbout(entry);
    if (schema === undefined) return entry;
    if (RELATIONS.has(type) || ["INDEX", "INDEX ATTACH", "TABLE ATTACH", "SEQUENCE OWNED BY", "ROW SECURITY"].includes(type)) {
      const target = this.targetOf(schema, tag);
      return { ...entry, schema: target.schema, tag: target.name };
    }
    if (["FUNCTION", "PROCEDURE", "AGGREGATE"].includes(type)) return { ...entry, schema: this.schemaOf(schema), tag: this.#withinText(tag) };
    const table = tableOf(entry, this.byId);
    if (table === undefined || !tag.startsWith(`${table.name} `)) return { ...entry, schema: this.schemaOf(schema) };
    const target = this.targetOf(table.schema, table.name);
    const name = tag.slice(table.name.length + 1);
    const shown = this.#isRenamed(type, table) ? mappedConstraintName({ schema: table.schema, table: table.name, name }) : name;
    return { ...entry, schema: target.schema, tag: `${target.name} ${shown}` };
  }

  /** Whether an entry names anything that is called otherwise at the destination, and perhaps where it only seems so. */
  isAffected(entry: DumpEntry): boolean {
    if (entry.type === "SCHEMA") return false;
    return keyOfEntry(this.predicted(entry)) !== keyOfEntry(entry) || this.mentionsOld(entry.definition, entry.type !== "COMMENT");
  }

  /** Whether an SQL text has a name that is no more at the destination; in its strings too, where they may be names or bodies. */
  mentionsOld(sql: string, inStrings = true): boolean {
    for (const token of tokens(sql)) {
      const name = nameOf(token);
      if (name !== undefined && this.#old.has(name)) return true;
      const text = inStrings ? stringOf(token) : undefined;
      if (text !== undefined && text !== "" && this.mentionsOld(text)) return true;
    }
    return false;
  }

  /** @throws TidemarkError `MAPPING_CLASH`, `MAPPING_NAME`: two objects of one name, or a name that cannot be one */
  verify(entries: readonly DumpEntry[]): void {
    const taken = new Map<string, string>();
    for (const entry of entries) {
      if (!(RELATIONS.has(entry.type) || entry.type === "INDEX") || entry.schema === undefined) continue;
      const { schema, name } = this.targetOf(entry.schema, entry.tag);
      const key = keyOfEntry(entry);
      for (const part of [schema, name]) if (part === "" || Buffer.byteLength(part) > MOST_NAME_BYTES) throw unusable(key, part);
      const target = qualifiedName(schema, name);
      const other = taken.get(target);
      if (other !== undefined) throw clash(other, key, shownName(schema, name));
      taken.set(target, key);
    }
  }

  /** `publication table`, `publication schema`. */
  #predictedPublished(entry: DumpEntry): DumpEntry {
    const { tag, schema = "", dependencies } = entry;
    const table = dependencies.map((id) => this.byId.get(id)).find((each) => each !== undefined && TABLES.has(each.type));
    const last = table?.tag ?? schema;
    const to = table?.schema === undefined ? { schema: this.schemaOf(schema), name: this.schemaOf(schema) } : this.targetOf(table.schema, table.tag);
    return tag.endsWith(` ${last}`) ? { ...entry, schema: to.schema, tag: tag.slice(0, tag.length - last.length) + to.name } : entry;
  }

  #schema(entry: DumpEntry): DumpEntry {
    const to = this.schemaOf(entry.tag);
    if (to === entry.tag) return entry;
    const named = quoteName(to);
    const isCreated = entry.definition.startsWith("CREATE SCHEMA ");
    return { ...entry, tag: to, definition: isCreated ? `CREATE SCHEMA ${named};\n` : entry.definition, dropStatement: `DROP SCHEMA ${named};\n` };
  }

  #put(schema: string, name: string, to: QualifiedName): void {
    this.#targets.set(qualifiedName(schema, name), to);
    if (to.name !== name) this.#old.add(name);
    if (to.schema !== schema) this.#old.add(schema);
  }

  #isRenamed(type: string, table: QualifiedName): boolean {
    const isFixed = WITHOUT_INDEX.has(type) && this.#typed.has(qualifiedName(table.schema, table.name));
    return CONSTRAINTS.has(type) && this.#isMoved(table) && !isFixed;
  }

  #isMoved({ schema, name }: QualifiedName): boolean {
    const to = this.targetOf(schema, name);
    return to.schema !== schema || to.name !== name;
  }

  /** Of an index, or of a constraint with one: its own name, and that of the index at the destination. */
  #partOf(entry: DumpEntry): { readonly schema: string; readonly name: string; readonly to: QualifiedName } | undefined {
    const { type, schema, tag } = entry;
    if (schema === undefined || (type !== "INDEX" && !CONSTRAINTS.has(type))) return undefined;
    const table = tableOf(entry, this.byId);
    if (table === undefined) return undefined;
    const name = type === "INDEX" ? tag : tag.slice(table.name.length + 1);
    const part = { schema: table.schema, table: table.name, name };
    const isMoved = this.#isMoved(table);
    const called = isMoved ? (type === "INDEX" ? mappedIndexName(part) : mappedConstraintName(part)) : name;
    return { schema, name, to: { schema: this.targetOf(table.schema, table.name).schema, name: called } };
  }

  /** Names with a schema before them, within a signature. */
  #withinText(text: string): string {
    const all = [...tokens(text)];
    let shown = "";
    for (let at = 0; at < all.length; at += 1) {
      const [first, dot, last] = all.slice(at, at + 3);
      const [schema, name] = [first && nameOf(first), last && nameOf(last)];
      if (schema !== undefined && name !== undefined && dot?.text === ".") {
        const target = this.targetOf(schema, name);
        shown += shownName(target.schema, target.name);
        at += 2;
      } else shown += first?.text ?? "";
    }
    return shown;
  }

  /** `TABLE users`, `COLUMN users.id`, `CONSTRAINT users_pkey ON users`, `FUNCTION f(public.users)`. */
  #predictedAbout(entry: DumpEntry): DumpEntry {
    const { tag, schema } = entry;
    const [, what = "", rest = tag] = /^([A-Z][A-Z ]*) ([^]*)$/.exec(tag) ?? [];
    if (what === "SCHEMA") return { ...entry, tag: `SCHEMA ${this.#renamedIn(rest, (name) => this.schemaOf(name))}` };
    const about = entry.dependencies.map((id) => this.byId.get(id)).find((each) => each !== undefined);
    if (about === undefined || schema === undefined) return { ...entry, tag: this.#withinText(tag) };
    const now = this.predicted(about);
    const table = tableOf(about, this.byId);
    const ofRelation = (name: string, isAfterOn: boolean) => {
      const from = { schema, name: about.tag };
      // A check that came with its table.
      if (what === "CONSTRAINT" && !isAfterOn)
        return this.#isRenamed("CHECK CONSTRAINT", from) ? mappedConstraintName({ schema, table: about.tag, name }) : name;
      return name === about.tag ? now.tag : name;
    };
    const shown = () => {
      if (RELATIONS.has(about.type)) return this.#renamedIn(rest, ofRelation);
      if (table === undefined) return what === "COLUMN" ? rest : this.#withinText(rest);
      const target = this.targetOf(table.schema, table.name);
      const [own, called] = about.tag.startsWith(`${table.name} `)
        ? [about.tag.slice(table.name.length + 1), now.tag.slice(target.name.length + 1)]
        : [about.tag, now.tag];
      return this.#renamedIn(rest, (name, isAfterOn) => (isAfterOn ? (name === table.name ? target.name : name) : name === own ? called : name));
    };
    return { ...entry, schema: now.schema ?? this.schemaOf(schema), tag: `${what} ${shown()}` };
  }

  /** Puts new names in place of old ones, but for what follows a dot: that is a column. */
  #renamedIn(text: string, rename: (name: string, isAfterOn: boolean) => string): string {
    let shown = "";
    let isColumn = false;
    let isAfterOn = false;
    for (const token of tokens(text)) {
      const name = isColumn || (token.kind === "word" && token.text === "ON") ? undefined : nameOf(token);
      const to = name === undefined ? undefined : rename(name, isAfterOn);
      shown += to === undefined || to === name ? token.text : shownName(undefined, to);
      isColumn = token.text === ".";
      isAfterOn ||= token.kind === "word" && token.text === "ON";
    }
    return shown;
  }
}

/** `CREATE TABLE s.t OF s.type`, perhaps UNLOGGED. */
function isTyped(definition: string): boolean {
  const words: Token[] = [];
  for (const token of tokens(definition)) {
    if (token.kind === "space") continue;
    words.push(token);
    if (words.length > 7) break;
  }
  const table = words.findIndex((token) => isWord(token, "table"));
  return table >= 0 && isWord(words[table + 4], "of");
}

function clash(one: string, other: string, name: string): TidemarkError {
  return new TidemarkError("MAPPING_CLASH", `${one} and ${other} would both be ${name} at the destination.`, {
    hint: "Give one of them another name under `map`.",
  });
}

function unusable(key: string, name: string): TidemarkError {
  const what = name === "" ? "nothing" : `${shownName(undefined, name)}, which is longer than ${MOST_NAME_BYTES} bytes`;
  return new TidemarkError("MAPPING_NAME", `${key} would be called ${what}.`, { hint: "Change the rule under `map` that makes this name." });
}
