import { writeDatabaseDetail } from "../../driver/database-action.ts";
import type { DumpEntry } from "../dump/archive.ts";
import type { KeyedEntry } from "../dump/classify.ts";
import type { Mapping } from "../mapping/mapping.ts";
import { isWord, meaningful, nameOf } from "../dump/lexer.ts";
import { quoteName } from "../names.ts";
import { definitionOf } from "./definition.ts";
import type { Planned } from "./planned.ts";

export interface NewSchemasOptions {
  readonly mapping: Mapping;
  readonly destinationSchemas: ReadonlySet<string>;
}

/** Schemas that the plan names, and that are none of the source's. */
export class NewSchemas {
  readonly #options: NewSchemasOptions;
  /** Those that come from a schema of the source, and which. */
  readonly #origins = new Map<string, string>([["public", "public"]]);
  readonly #used = new Set<string>();

  constructor(source: readonly DumpEntry[], options: NewSchemasOptions) {
    this.#options = options;
    const own = source.filter((entry) => entry.type === "SCHEMA" && definitionOf(entry).startsWith("CREATE SCHEMA"));
    // One that keeps its name comes before others that go into it.
    for (const { tag } of own.toSorted((a, b) => Number(this.#isRenamed(a.tag)) - Number(this.#isRenamed(b.tag)))) {
      const target = options.mapping.schemaOf(tag);
      if (!this.#origins.has(target)) this.#origins.set(target, tag);
    }
  }

  /** Whether what is in a schema goes into one that another schema of the source becomes. */
  isMerged(schema: string): boolean {
    const target = this.#options.mapping.schemaOf(schema);
    return target !== schema && this.#origins.get(target) !== schema;
  }

  /** Notes where an entry goes. */
  use(keyed: KeyedEntry): void {
    const { mapping } = this.#options;
    const inside = mapping.at(keyed).entry.schema;
    if (inside !== undefined) this.#used.add(inside);
    const named = schemaNamedBy(keyed.entry);
    if (named !== undefined) this.#used.add(mapping.schemaOf(named));
  }

  planned(): readonly Planned[] {
    const { mapping, destinationSchemas } = this.#options;
    if (!mapping.isMapped) return [];
    return [...this.#used]
      .filter((schema) => !this.#origins.has(schema) && !destinationSchemas.has(schema))
      .map((schema): Planned => {
        const detail = writeDatabaseDetail({
          kind: "schema",
          name: schema,
          phase: "schema",
          ddl: `CREATE SCHEMA ${quoteName(schema)};`,
          remark: "Something is mapped to it.",
        });
        return {
          phase: "schema",
          kind: "schema",
          action: { action: "create", key: `schema ${schema}`, reason: "absent", bytes: 0, source: undefined, destination: undefined, detail },
        };
      });
  }

  #isRenamed(schema: string): boolean {
    return this.#options.mapping.schemaOf(schema) !== schema;
  }
}

/** The schema that an extension is made in, or that a comment or a privilege is about: neither lies in one. */
function schemaNamedBy({ type, tag, definition }: DumpEntry): string | undefined {
  const isAbout = (type === "COMMENT" || type === "ACL") && tag.startsWith("SCHEMA ");
  if (type !== "EXTENSION" && !isAbout) return undefined;
  const words = meaningful(definition);
  const at = words.findIndex((word, place) => isWord(word, "schema") && (isWord(words[place - 1], "with") || isWord(words[place - 1], "on")));
  const name = at < 0 ? undefined : words[at + 1];
  return name && nameOf(name);
}
