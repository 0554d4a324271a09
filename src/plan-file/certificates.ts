import { dirname, resolve } from "node:path";
import type { LoadContext, Part } from "./part.ts";

const MOST_BYTES = 500_000;
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/** Reads the certificates that a location's `caFile` names, and looks whether they are ones. */
export function readCertificates(part: Part<{ readonly caFile?: string }>, { file }: LoadContext): string | undefined {
  const { caFile } = part.value;
  if (caFile === undefined || caFile === "") return undefined;
  // Importing it as a module loads all of its streams too: 7 ms of every `validate`.
  const { readFileSync, statSync } = process.getBuiltinModule("node:fs");
  const shown = part.written(["caFile"]);
  const path = resolve(dirname(file), caFile);
  try {
    const { size } = statSync(path);
    if (size > MOST_BYTES) {
      part.complain(["caFile"], {
        code: "CA_FILE",
        message: `${shown} has ${size.toLocaleString("en")} bytes, and a caFile at most 500 KB.`,
        hint: "Keep only the certificates that the server's own hangs on.",
      });
      return undefined;
    }
    const text = readFileSync(path, "utf8");
    if (isPem(text)) return text;
    part.complain(["caFile"], {
      code: "CA_FILE",
      message: `${shown} has no certificate in PEM form, or a damaged one.`,
      hint: "It begins with `-----BEGIN CERTIFICATE-----`; convert others by `openssl x509 -inform der`.",
    });
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    part.complain(["caFile"], {
      code: "CA_FILE",
      message: `${shown} cannot be read (${reason}).`,
      hint: "A relative path begins at the folder of the plan file.",
    });
  }
  return undefined;
}

function isPem(text: string): boolean {
  const certificates = text.match(CERTIFICATE) ?? [];
  // Loaded only here: few plans have a caFile, and every `validate` waits for what is imported above.
  const { X509Certificate } = process.getBuiltinModule("node:crypto");
  try {
    for (const certificate of certificates) new X509Certificate(certificate);
  } catch {
    return false;
  }
  return certificates.length > 0;
}
