import { X509Certificate } from "node:crypto";
import { lookup } from "node:dns/promises";
import { connect, isIP, type NetConnectOpts, type Socket } from "node:net";
import { checkServerIdentity, connect as connectTls, type TLSSocket } from "node:tls";
import type { ConnectionOptions } from "./options.ts";
import { connectReusing } from "./reused-memory.ts";
import { DEFAULT_TLS, type TlsOptions } from "./tls-options.ts";

/** Where a server is reached: one address of its host, or its Unix socket. */
export interface Address {
  readonly target: { readonly path: string } | { readonly host: string; readonly port: number };
}

/** `offered`: TLS where the server has it, on the same connection. */
export type Encryption = "plain" | "offered" | "tls";

/** TLS is not to be had, or not as it was asked for. */
export class TlsFailure extends Error {
  override readonly name: string = "TlsFailure";
  readonly code = "ERR_TLS_POSTGRES";
  /** Whether `prefer` may go on without TLS: never where somebody else may be in between. */
  readonly isHarmless: boolean;

  constructor(message: string, { isHarmless, cause }: { readonly isHarmless: boolean; readonly cause?: unknown }) {
    super(message, { cause });
    this.isHarmless = isHarmless;
  }
}

/** libpq asks for TLS by a message of 8 bytes, and is answered by one. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);
const KEEP_ALIVE_MS = 30_000;

/** Addresses in the order in which they are tried. */
export async function addressesOf({ host, address, port }: ConnectionOptions): Promise<readonly Address[]> {
  if (address === undefined && host.startsWith("/")) return [{ target: { path: `${host}/.s.PGSQL.${port}` } }];
  const name = address ?? host;
  if (isIP(name) !== 0) return [{ target: { host: name, port } }];
  const found = await lookup(name, { all: true });
  return found.map((each) => ({ target: { host: each.address, port } }));
}

/** How often, and with what encryption, a server is asked: what the first does not get the second may. */
export function attemptsOf({ tls = DEFAULT_TLS }: ConnectionOptions, { target }: Address): readonly Encryption[] {
  // As libpq: nobody listens on a Unix socket.
  if ("path" in target) return ["plain"];
  switch (tls.mode) {
    case "disable":
      return ["plain"];
    case "allow":
      return ["plain", "tls"];
    case "prefer":
      return ["offered", "plain"];
    default:
      return ["tls"];
  }
}

export interface SocketOptions {
  readonly options: ConnectionOptions;
  readonly address: Address;
  readonly encryption: Encryption;
  /** Destroys the socket with its reason, also after it was opened. */
  readonly signal: AbortSignal;
}

/** A connection on which the server waits for the startup message. */
export async function openSocket({ options, address, encryption, signal }: SocketOptions): Promise<Socket> {
  signal.throwIfAborted();
  const target: NetConnectOpts = "path" in address.target ? address.target : { ...address.target, autoSelectFamily: false };
  const socket = encryption === "tls" ? connect(target) : connectReusing(target);
  // Between one listener and the next an error has none.
  socket.on("error", () => {});
  const destroy = () => void socket.destroy(asError(signal.reason));
  signal.addEventListener("abort", destroy, { once: true });
  try {
    await once(socket, "connect");
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.setNoDelay(true);
    if (encryption === "plain") return socket;
    const { tls = DEFAULT_TLS } = options;
    if (tls.direct !== true) {
      const answer = await ask(socket);
      if (answer === "N" && encryption === "offered") return socket;
      if (answer !== "S") {
        throw new TlsFailure(answer === "N" ? "the server does not offer TLS" : "the server did not answer the request for TLS", { isHarmless: true });
      }
    }
    return await upgrade(socket, options.host, tls);
  } catch (error) {
    socket.destroy();
    if (signal.aborted) throw asError(signal.reason);
    throw error;
  } finally {
    signal.removeEventListener("abort", destroy);
  }
}

/** Exactly one byte is read: more of it would have come from somebody in between, before TLS. */
async function ask(socket: Socket): Promise<string> {
  const answered = once(socket, "data") as Promise<Buffer>;
  socket.write(SSL_REQUEST);
  const bytes = await answered;
  socket.pause();
  if (bytes.length === 1 || bytes[0] === 0x45) return String.fromCharCode(bytes[0] ?? 0);
  throw new TlsFailure("the server sent more than its answer before TLS began", { isHarmless: false });
}

async function upgrade(socket: Socket, host: string, tls: TlsOptions): Promise<TLSSocket> {
  const secure = connectTls({
    socket,
    ...(isIP(host) === 0 && { servername: host }),
    rejectUnauthorized: tls.verify !== "nothing",
    checkServerIdentity: (_name, certificate) => (tls.verify === "name" ? checkServerIdentity(host, certificate) : undefined),
    ...(tls.ca !== undefined && { ca: [tls.ca].flat() }),
    ...(tls.crl !== undefined && { crl: tls.crl }),
    ...(tls.certificate !== undefined && { cert: tls.certificate, key: tls.key?.reveal(), passphrase: tls.passphrase?.reveal() }),
    ...(tls.minVersion !== undefined && { minVersion: tls.minVersion }),
    ...(tls.maxVersion !== undefined && { maxVersion: tls.maxVersion }),
    ...(tls.direct === true && { ALPNProtocols: ["postgresql"] }),
  });
  secure.on("error", () => {});
  try {
    await once(secure, "secureConnect");
  } catch (error) {
    secure.destroy();
    const message = error instanceof Error ? error.message : String(error);
    // Whoever verifies wants to know whom it talks to, and without TLS would know even less.
    throw new TlsFailure(message, { isHarmless: tls.verify === "nothing", cause: error });
  }
  return secure;
}

/** Whether SCRAM can be bound to the certificate of a connection: its hash has to be one that is known. */
export function canBind(socket: Socket): boolean {
  if (!("getPeerCertificate" in socket)) return false;
  // Not getPeerX509Certificate: after it getPeerCertificate, which `pg` calls, is empty.
  const { raw } = (socket as TLSSocket).getPeerCertificate() as { readonly raw?: Buffer };
  if (raw === undefined) return false;
  // Ed25519 has no hash of its own, and for such a certificate servers define no binding.
  return /sha/i.test(new X509Certificate(raw).signatureAlgorithm ?? "");
}

/** The first of an event and an error, or the end. */
function once(socket: Socket, event: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const done = (settle: () => void) => {
      socket.off(event, onEvent).off("error", onError).off("close", onClose);
      settle();
    };
    const onEvent = (value: unknown) => done(() => resolve(value));
    const onError = (error: unknown) => done(() => reject(asError(error)));
    const onClose = () => done(() => reject(systemError("ECONNRESET", "the server closed the connection")));
    socket.on(event, onEvent).on("error", onError).on("close", onClose);
  });
}

/** As Node would say it. */
export function systemError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
