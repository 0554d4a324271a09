import { qualifiedName } from "../names.ts";
import type { RowsPair } from "./plan-rows.ts";

/**
 * Partitions of one table whose rows belong to another of them in another database. What is known of
 * one of them says nothing about that one: only all of them together are empty, filled or copied.
 */
export class SpreadPartitions {
  /** Keys of rows, by the key of each. */
  readonly #together: ReadonlyMap<string, readonly string[]>;

  private constructor(together: ReadonlyMap<string, readonly string[]>) {
    this.#together = together;
  }

  /** @param roots the source's leaf partitions that are spread so, with their topmost tables: `readEnumHashRoots` */
  static of(pairs: readonly RowsPair[], roots: ReadonlyMap<string, { readonly schema: string; readonly name: string }>): SpreadPartitions {
    const spread = pairs.flatMap(({ key, source }) => {
      const root = roots.get(qualifiedName(source.schema, source.name));
      return root === undefined ? [] : [{ key, root: qualifiedName(root.schema, root.name) }];
    });
    const groups = [...Map.groupBy(spread, ({ root }) => root).values()].map((group) => group.map(({ key }) => key));
    return new SpreadPartitions(new Map(groups.flatMap((keys) => keys.map((key) => [key, keys] as const))));
  }

  /** What holds for one partition holds for all of its table. */
  anyOf(keys: ReadonlySet<string>): ReadonlySet<string> {
    return new Set([...keys].flatMap((key) => this.#together.get(key) ?? [key]));
  }

  /** What is known of some partitions only is known of none of their table. */
  allOf<T>(known: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
    return new Map([...known].filter(([key]) => (this.#together.get(key) ?? [key]).every((each) => known.has(each))));
  }
}
