import { decodeChunks } from "./aws-chunked.ts";
import type { PayloadSigning } from "./auth.ts";
import {
  CHECKSUM_ALGORITHMS,
  checksumAlgorithm,
  checksumHasher,
  checksumHeader,
  digestLength,
  newHash,
  type Checksum,
  type ChecksumAlgorithm,
  type Hasher,
} from "./checksums.ts";
import { holding, type Content, type Spool } from "./content.ts";
import { S3Error } from "./errors.ts";
import type { S3Request } from "./request.ts";

export interface Received {
  readonly content: Content;
  /** In hexadecimal. */
  readonly md5: string;
  /** What the client gave, or what its `x-amz-sdk-checksum-algorithm` asks to be computed. */
  readonly checksum: Checksum | undefined;
}

interface Expected {
  readonly length: number;
  readonly md5: Buffer | undefined;
  readonly sha256: string | undefined;
  readonly algorithm: ChecksumAlgorithm | undefined;
}

/**
 * Reads a body to its end and checks all that the client said of it.
 * @param options.maxBytes longer ones are `EntityTooLarge`
 * @param options.algorithm a checksum to compute although the client gave none
 * @throws S3Error
 */
export async function receiveBody(
  request: S3Request,
  payload: PayloadSigning,
  spool: Spool,
  { maxBytes, algorithm }: { readonly maxBytes: number; readonly algorithm?: ChecksumAlgorithm | undefined },
): Promise<Received> {
  const expected = expectations(request, payload, algorithm);
  if (expected.length > maxBytes) throw new S3Error("EntityTooLarge", { details: { ProposedSize: String(expected.length), MaxSizeAllowed: String(maxBytes) } });
  const md5 = newHash("md5");
  const sha256 = expected.sha256 === undefined ? undefined : newHash("sha256");
  const checksum = expected.algorithm === undefined ? undefined : checksumHasher(expected.algorithm);
  const hashers: readonly Hasher[] = [md5, sha256, checksum].filter((hasher) => hasher !== undefined);

  const trailers = new Map<string, string>();
  const raw: AsyncIterable<Buffer> = request.message;
  const data = payload.kind === "chunked" ? decodeChunks(raw, payload, trailers) : raw;
  const writer = spool.writer();
  let size = 0;
  try {
    for await (const chunk of data) {
      size += chunk.length;
      if (size > expected.length) throw new S3Error("IncompleteBody", { message: "The request body is longer than it said." });
      for (const hasher of hashers) hasher.update(chunk);
      writer.write(chunk);
    }
    if (size !== expected.length) throw new S3Error("IncompleteBody");
    const digest = md5.digest();
    if (sha256 !== undefined && sha256.digest("hex") !== expected.sha256) throw new S3Error("XAmzContentSHA256Mismatch");
    if (expected.md5 !== undefined && !expected.md5.equals(digest)) {
      throw new S3Error("BadDigest", {
        message: "The Content-MD5 you specified did not match what we received.",
        details: { ExpectedDigest: expected.md5.toString("hex"), CalculatedDigest: digest.toString("base64") },
      });
    }
    const kept = checkChecksum(request, trailers, expected.algorithm, checksum?.digest());
    return { content: writer.finish(), md5: digest.toString("hex"), checksum: kept };
  } catch (error) {
    writer.discard();
    throw error;
  }
}

/** A small document. @throws S3Error `MalformedXML` where it is larger than a megabyte */
export async function receiveText(request: S3Request, payload: PayloadSigning, spool: Spool): Promise<string> {
  const { content } = await receiveBody(request, payload, spool, { maxBytes: 4 * 1024 * 1024 });
  return holding(content, () => content.bytes().toString("utf8"));
}

function expectations(request: S3Request, payload: PayloadSigning, wanted: ChecksumAlgorithm | undefined): Expected {
  const declared = payload.kind === "chunked" ? request.header("x-amz-decoded-content-length") : request.header("content-length");
  if (declared === undefined || !/^\d+$/.test(declared)) throw new S3Error("MissingContentLength");
  const contentMd5 = request.header("content-md5");
  const md5 = contentMd5 === undefined ? undefined : Buffer.from(contentMd5, "base64");
  if (md5 !== undefined && (md5.length !== 16 || md5.toString("base64") !== contentMd5))
    throw new S3Error("InvalidDigest", { details: { "Content-MD5": contentMd5 ?? "" } });
  const sha256 = payload.kind === "digest" ? payload.sha256 : undefined;
  return { length: Number(declared), md5, sha256, algorithm: declaredAlgorithm(request) ?? wanted };
}

/** The one checksum that the headers or the announced trailer carry. */
function declaredAlgorithm(request: S3Request): ChecksumAlgorithm | undefined {
  const announced = request.header("x-amz-trailer")?.toLowerCase();
  const given = CHECKSUM_ALGORITHMS.filter((algorithm) => request.header(checksumHeader(algorithm)) !== undefined || announced === checksumHeader(algorithm));
  if (given.length > 1) throw new S3Error("InvalidRequest", { message: "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed." });
  const named = request.header("x-amz-sdk-checksum-algorithm");
  if (named === undefined) return given[0];
  const algorithm = checksumAlgorithm(named);
  if (algorithm === undefined)
    throw new S3Error("InvalidRequest", {
      message: "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]",
    });
  if (given[0] !== undefined && given[0] !== algorithm)
    throw new S3Error("InvalidRequest", { message: "Value for x-amz-sdk-checksum-algorithm header is invalid." });
  return given[0];
}

function checkChecksum(
  request: S3Request,
  trailers: ReadonlyMap<string, string>,
  algorithm: ChecksumAlgorithm | undefined,
  digest: Buffer | undefined,
): Checksum | undefined {
  if (algorithm === undefined || digest === undefined) return undefined;
  const header = checksumHeader(algorithm);
  const announced = request.header("x-amz-trailer")?.toLowerCase() === header;
  const given = announced ? trailers.get(header) : request.header(header);
  if (announced && given === undefined) throw new S3Error("MalformedTrailerError");
  if (given !== undefined) {
    const bytes = Buffer.from(given, "base64");
    if (bytes.length !== digestLength(algorithm) || bytes.toString("base64") !== given)
      throw new S3Error("InvalidRequest", { message: `Value for ${header} ${announced ? "trailing " : ""}header is invalid.` });
    if (!bytes.equals(digest)) throw new S3Error("BadDigest", { message: `The ${algorithm} you specified did not match the calculated checksum.` });
  }
  return { algorithm, value: digest.toString("base64"), type: "FULL_OBJECT" };
}
