import { Secret } from "../../../src/core/secret.ts";
import { resolveConnection } from "../../../src/postgres/connect/options.ts";
import { openSession, type Session } from "../../../src/postgres/connect/session.ts";

/** A session as the driver opens it. */
export async function sessionAt(url: string): Promise<Session> {
  return openSession(await resolveConnection({ type: "postgres", name: "test", options: { url: new Secret(url, "${URL}") } }, { env: {} }));
}
