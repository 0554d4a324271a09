import { languageTag } from "./icu-locale.ts";

/**
 * Tells whether two definitions mean the same though they are written differently: servers of different
 * majors print one view in different ways. Both are parsed by PostgreSQL's own parser, and their trees compared.
 *
 * A definition that does not parse means the same as its own text only.
 */
export async function loadMeaning(): Promise<(one: string, other: string) => boolean> {
  const { loadModule, parseSync } = await import("libpg-query");
  await loadModule();
  return (one, other) => {
    const tree = treeOf(one, parseSync);
    return tree !== undefined && tree === treeOf(other, parseSync);
  };
}

function treeOf(sql: string, parse: (sql: string) => unknown): string | undefined {
  let parsed: unknown;
  try {
    parsed = parse(sql);
  } catch {
    return undefined;
  }
  return JSON.stringify(parsed, (key, value: unknown) => {
    // Where something stands is not what it means.
    if (key === "location" || key === "stmt_location" || key === "stmt_len" || key === "rexpr_list_start" || key === "rexpr_list_end") return undefined;
    if (key === "ViewStmt" || key === "CreateTableAsStmt") return unqualified(value);
    if (key === "CreateStmt") return inNoOrder(value);
    if (isTree(value) && isTree(value["TypeCast"])) return castElements(value);
    if (key === "DefineStmt") return withLanguageTag(value);
    if (key === "Constraint") return withoutGivenName(value);
    return value;
  });
}

type Tree = Readonly<Record<string, unknown>>;

/**
 * Before 16, a view over one relation names it before each column; from 16 on it does not. With one
 * relation there is nothing else that a column could belong to.
 */
function unqualified(statement: unknown): unknown {
  if (!isTree(statement)) return statement;
  const select = selectOf(statement["query"]);
  const from = select?.["fromClause"];
  if (!Array.isArray(from) || from.length !== 1) return statement;
  const only: unknown = from[0];
  const relation = isTree(only) ? only["RangeVar"] : undefined;
  if (!isTree(relation)) return statement;
  const alias = relation["alias"];
  const name = isTree(alias) ? alias["aliasname"] : relation["relname"];
  return typeof name === "string" ? withoutQualifier(statement, name) : statement;
}

/** A table that inherits gets its parents' columns first, so that a copy of it may have them in another order. */
function inNoOrder(statement: unknown): unknown {
  if (!isTree(statement) || !Array.isArray(statement["inhRelations"]) || !Array.isArray(statement["tableElts"])) return statement;
  const elements: readonly unknown[] = statement["tableElts"];
  const nameOf = (element: unknown) => {
    const column = isTree(element) ? element["ColumnDef"] : undefined;
    return isTree(column) && typeof column["colname"] === "string" ? column["colname"] : "";
  };
  return { ...statement, tableElts: elements.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : nameOf(a) > nameOf(b) ? 1 : 0)) };
}

/**
 * `(ARRAY['a'::varchar])::text[]` comes back from the server as `ARRAY[('a'::varchar)::text]` once it was
 * read: a cast of an array is a cast of its elements.
 */
function castElements(node: Tree): unknown {
  const cast = node["TypeCast"];
  if (!isTree(cast) || !isTree(cast["arg"]) || !isTree(cast["typeName"])) return node;
  const { arrayBounds, ...element } = cast["typeName"];
  const array = cast["arg"]["A_ArrayExpr"];
  if (!Array.isArray(arrayBounds) || !isTree(array) || !Array.isArray(array["elements"])) return node;
  return { A_ArrayExpr: { ...array, elements: array["elements"].map((arg: unknown) => ({ TypeCast: { arg, typeName: element } })) } };
}

/** From 16 on the server writes the locale of a collation of ICU as a language tag. */
function withLanguageTag(statement: unknown): unknown {
  if (!isTree(statement) || statement["kind"] !== "OBJECT_COLLATION" || !Array.isArray(statement["definition"])) return statement;
  const elements: readonly unknown[] = statement["definition"];
  if (
    !elements.some(
      (element) => isTree(element) && isTree(element["DefElem"]) && element["DefElem"]["defname"] === "provider" && isIcu(element["DefElem"]["arg"]),
    )
  )
    return statement;
  const definition = elements.map((element) => {
    const option = isTree(element) ? element["DefElem"] : undefined;
    const text = isTree(option) && option["defname"] === "locale" && isTree(option["arg"]) ? option["arg"]["String"] : undefined;
    return isTree(option) && isTree(text) && typeof text["sval"] === "string" ? { ...option, arg: languageTag(text["sval"]) } : element;
  });
  return { ...statement, definition };
}

/** A word is the name of a type to the parser. */
function isIcu(value: unknown): boolean {
  return isTree(value) && JSON.stringify(value).includes('"sval":"icu"');
}

/** From 18 on NOT NULL is a constraint with a name. The server gives it one where it came without. */
function withoutGivenName(constraint: unknown): unknown {
  if (!isTree(constraint) || constraint["contype"] !== "CONSTR_NOTNULL") return constraint;
  const { conname, ...rest } = constraint;
  return typeof conname === "string" && !conname.endsWith("_not_null") ? constraint : rest;
}

function selectOf(query: unknown): Tree | undefined {
  const select = isTree(query) ? query["SelectStmt"] : undefined;
  return isTree(select) ? select : undefined;
}

function withoutQualifier(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return value.map((each) => withoutQualifier(each, name));
  if (!isTree(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      // A query within the query has relations of its own, and names them.
      if (key === "SubLink" || key === "RangeSubselect") return [key, inner];
      if (key === "ColumnRef" && isTree(inner) && Array.isArray(inner["fields"])) {
        const fields: readonly unknown[] = inner["fields"];
        const [first] = fields;
        const qualifier = isTree(first) && isTree(first["String"]) ? first["String"]["sval"] : undefined;
        if (fields.length === 2 && qualifier === name) return [key, { ...inner, fields: fields.slice(1) }];
      }
      return [key, withoutQualifier(inner, name)];
    }),
  );
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
