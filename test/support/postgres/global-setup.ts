import type { TestProject } from "vitest/node";
import { type Major, MAJORS, type PostgresServer, startPostgres } from "./servers.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Port of the shared server of each major. */
    postgresPorts: Readonly<Record<Major, number>>;
  }
}

/** One server of each major for all tests of a run: each test makes databases of its own. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const servers = await Promise.all(MAJORS.map((major) => startPostgres(major)));
  const ports = Object.fromEntries(servers.map(({ major, port }: PostgresServer) => [major, port]));
  // MAJORS holds every major.
  project.provide("postgresPorts", ports as Record<Major, number>);
  return async () => {
    await Promise.all(servers.map((server) => server.stop()));
  };
}
