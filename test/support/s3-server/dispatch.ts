import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { admit } from "./access.ts";
import { Content, holding } from "./content.ts";
import { S3Error } from "./errors.ts";
import { ActiveFaults, type Faults } from "./faults.ts";
import { HANDLERS } from "./handlers/index.ts";
import { parseTarget, type ParsedTarget, type S3Request } from "./request.ts";
import type { LoggedRequest, RequestLog } from "./request-log.ts";
import { bendReply, errorReply, resetConnection, send } from "./respond.ts";
import type { Reply, ServerState } from "./state.ts";

export interface Dispatcher {
  readonly server: ServerState;
  readonly faults: Faults;
  readonly log: RequestLog;
  readonly now: () => Date;
}

let requestsSoFar = 0;

/** Takes one HTTP request from its head to its answer. */
export async function dispatch(dispatcher: Dispatcher, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const { log } = dispatcher;
  const id = (++requestsSoFar).toString(16).toUpperCase().padStart(16, "0");
  const method = message.method ?? "GET";
  let target: ParsedTarget;
  try {
    target = parseTarget(message);
  } catch (error) {
    const path = message.url ?? "/";
    const request = requestOf(
      { path, query: new Map(), bucket: undefined, key: undefined, operation: "Unsupported" },
      { message, method, id, faults: ActiveFaults.none, now: dispatcher.now() },
    );
    const entry = log.begin({ method, operation: "Unsupported", bucket: undefined, key: undefined });
    await answer(asReply(error, request, entry), request, response, entry).finally(() => log.end());
    return;
  }
  const faults = dispatcher.faults.draw(target);
  const skew = faults.find("clock-skew")?.skewMs ?? 0;
  const now = dispatcher.now();
  const request = requestOf(target, { message, method, id, faults, now: skew === 0 ? now : new Date(now.getTime() + skew) });
  const entry = log.begin({ method, operation: target.operation, bucket: target.bucket, key: target.key });
  try {
    await handle(dispatcher.server, request, response, entry);
  } finally {
    log.end();
  }
}

async function handle(server: ServerState, request: S3Request, response: ServerResponse, entry: LoggedRequest): Promise<void> {
  const { faults, message } = request;
  const slow = faults.find("slow");
  if (slow !== undefined) await wait(slow.delayMs);
  const holds = faults.all("hold");
  for (const { until, at } of holds) if (at !== "after") await until(request);
  if (faults.find("reset-before-body") !== undefined) {
    resetConnection(message.socket);
    return;
  }
  let reply: Reply;
  try {
    reply = await run(server, request);
  } catch (error) {
    // The client went away in the middle of its body.
    if (message.destroyed && !message.complete) return;
    reply = asReply(error, request, entry);
  }
  await holding(reply.body instanceof Content ? reply.body : Content.of(Buffer.alloc(0)), async () => {
    for (const { until, at } of holds) if (at === "after") await until(request);
    if (faults.find("lost-response") === undefined) await answer(bendReply(reply, request), request, response, entry);
    else resetConnection(message.socket);
  });
}

async function run(server: ServerState, request: S3Request): Promise<Reply> {
  const { faults } = request;
  const { payload } = admit(server, request);
  const error = faults.find("error");
  const other = faults.find("answer");
  const inside = faults.find("error-inside-200");
  if (error !== undefined || other !== undefined || (inside !== undefined && inside.done !== true)) await drain(request);
  if (error !== undefined) {
    throw new S3Error(error.code, {
      message: error.message,
      headers: error.retryAfterSeconds === undefined ? {} : { "retry-after": String(error.retryAfterSeconds) },
    });
  }
  if (other !== undefined) throw new S3Error(other.code, { status: other.status, headers: other.headers });
  if (inside?.done !== false && inside !== undefined) await HANDLERS[request.operation]({ server, request, payload });
  if (inside !== undefined) throw new S3Error(inside.code, { status: 200 });
  return HANDLERS[request.operation]({ server, request, payload });
}

async function answer(reply: Reply, request: S3Request, response: ServerResponse, entry: LoggedRequest): Promise<void> {
  entry.status = reply.status;
  await send(reply, request, response);
}

function asReply(error: unknown, request: S3Request, entry: LoggedRequest): Reply {
  if (error instanceof S3Error) {
    entry.code = error.code;
    return errorReply(error, request);
  }
  entry.code = "InternalError";
  // A mistake of the server itself must be seen by whoever runs the test.
  process.stderr.write(`S3 server: ${request.method} ${request.path}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return errorReply(new S3Error("InternalError"), request);
}

async function drain({ message }: S3Request): Promise<void> {
  for await (const chunk of message) void chunk;
}

function requestOf(target: ParsedTarget, rest: Pick<S3Request, "message" | "method" | "id" | "faults" | "now">): S3Request {
  const { headers } = rest.message;
  return {
    ...target,
    ...rest,
    header(name) {
      const value = headers[name];
      return Array.isArray(value) ? value.join(",") : value;
    },
  };
}
