import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { Content } from "./content.ts";
import { S3Error } from "./errors.ts";
import type { S3Request } from "./request.ts";
import type { Reply } from "./state.ts";
import { leaf, root, S3_NAMESPACE, XML_DECLARATION } from "./xml.ts";

/** Operations that may fail after their status was sent. */
const SLOW_OPERATIONS: ReadonlySet<string> = new Set(["CopyObject", "UploadPartCopy", "CompleteMultipartUpload"]);

const RESET_AFTER_MS = 20;

const LISTS: ReadonlySet<string> = new Set(["ListObjects", "ListObjectsV2", "ListObjectVersions"]);

/** The document of an error. S3's errors have no namespace. */
export function errorReply(error: S3Error, request: Pick<S3Request, "path" | "id">): Reply {
  const details = Object.entries(error.details).map(([name, value]) => leaf(name, value));
  const body = root(
    "Error",
    leaf("Code", error.code),
    leaf("Message", error.message),
    ...details,
    leaf("Resource", request.path),
    leaf("RequestId", request.id),
    leaf("HostId", hostId(request.id)),
  );
  return { status: error.status, headers: error.headers, ...(error.status === 304 ? {} : { body: body.replace(` xmlns="${S3_NAMESPACE}"`, "") }) };
}

/** Applies the faults that change what an operation answers, short of the bytes on the wire. */
export function bendReply(reply: Reply, request: S3Request): Reply {
  const { faults, operation } = request;
  if (faults.find("wrong-checksum") !== undefined) return withWrongChecksums(reply);
  const keepAlive = faults.find("keep-alive");
  if (keepAlive !== undefined && SLOW_OPERATIONS.has(operation) && typeof reply.body === "string") {
    return { ...reply, status: 200, body: XML_DECLARATION + " ".repeat(keepAlive.spaces) + reply.body.slice(XML_DECLARATION.length) };
  }
  if (faults.find("list-truncated-xml") !== undefined && LISTS.has(operation) && typeof reply.body === "string")
    return { ...reply, body: reply.body.slice(0, reply.body.length >> 1) };
  if (faults.find("corrupt-response") !== undefined && reply.body instanceof Content) return { ...reply, body: reply.body.damaged() };
  return reply;
}

/** Answers, with the faults on the wire. */
export async function send(reply: Reply, request: S3Request, response: ServerResponse): Promise<void> {
  const { faults } = request;
  const body = reply.body ?? "";
  const length = typeof body === "string" ? Buffer.byteLength(body) : body.size;
  const headers: Record<string, string> = {
    "x-amz-request-id": request.id,
    "x-amz-id-2": hostId(request.id),
    date: request.now.toUTCString(),
    server: "AmazonS3",
    ...reply.headers,
  };
  const isHead = request.method === "HEAD";
  if (typeof body !== "string" && isHead) headers["content-length"] = String(length);
  else if (reply.status !== 204 && reply.status !== 304 && !isHead) headers["content-length"] = String(length);
  if (typeof body === "string" && body !== "") headers["content-type"] = "application/xml";
  response.writeHead(reply.status, headers);
  if (isHead || length === 0) {
    response.end();
    return;
  }
  const truncated = faults.find("truncated-response");
  const reset = faults.find("reset-in-response");
  const cut = truncated ?? reset;
  const trickle = faults.find("trickle");
  const content = typeof body === "string" ? Content.of(Buffer.from(body)) : body;
  const sent = cut === undefined || cut.afterBytes >= length ? content : content.slice(0, cut.afterBytes);
  if (sent === content && trickle === undefined && content.inMemory) {
    response.end(typeof body === "string" ? body : content.bytes());
    return;
  }
  for (let at = 0; at < sent.size && trickle !== undefined; at += trickle.bytes) {
    await write(response, sent.slice(at, Math.min(at + trickle.bytes, sent.size)));
    await wait(trickle.delayMs);
  }
  if (trickle === undefined) await write(response, sent);
  if (cut === undefined) response.end();
  else await cutConnection(response, { reset: reset !== undefined });
}

/** The client sees its connection reset. */
export function resetConnection(socket: Socket): void {
  // Under TLS there is no way to reset, and a broken connection does as well.
  if ("encrypted" in socket) socket.destroy();
  else socket.resetAndDestroy();
}

async function write(response: ServerResponse, content: Content): Promise<void> {
  for await (const chunk of content.chunks()) {
    if (response.destroyed) return;
    if (!response.write(chunk)) await drained(response);
  }
}

/** Also where the client went away. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off("drain", done).off("close", done);
      resolve();
    };
    response.on("drain", done).on("close", done);
  });
}

async function cutConnection(response: ServerResponse, { reset }: { readonly reset: boolean }): Promise<void> {
  // What was written must have left, or it would go down with the connection.
  response.flushHeaders();
  await new Promise<void>((resolve) => response.write("", () => resolve()));
  const { socket } = response;
  if (socket === null) return;
  if (reset) {
    // A reset overtakes what the client has not read yet; without this it would rarely see a status.
    await wait(RESET_AFTER_MS);
    resetConnection(socket);
  } else socket.end();
}

function withWrongChecksums(reply: Reply): Reply {
  const wrong = (text: string) => text.replace(/[0-9a-f]{32}/g, (digest) => [...digest].reverse().join(""));
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(reply.headers ?? {})) {
    if (name === "etag") headers[name] = wrong(value);
    else headers[name] = name.startsWith("x-amz-checksum-") && name !== "x-amz-checksum-type" ? wrongBase64(value) : value;
  }
  const body =
    typeof reply.body === "string"
      ? reply.body.replace(/(<ETag>)(.*?)(<\/ETag>)/g, (_, open: string, etag: string, close: string) => open + wrong(etag) + close)
      : reply.body;
  return { ...reply, headers, ...(body === undefined ? {} : { body }) };
}

function wrongBase64(value: string): string {
  const bytes = Buffer.from(value, "base64");
  bytes[0] = (bytes[0] ?? 0) ^ 1;
  return bytes.toString("base64");
}

function hostId(id: string): string {
  return `${id}/${id}`;
}
