import { isIP } from "node:net";
import { TidemarkError } from "../../../core/errors.ts";
import type { S3Location } from "../../../core/sync-plan.ts";

export interface Endpoint {
  /** `https://host:port` */
  readonly origin: string;
  readonly protocol: string;
  readonly hostname: string;
  /** The Host header. */
  readonly host: string;
  /** Before the key: `/bucket/`, or `/` where the bucket is in the host name. */
  readonly basePath: string;
  readonly region: string;
  /** The service's name in the signature. */
  readonly service: string;
}

const DEFAULT_REGION = "us-east-1";

/**
 * Where the bucket is. With an endpoint of the user's that is settled here; else the SDK's own
 * rules decide (regions, access points, dual-stack), which is a lot of code and loaded only then.
 *
 * @param region learned from a redirect; it wins over what was configured
 */
export async function resolveEndpoint(location: S3Location, region: string | undefined): Promise<Endpoint> {
  if (location.endpoint !== undefined) {
    const url = new URL(location.endpoint);
    // An address can have no bucket before it.
    const pathStyle = location.pathStyle || isIP(url.hostname) !== 0 || url.hostname.startsWith("[");
    const host = pathStyle ? url.host : `${location.bucket}.${url.host}`;
    const base = url.pathname === "/" ? "" : url.pathname;
    return endpointOf(
      new URL(`${url.protocol}//${host}`),
      pathStyle ? `${base}/${location.bucket}/` : `${base}/`,
      region ?? location.region ?? process.env["AWS_REGION"] ?? DEFAULT_REGION,
      "s3",
    );
  }
  return sdkEndpoint(location, region);
}

async function sdkEndpoint(location: S3Location, learned: string | undefined): Promise<Endpoint> {
  const { S3Client } = await import("@aws-sdk/client-s3");
  const profile = location.credentials.kind === "profile" ? location.credentials.profile : undefined;
  const wanted = learned ?? location.region;
  const options = profile === undefined ? {} : { profile };
  // Where nobody names a region the SDK refuses to say anything; a wrong one is put right by the store's redirect.
  const region = wanted ?? (await new S3Client(options).config.region().catch(() => DEFAULT_REGION));
  const client = new S3Client({ ...options, region });
  try {
    const { config } = client;
    const resolved = config.endpointProvider({
      Bucket: location.bucket,
      Region: region,
      UseFIPS: await config.useFipsEndpoint(),
      UseDualStack: await config.useDualstackEndpoint(),
      ForcePathStyle: location.pathStyle,
      UseArnRegion: true,
    });
    const scheme = schemeOf(resolved.properties);
    if (scheme.name !== "sigv4") {
      throw new TidemarkError(
        "BUCKET_KIND_UNSUPPORTED",
        `Bucket ${location.bucket} of location ${location.name} wants ${scheme.name} signatures, which Tidemark does not make.`,
        {
          hint: "Directory buckets (S3 Express) and multi-region access points cannot be used yet; name an ordinary bucket.",
        },
      );
    }
    const path = resolved.url.pathname.replace(/\/$/, "");
    return endpointOf(resolved.url, `${path}/`, scheme.region ?? region, scheme.service ?? "s3");
  } finally {
    client.destroy();
  }
}

function schemeOf(properties: Record<string, unknown> | undefined): {
  readonly name: string;
  readonly region: string | undefined;
  readonly service: string | undefined;
} {
  const schemes = properties?.["authSchemes"];
  const first: unknown = Array.isArray(schemes) ? schemes[0] : undefined;
  const text = (name: string): string | undefined => {
    if (typeof first !== "object" || first === null || !(name in first)) return undefined;
    const value: unknown = Reflect.get(first, name);
    return typeof value === "string" ? value : undefined;
  };
  return { name: text("name") ?? "", region: text("signingRegion"), service: text("signingName") };
}

function endpointOf(url: URL, basePath: string, region: string, service: string): Endpoint {
  return {
    origin: url.origin,
    protocol: url.protocol,
    hostname: url.hostname,
    host: url.host,
    basePath,
    region,
    service,
  };
}
