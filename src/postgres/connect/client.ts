import type { Socket } from "node:net";
import pg from "pg";
import { TidemarkError } from "../../core/errors.ts";
import { sqlStateOf } from "./errors.ts";
import { CONNECT_TIMEOUT_MS, type ConnectionOptions } from "./options.ts";
import { type Address, addressesOf, attemptsOf, canBind, type Encryption, openSocket, systemError, TlsFailure } from "./socket.ts";

/** A client that is logged in, and how it was reached. */
export interface Connected {
  readonly client: pg.Client;
  readonly address: Address;
  readonly encryption: Encryption;
}

/** What `pg` does not type. */
interface ClientInternals {
  getStartupConf(): Record<string, string>;
  readonly connectionParameters: object;
  readonly connection: {
    on(event: "authenticationSASL", listener: (message: { readonly mechanisms: readonly string[] }) => void): void;
  };
}

const NO_ACCESS = "28000";

/** Connects to the first address of the host that answers. @throws what went wrong, as it was said */
export async function connectClient(options: ConnectionOptions, signal: AbortSignal | undefined): Promise<Connected> {
  const failures: unknown[] = [];
  for (const address of await addressesOf(options)) {
    try {
      return await connectTo(options, address, signal);
    } catch (error) {
      // Who answered has decided; who did not may be reached by another address.
      if (signal?.aborted === true || !isUnreachable(error)) throw error;
      failures.push(error);
    }
  }
  throw failures[0];
}

async function connectTo(options: ConnectionOptions, address: Address, outer: AbortSignal | undefined): Promise<Connected> {
  const attempts = attemptsOf(options, address);
  let first: unknown;
  for (const encryption of attempts) {
    const { signal, stop } = withTimeout(options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS, outer);
    try {
      const socket = await openSocket({ options, address, encryption, signal });
      return { client: await logIn(options, socket, signal), address, encryption };
    } catch (error) {
      // Without TLS at the second attempt, what the first was told says more.
      if (first !== undefined) throw error instanceof TlsFailure ? first : error;
      if (!mayTryAgain(error) || attempts.length === 1) throw error;
      first = error;
    } finally {
      stop();
    }
  }
  throw first;
}

/**
 * A server may admit a host with TLS only, or without it only. A password that was wrong is not sent
 * a second time, which may be in the clear.
 */
function mayTryAgain(error: unknown): boolean {
  return error instanceof TlsFailure ? error.isHarmless : sqlStateOf(error) === NO_ACCESS;
}

async function logIn(options: ConnectionOptions, socket: Socket, signal: AbortSignal): Promise<pg.Client> {
  const { location, password, passwordRemark, channelBinding = "prefer", serverOptions } = options;
  const mustBind = channelBinding === "require";
  let isBound = false;
  const client = new pg.Client({
    host: options.host,
    port: options.port,
    database: options.database,
    user: options.user,
    // Whatever is missing here, `pg` would take from the environment of the process.
    ssl: false,
    sslnegotiation: "postgres",
    stream: () => handOver(socket),
    enableChannelBinding: channelBinding !== "disable" && canBind(socket),
    password() {
      if (mustBind && !isBound) throw unbound(location);
      if (password === undefined) throw passwordMissing(location, passwordRemark);
      return password.reveal();
    },
  });
  // Who waits for an answer is told; without this a connection that is lost while nobody waits would end the process.
  client.on("error", () => {});
  // SAFETY: of the version that package-lock.json pins; the tests look at what the server was told.
  const internals = client as unknown as ClientInternals;
  internals.getStartupConf = () => ({
    user: options.user,
    database: options.database,
    application_name: "tidemark",
    ...(serverOptions !== undefined && { options: serverOptions }),
  });
  internals.connection.on("authenticationSASL", ({ mechanisms }) => (isBound = mechanisms.includes("SCRAM-SHA-256-PLUS") && canBind(socket)));
  const onAbort = () => void socket.destroy(signal.reason instanceof Error ? signal.reason : undefined);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    await client.connect();
    if (mustBind && !isBound) throw unbound(location);
    // Nobody needs it any more: a session that is printed does not have it.
    Object.assign(client, { password: null });
    Object.assign(internals.connectionParameters, { password: null });
    return client;
  } catch (error) {
    socket.destroy();
    throw signal.aborted ? signal.reason : error;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** A socket that is connected already, for a client that wants to connect it. */
function handOver(socket: Socket): Socket {
  const connect = () => {
    process.nextTick(() => {
      // It was stopped after the answer to the request for TLS; by now the client listens.
      socket.resume();
      socket.emit(socket.destroyed ? "close" : "connect");
    });
    return socket;
  };
  return Object.assign(socket, { connect });
}

function withTimeout(ms: number, outer: AbortSignal | undefined): { signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const late = () => controller.abort(systemError("ETIMEDOUT", `no answer within ${ms / 1000} s`));
  const timer = ms === 0 ? undefined : setTimeout(late, ms);
  return {
    signal: outer === undefined ? controller.signal : AbortSignal.any([outer, controller.signal]),
    stop: () => clearTimeout(timer),
  };
}

function isUnreachable(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof TlsFailure || error instanceof TidemarkError) return false;
  return sqlStateOf(error) === undefined && "code" in error;
}

function passwordMissing(location: string, remark: string | undefined): TidemarkError {
  return new TidemarkError("POSTGRES_PASSWORD_MISSING", `The server of location ${location} asks for a password, and there is none.`, {
    hint: `${remark === undefined ? "" : `${remark} `}Set \`password: "\${VARIABLE}"\`, PGPASSWORD, or a line of .pgpass.`,
  });
}

function unbound(location: string): TidemarkError {
  return new TidemarkError(
    "POSTGRES_AUTH",
    `The server of location ${location} does not bind the login to its certificate, as \`channel_binding=require\` asks.`,
    {
      hint: "Use TLS and scram-sha-256 with a server of version 11 or later, or ask for `channel_binding=prefer`.",
    },
  );
}
