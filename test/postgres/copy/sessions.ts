import { once } from "node:events";
import { createServer, type Socket, connect } from "node:net";
import type pg from "pg";
import type { RateBudget } from "../../../src/core/rate-budget.ts";
import { openSession, type Session } from "../../../src/postgres/connect/session.ts";
import type { TestDatabase } from "../../support/postgres/databases.ts";

export const UNLIMITED: RateBudget = { take: () => Promise.resolve() };

export interface TestSession extends Session, AsyncDisposable {}

/** A session as the product opens it, closed when it goes out of scope. */
export async function sessionTo(
  db: Pick<TestDatabase, "name" | "port">,
  { port = db.port, user = "postgres" }: { readonly port?: number; readonly user?: string } = {},
): Promise<TestSession> {
  const session = await openSession({ location: "test", host: "127.0.0.1", port, database: db.name, user, password: undefined });
  // `isLost` is a getter.
  return Object.defineProperty(session, Symbol.asyncDispose, { value: () => session.close() }) as TestSession;
}

/** What a test looks at of a session: `T` in a transaction, `E` in an aborted one, `I` in none. */
export function statusOf({ client }: Session): ReturnType<pg.Client["getTransactionStatus"]> {
  return client.getTransactionStatus();
}

export interface Proxy extends AsyncDisposable {
  readonly port: number;
  /** Closes what is connected, as a firewall would. */
  cut(): void;
  /** Nothing passes any more, and nobody is told. */
  freeze(): void;
}

export interface ProxyOptions {
  readonly to: number;
  /** Hands on what the server sends; by default at once. */
  readonly deliver?: (bytes: Buffer, client: Socket) => void;
  /** How long what a client sends is on its way, in milliseconds. When the client ends, what is still on its way is lost. */
  readonly delayMs?: number;
}

/** A server that stands between a session and its server. */
export async function startProxy({ to, deliver = (bytes, client) => void client.write(bytes), delayMs }: ProxyOptions): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let frozen = false;
  const server = createServer((client) => {
    const upstream = connect(to, "127.0.0.1");
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", () => {});
      socket.on("close", () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    client.on("data", (bytes) => {
      if (frozen) return;
      if (delayMs === undefined) upstream.write(bytes);
      else setTimeout(() => void upstream.write(bytes), delayMs);
    });
    upstream.on("data", (bytes) => {
      if (!frozen) deliver(bytes, client);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as { readonly port: number }).port,
    cut,
    freeze: () => (frozen = true),
    async [Symbol.asyncDispose]() {
      cut();
      server.close();
      await once(server, "close");
    },
  };
}
