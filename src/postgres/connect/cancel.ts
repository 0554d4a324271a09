import { once } from "node:events";
import { CONNECT_TIMEOUT_MS, type ConnectionOptions } from "./options.ts";
import { serverFailure } from "./server-failure.ts";
import { type Address, type Encryption, openSocket, systemError } from "./socket.ts";

const CANCEL_REQUEST = 80_877_102;

export interface CancelOptions {
  readonly options: ConnectionOptions;
  readonly address: Address;
  readonly encryption: Encryption;
  /** The server, as people see it. */
  readonly item: string;
  readonly processID: number;
  readonly secretKey: number;
}

/**
 * Asks a server to cancel what another connection does, over a connection that is made as that one was.
 *
 * @throws {TidemarkError} as `openSession`; whether there was anything to cancel is not told
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-CANCELING-REQUESTS
 */
export async function sendCancel({ options, address, encryption, item, processID, secretKey }: CancelOptions): Promise<void> {
  const signal = AbortSignal.timeout(options.connectTimeoutMs || CONNECT_TIMEOUT_MS);
  try {
    const socket = await openSocket({ options, address, encryption, signal });
    const message = Buffer.alloc(16);
    for (const [at, number] of [16, CANCEL_REQUEST, processID, secretKey].entries()) message.writeInt32BE(number, at * 4);
    socket.resume();
    const closed = once(socket, "close", { signal });
    // Not ended: what lies between could take that for the end, before the server has read it.
    socket.write(message);
    // The server closes once it has done it.
    await closed.finally(() => socket.destroy());
  } catch (error) {
    throw serverFailure(signal.aborted ? systemError("ETIMEDOUT", "no answer to a request to cancel") : error, { item, options });
  }
}
