import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const SERVER = join(import.meta.dirname, "../../node_modules/yaml-language-server/bin/yaml-language-server");

export interface Place {
  /** 0-based, as the protocol counts. */
  readonly line: number;
  readonly character: number;
}

export interface CompletionItem {
  readonly label: string;
  readonly documentation?: string | { readonly value: string };
  readonly insertText?: string;
}

export interface ServerDiagnostic {
  readonly message: string;
  readonly severity: number;
  readonly range: { readonly start: Place; readonly end: Place };
}

export interface OpenDocument {
  complete(place: Place): Promise<readonly CompletionItem[]>;
  /** As markdown; undefined where there is nothing to say. */
  hover(place: Place): Promise<string | undefined>;
  /** What the server found when it had looked at the whole document. */
  readonly diagnostics: Promise<readonly ServerDiagnostic[]>;
}

/** The YAML language server as an editor runs it: over stdio, with what the editor's settings say. */
export interface LanguageServer extends AsyncDisposable {
  /** @param file absolute; need not exist, as with an editor's unsaved file */
  open(file: string, text: string): OpenDocument;
}

/** @param schemas globs of files by the schema's URI, as an editor's settings say it */
export async function startLanguageServer(folder: string, schemas: Readonly<Record<string, string>> = {}): Promise<LanguageServer> {
  const child = spawn(process.execPath, [SERVER, "--stdio"], { stdio: ["pipe", "pipe", "ignore"] });
  const settings = { yaml: { schemas, validate: true, hover: true, completion: true, schemaStore: { enable: false } } };
  const waiting = new Map<number, (result: unknown) => void>();
  const published = new Map<string, (diagnostics: readonly ServerDiagnostic[]) => void>();
  let nextId = 1;
  const send = (message: object) => {
    const body = Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message }));
    child.stdin.write(`Content-Length: ${body.length}\r\n\r\n`);
    child.stdin.write(body);
  };
  const request = (method: string, params: object) =>
    new Promise<unknown>((resolve) => {
      const id = nextId++;
      waiting.set(id, resolve);
      send({ id, method, params });
    });
  const receive = (message: Message) => {
    if (message.method === undefined) {
      waiting.get(message.id ?? 0)?.(message.result);
    } else if (message.method === "workspace/configuration") {
      send({ id: message.id, result: (message.params.items ?? []).map(({ section }) => (section === "yaml" ? settings.yaml : null)) });
    } else if (message.method === "textDocument/publishDiagnostics") {
      published.get(message.params.uri ?? "")?.(message.params.diagnostics ?? []);
    } else if (message.id !== undefined) {
      send({ id: message.id, result: null });
    }
  };
  let buffer = Buffer.alloc(0);
  child.stdout.on("data", (chunk: Buffer) => {
    buffer = Buffer.concat([buffer, chunk]);
    for (;;) {
      const header = buffer.indexOf("\r\n\r\n");
      const length = Number(/Content-Length: (\d+)/i.exec(buffer.toString("latin1", 0, Math.max(0, header)))?.[1]);
      if (header < 0 || buffer.length < header + 4 + length) return;
      const body = buffer.toString("utf8", header + 4, header + 4 + length);
      buffer = buffer.subarray(header + 4 + length);
      receive(JSON.parse(body));
    }
  });
  const uri = pathToFileURL(folder).href;
  await request("initialize", {
    processId: process.pid,
    rootUri: uri,
    workspaceFolders: [{ uri, name: "plans" }],
    capabilities: {
      textDocument: { completion: { completionItem: { documentationFormat: ["markdown", "plaintext"] } }, hover: { contentFormat: ["markdown"] } },
      workspace: { configuration: true, didChangeConfiguration: {} },
    },
  });
  send({ method: "initialized", params: {} });
  send({ method: "workspace/didChangeConfiguration", params: { settings } });
  return {
    open(file, text) {
      const document = { uri: pathToFileURL(file).href };
      const diagnostics = new Promise<readonly ServerDiagnostic[]>((resolve) => published.set(document.uri, resolve));
      send({ method: "textDocument/didOpen", params: { textDocument: { ...document, languageId: "yaml", version: 1, text } } });
      return {
        diagnostics,
        async complete(position) {
          const found = await request("textDocument/completion", { textDocument: document, position });
          return isList(found) ? found.items : [];
        },
        async hover(position) {
          const found = await request("textDocument/hover", { textDocument: document, position });
          return isHover(found) ? found.contents.value : undefined;
        },
      };
    },
    async [Symbol.asyncDispose]() {
      const ended = once(child, "close");
      await request("shutdown", {});
      send({ method: "exit" });
      child.stdin.end();
      await ended;
    },
  };
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly result?: unknown;
  readonly params: { readonly items?: readonly { readonly section: string }[]; readonly uri?: string; readonly diagnostics?: readonly ServerDiagnostic[] };
}

function isList(value: unknown): value is { readonly items: readonly CompletionItem[] } {
  return typeof value === "object" && value !== null && "items" in value && Array.isArray(value.items);
}

function isHover(value: unknown): value is { readonly contents: { readonly value: string } } {
  return typeof value === "object" && value !== null && "contents" in value;
}
