import { writeDatabaseDetail } from "../../driver/database-action.ts";
import type { DumpEntry } from "../dump/archive.ts";
import type { Mapping } from "../mapping/mapping.ts";
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

  use(schema: string | undefined): void {
    if (schema !== undefined) this.#used.add(schema);
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
