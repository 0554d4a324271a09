import { readRoles } from "../accounts/read-roles.ts";
import { borrowableRoles } from "../accounts/run-memberships.ts";
import { makeSelectRole } from "../accounts/select-roles.ts";
import { mappedSchema } from "../mapping/names.ts";
import { quoteName, shownName } from "../names.ts";
import { confirm, counted, fail, type Finding, listed, pass } from "./findings.ts";
import { type BothScope, destinationName } from "./scope.ts";
import { ofKinds } from "./select.ts";

/** Whether the role may create what is to be created: a database, schemas, and what goes into schemas that are there. */
export async function checkCreatable(scope: BothScope): Promise<readonly Finding[]> {
  return scope.destination ? checkInDatabase(scope) : checkCreateDatabase(scope);
}

async function checkCreateDatabase(scope: BothScope): Promise<readonly Finding[]> {
  const { server } = scope;
  const subject = `${destinationName(scope)}: new database`;
  const [row] = await server.query<{ may: boolean }>("SELECT rolcreatedb OR rolsuper AS may FROM pg_catalog.pg_roles WHERE rolname = current_user");
  if (row?.may === true) return [pass("CREATEDB_MISSING", subject, `The database is not there yet; ${server.user} may create it.`)];
  return [
    fail(
      "CREATEDB_MISSING",
      subject,
      `The database is not there yet, and ${server.user} may not create one.`,
      `As a superuser: ALTER ROLE ${quoteName(server.user)} CREATEDB; or create the database yourself, empty, with ${shownName(undefined, server.user)} as its owner.`,
    ),
  ];
}

interface SchemaRow {
  readonly name: string;
  readonly there: boolean;
  readonly may: boolean | null;
}

async function checkInDatabase(scope: BothScope): Promise<readonly Finding[]> {
  const { server, sync, selected } = scope;
  const name = destinationName(scope);
  const used = selected.objects.flatMap((object) => (object.kind === "schema" ? [object.name] : (object.schema ?? [])));
  const wanted = [...new Set(used)].map((schema) => mappedSchema(sync.map, schema));
  const schemas = await server.query<SchemaRow>(
    `SELECT w.name, n.oid IS NOT NULL AS there, pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_schema_privilege(n.oid, 'CREATE') AS may
    FROM pg_catalog.unnest($1::text[]) AS w(name) LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = w.name ORDER BY 1`,
    [wanted],
  );
  const [database] = await server.query<{ may: boolean }>("SELECT pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE') AS may");
  const missing = schemas.filter(({ there }) => !there).map((schema) => shownName(undefined, schema.name));
  const closed = schemas.filter(({ there, may }) => there && may !== true).map((schema) => shownName(undefined, schema.name));
  const needsCreate = missing.length > 0 || ofKinds(selected, "extension", "publication", "foreign-data-wrapper", "foreign-server").length > 0;
  const role = server.user;
  return [
    database?.may === true || !needsCreate
      ? pass(
          "DATABASE_CREATE_MISSING",
          `${name}: database`,
          needsCreate ? `${role} may create schemas in ${server.database}.` : "Nothing is to be created beside the schemas that are there.",
        )
      : fail(
          "DATABASE_CREATE_MISSING",
          `${name}: database`,
          `${role} may not create schemas or extensions in ${server.database}${missing.length > 0 ? `; not there yet: ${listed(missing)}` : ""}.`,
          `As the database's owner: GRANT CREATE ON DATABASE ${quoteName(server.database)} TO ${quoteName(role)}.`,
        ),
    closed.length === 0
      ? pass("SCHEMA_CREATE_MISSING", `${name}: schemas`, `${role} may create objects in those that are there: ${schemas.length - missing.length}.`)
      : fail(
          "SCHEMA_CREATE_MISSING",
          `${name}: schemas`,
          `${role} may not create objects in ${counted(closed.length, "schema")}: ${listed(closed)}.`,
          `As their owner: GRANT USAGE, CREATE ON SCHEMA … TO ${quoteName(role)}. From PostgreSQL 15 on nobody but its owner may create in public.`,
        ),
  ];
}

/** Roles that are to be made, and roles that are to own what is made. */
export async function checkAccounts(scope: BothScope): Promise<readonly Finding[]> {
  const { source, server, sync, selected } = scope;
  const [from, to] = await Promise.all([readRoles(source), readRoles(server)]);
  const select = makeSelectRole(sync.accounts);
  const missing = from.roles.filter(({ name, isSystem }) => !isSystem && select(name) && !to.names.has(name)).map((role) => role.name);
  const superusers = new Set(from.roles.filter(({ superuser }) => superuser).map((role) => role.name));
  const owners = [...new Set(selected.objects.map(({ owner }) => owner))].filter((owner) => owner !== "" && !superusers.has(owner) && !owner.startsWith("pg_"));
  const created = new Set(to.mayCreateRoles ? missing : []);
  const borrowable = borrowableRoles({ source: from, destination: to, created, lasting: new Set() });
  const strangers = owners.filter(
    (owner) => !created.has(owner) && !(to.names.has(owner) && (to.isSuperuser || to.settable.has(owner) || borrowable.has(owner))),
  );
  const name = destinationName(scope);
  return [
    missing.length === 0 || to.mayCreateRoles
      ? pass(
          "CREATEROLE_MISSING",
          `${name}: roles`,
          missing.length === 0 ? "None is to be created." : `${to.user} may create ${counted(missing.length, "role")}.`,
        )
      : confirm(
          "CREATEROLE_MISSING",
          `${name}: roles`,
          `${to.user} may not create roles; not there: ${listed(missing.map((role) => shownName(undefined, role)))}. They will be left out.`,
          `As a superuser: ALTER ROLE ${quoteName(to.user)} CREATEROLE; or create them yourself; or leave them out by \`accounts\`.`,
        ),
    strangers.length === 0
      ? pass("OWNERS_NOT_AVAILABLE", `${name}: owners`, `Everything can get the owner that it has at the source: ${owners.length}.`)
      : confirm(
          "OWNERS_NOT_AVAILABLE",
          `${name}: owners`,
          `What these own at the source will be owned by ${to.user}, who may not act for them: ${listed(strangers.map((role) => shownName(undefined, role)))}.`,
          `Create them at the destination, and GRANT … TO ${quoteName(to.user)}.`,
        ),
  ];
}
