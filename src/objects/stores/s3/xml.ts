/**
 * Reads the few small documents S3 answers with. Not an XML parser: S3's documents carry no
 * attributes, comments or sections that matter, and one value is all that is ever wanted of them.
 */

/** The text of the first `<name>` element, unescaped; undefined where there is none. */
export function xmlText(xml: string, name: string): string | undefined {
  const open = xml.indexOf(`<${name}>`);
  if (open < 0) return undefined;
  const from = open + name.length + 2;
  const to = xml.indexOf(`</${name}>`, from);
  return to < 0 ? undefined : unescapeXml(xml.slice(from, to));
}

/** The inner text of every `<name>` element, still escaped. */
export function* xmlBlocks(xml: string, name: string): Generator<string> {
  const open = `<${name}>`;
  const close = `</${name}>`;
  let at = 0;
  for (;;) {
    const from = xml.indexOf(open, at);
    if (from < 0) return;
    const to = xml.indexOf(close, from);
    if (to < 0) return;
    yield xml.slice(from + open.length, to);
    at = to + close.length;
  }
}

const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

export function unescapeXml(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&(#x[0-9a-f]+|#[0-9]+|[a-z]+);/gi, (whole, entity: string) => {
    if (entity.startsWith("#x") || entity.startsWith("#X")) return codePoint(Number.parseInt(entity.slice(2), 16), whole);
    if (entity.startsWith("#")) return codePoint(Number.parseInt(entity.slice(1), 10), whole);
    return NAMED[entity] ?? whole;
  });
}

function codePoint(value: number, whole: string): string {
  return value <= 0x10ffff ? String.fromCodePoint(value) : whole;
}

export function escapeXml(text: string): string {
  return text.replace(/[&<>"'\u0000-\u001f]/g, (c) => `&#${c.charCodeAt(0)};`);
}

/** Undoes `encoding-type=url`: percent signs, and `+` for a blank. */
export function decodeUrlText(text: string): string {
  const plain = text.includes("+") ? text.replaceAll("+", " ") : text;
  return plain.includes("%") ? decodeURIComponent(plain) : plain;
}
