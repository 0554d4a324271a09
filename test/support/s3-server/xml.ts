import { S3Error } from "./errors.ts";

export const XML_DECLARATION = `<?xml version="1.0" encoding="UTF-8"?>\n`;
export const S3_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" };

/** As S3 does: also control characters become references, although XML 1.0 forbids most of them in any form. */
export function escapeXml(text: string): string {
  return /[&<>"'\u0000-\u001f\u007f]/.test(text)
    ? text.replace(/[&<>"'\u0000-\u001f\u007f]/g, (c) => ESCAPES[c] ?? `&#x${c.charCodeAt(0).toString(16)};`)
    : text;
}

/** `<name>text</name>`, or nothing where there is no text to tell. */
export function leaf(name: string, text: string | number | boolean | undefined): string {
  return text === undefined ? "" : `<${name}>${escapeXml(String(text))}</${name}>`;
}

/** An element around others that are written already. */
export function element(name: string, ...children: readonly string[]): string {
  return `<${name}>${children.join("")}</${name}>`;
}

export function root(name: string, ...children: readonly string[]): string {
  return `${XML_DECLARATION}<${name} xmlns="${S3_NAMESPACE}">${children.join("")}</${name}>`;
}

export interface XmlNode {
  readonly name: string;
  readonly children: readonly XmlNode[];
  readonly text: string;
}

/**
 * Reads the small documents clients send. Comments, attributes and namespaces are skipped.
 * @throws S3Error `MalformedXML` also where the root is another
 */
export function parseXml(text: string, rootName: string): XmlNode {
  const found = new Parser(text).document();
  if (found.name !== rootName) throw new S3Error("MalformedXML");
  return found;
}

export function childText(node: XmlNode, name: string): string | undefined {
  return node.children.find((child) => child.name === name)?.text;
}

export function childrenNamed(node: XmlNode, name: string): readonly XmlNode[] {
  return node.children.filter((child) => child.name === name);
}

class Parser {
  readonly #tokens: IterableIterator<RegExpMatchArray>;
  readonly #length: number;
  #at = 0;

  constructor(text: string) {
    const body = text.replace(/^\uFEFF/, "").trim();
    this.#tokens = body.matchAll(/<\?[^]*?\?>|<!--[^]*?-->|<\/([^\s>]+)\s*>|<([^\s/>!?]+)((?:\s+[^\s=/>]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>|([^<]+)/g);
    this.#length = body.length;
  }

  document(): XmlNode {
    const token = this.#next();
    if (token?.[2] === undefined) throw new S3Error("MalformedXML");
    const node = this.#element(token);
    if (this.#next() !== undefined) throw new S3Error("MalformedXML");
    return node;
  }

  #element(open: RegExpMatchArray): XmlNode {
    const name = open[2] ?? "";
    const children: XmlNode[] = [];
    let text = "";
    if (open[4] === "/") return { name, children, text };
    for (;;) {
      const token = this.#next();
      if (token === undefined) throw new S3Error("MalformedXML");
      if (token[1] !== undefined) {
        if (token[1] !== name) throw new S3Error("MalformedXML");
        return { name: name.replace(/^.*:/, ""), children, text };
      }
      if (token[2] === undefined) text += unescapeXml(token[5] ?? "");
      else children.push(this.#element(token));
    }
  }

  #next(): RegExpMatchArray | undefined {
    for (;;) {
      const { value, done } = this.#tokens.next();
      if (done === true) {
        if (this.#at !== this.#length) throw new S3Error("MalformedXML");
        return undefined;
      }
      // The expression skips what it cannot read, so a gap is something that is no XML.
      if (value.index !== this.#at) throw new S3Error("MalformedXML");
      this.#at += value[0].length;
      if (!/^<[?!]/.test(value[0])) return value;
    }
  }
}

const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&(?:#x([0-9a-f]+)|#([0-9]+)|(\w+));|&/gi, (_, hex?: string, decimal?: string, name?: string) => {
    const code = hex === undefined ? decimal && Number.parseInt(decimal, 10) : Number.parseInt(hex, 16);
    const found = typeof code === "number" ? safeCodePoint(code) : NAMED[name ?? ""];
    if (found === undefined) throw new S3Error("MalformedXML");
    return found;
  });
}

function safeCodePoint(code: number): string | undefined {
  return code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}
