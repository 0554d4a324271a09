// Made from schemas/plan.source.json by scripts/generate.ts. Do not edit.
export interface SchemaError {
  readonly instancePath: string;
  readonly schemaPath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly propertyName?: string;
}
export interface Validator {
  (value: unknown): boolean;
  errors?: readonly SchemaError[] | null;
}
export declare const validateFrame: Validator;
export declare const validateObjectSync: Validator;
export declare const validatePostgresSync: Validator;
/** Which keys there are where. */
export interface KeyTree {
  readonly keys?: Readonly<Record<string, KeyTree>>;
  /** Of the values of a map with free keys, and of the items of a list. */
  readonly any?: KeyTree;
  /** By the value of `type`. */
  readonly variants?: Readonly<Record<string, KeyTree>>;
}
export declare const keyTrees: { readonly plan: KeyTree; readonly objectSync: KeyTree; readonly postgresSync: KeyTree };
/** Pattern of the schema → the definition it belongs to. */
export declare const patternNames: Readonly<Record<string, string>>;
