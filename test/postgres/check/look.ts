import { TidemarkError } from "../../../src/core/errors.ts";
import { Secret } from "../../../src/core/secret.ts";
import type { PostgresSync } from "../../../src/core/sync-plan.ts";
import { type CheckDatabasesOptions, checkDatabases } from "../../../src/postgres/check/check-databases.ts";
import type { Finding } from "../../../src/postgres/check/findings.ts";
import { resolveConnection } from "../../../src/postgres/connect/options.ts";
import { openSession, type Session } from "../../../src/postgres/connect/session.ts";
import { quoteName } from "../../../src/postgres/names.ts";
import { makeDatabase, type TestDatabase, uniqueName } from "../../support/postgres/databases.ts";
import { postgresLocation, postgresSync } from "../../support/sync-plans.ts";

export interface Look {
  /** Connection URLs. */
  readonly from: string;
  readonly to: string;
  readonly sync?: Partial<PostgresSync>;
  readonly more?: Partial<CheckDatabasesOptions>;
  /** Makes an opened session look like another: an older server, another host. */
  readonly as?: { readonly source?: (session: Session) => Session; readonly destination?: (session: Session) => Session };
}

/** Checks two databases by sessions of their own, as a driver does. */
export async function look({ from, to, sync = {}, more = {}, as = {} }: Look): Promise<Findings> {
  const opened: Session[] = [];
  const openAt = async (url: string, database?: string): Promise<Session | TidemarkError> => {
    const options = await resolveConnection(postgresLocation("end", { url: new Secret(url, "${URL}") }), { env: {}, database });
    try {
      const session = await openSession(options);
      opened.push(session);
      return session;
    } catch (error) {
      if (error instanceof TidemarkError) return error;
      throw error;
    }
  };
  try {
    const source = await openAt(from);
    const opening = await openAt(to);
    const isMissing = opening instanceof TidemarkError && opening.code === "POSTGRES_NO_DATABASE";
    const maintenance = isMissing ? await openAt(to, "postgres") : undefined;
    const found: Finding[] = [];
    const options: CheckDatabasesOptions = {
      sync: postgresSync({
        from: { location: postgresLocation("old", {}) },
        to: { location: postgresLocation("new", {}) },
        accounts: { include: "none", exclude: [] },
        ...sync,
      }),
      source: source instanceof TidemarkError ? source : (as.source?.(source) ?? source),
      destination: isMissing ? undefined : opening instanceof TidemarkError ? opening : (as.destination?.(opening) ?? opening),
      maintenance: maintenance instanceof TidemarkError ? undefined : maintenance,
      signal: new AbortController().signal,
      ...more,
    };
    for await (const finding of checkDatabases(options)) found.push(finding);
    return new Findings(found);
  } finally {
    for (const session of opened) await session.close();
  }
}

export class Findings {
  readonly all: readonly Finding[];

  constructor(all: readonly Finding[]) {
    this.all = all;
  }

  /** Whatever is no pass: `CODE status`. */
  get problems(): readonly string[] {
    return this.all.filter(({ status }) => status !== "pass").map(({ code, status }) => `${code} ${status}`);
  }

  /** The worst that was found under a code. */
  of(code: string): Finding {
    const found = this.all.filter((finding) => finding.code === code);
    const worst = found.find(({ status }) => status === "fail") ?? found.find(({ status }) => status === "confirm") ?? found[0];
    if (!worst) throw new Error(`no finding ${code} among ${this.all.map((finding) => finding.code).join(", ")}`);
    return worst;
  }

  status(code: string): Finding["status"] {
    return this.of(code).status;
  }
}

/** A role of one server, dropped with all that it owns in some databases. */
export async function makeRole(databases: readonly TestDatabase[], attributes = "LOGIN"): Promise<AsyncDisposable & { readonly name: string }> {
  const name = uniqueName("role");
  const [first] = databases;
  if (!first) throw new Error("no server to make a role on");
  await first.sql(`CREATE ROLE ${quoteName(name)} ${attributes}`);
  return {
    name,
    async [Symbol.asyncDispose]() {
      for (const database of databases) await database.sql(`REASSIGN OWNED BY ${quoteName(name)} TO postgres; DROP OWNED BY ${quoteName(name)}`);
      await first.sql(`DROP ROLE ${quoteName(name)}`);
    },
  };
}

export { makeDatabase, uniqueName };
