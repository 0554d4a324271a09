import type { S3Credentials, S3Encryption, S3Location } from "../core/sync-plan.ts";
import { Secret } from "../core/secret.ts";
import { parseDuration } from "../core/units.ts";
import { readCertificates } from "./certificates.ts";
import type { S3Location as S3LocationFile } from "./generated/plan.ts";
import type { LoadContext, Part } from "./part.ts";
import { secretOf } from "./secrets.ts";

const CONNECT_MS = 10_000;
const IDLE_MS = 60_000;
const MAX_SOCKETS = 256;

export function buildS3Location(name: string, part: Part<S3LocationFile>, context: LoadContext): S3Location {
  const { value } = part;
  // A variable with an empty default stands for an option that is not set.
  const endpoint = value.endpoint?.replace(/\/+$/, "") || undefined;
  return {
    type: "s3",
    name,
    bucket: value.bucket,
    prefix: value.prefix ?? "",
    region: value.region || undefined,
    endpoint,
    pathStyle: value.pathStyle ?? endpoint !== undefined,
    credentials: buildCredentials(part),
    ca: readCertificates(part, context),
    ...buildProxy(part),
    timeouts: { connectMs: milliseconds(part, "connect") ?? CONNECT_MS, idleMs: milliseconds(part, "idle") ?? IDLE_MS },
    maxSockets: value.maxSockets ?? MAX_SOCKETS,
    requesterPays: value.requesterPays ?? false,
    ordered: value.ordered,
    encryption: buildEncryption(part),
  };
}

function milliseconds(part: Part<S3LocationFile>, which: "connect" | "idle"): number | undefined {
  const text = part.value.timeouts?.[which];
  const ms = text === undefined ? undefined : parseDuration(text);
  if (ms === undefined || (ms > 0 && ms <= 86_400_000)) return ms;
  part.complain(["timeouts", which], {
    code: "OUT_OF_RANGE",
    message: `\`${which}\` is not between 1 ms and 1 day.`,
    hint: "Write a time that a request may take.",
  });
  return undefined;
}

function buildCredentials(part: Part<S3LocationFile>): S3Credentials {
  const { credentials } = part.value;
  if (credentials === undefined) return { kind: "chain" };
  const kinds = (["profile", "anonymous", "accessKeyId", "assumeRole"] as const).filter((key) => credentials[key] !== undefined && credentials[key] !== "");
  if (kinds.length > 1) {
    part.complain(["credentials"], { code: "CREDENTIALS", message: `The credentials are of several kinds: ${kinds.join(", ")}.`, hint: "Keep one of them." });
  }
  const { profile, accessKeyId, assumeRole } = credentials;
  if (credentials.anonymous === true) return { kind: "anonymous" };
  const secretAccessKey = secretOf(part.at(["credentials", "secretAccessKey"]));
  if (accessKeyId !== undefined && secretAccessKey !== undefined) {
    const token = secretOf(part.at(["credentials", "sessionToken"]));
    return { kind: "static", accessKeyId, secretAccessKey, sessionToken: token?.reveal() === "" ? undefined : token };
  }
  if (assumeRole !== undefined) {
    const role = typeof assumeRole === "string" ? { roleArn: assumeRole } : assumeRole;
    return { kind: "assumeRole", roleArn: role.roleArn, sessionName: role.sessionName, externalId: role.externalId };
  }
  return profile === undefined || profile === "" ? { kind: "chain" } : { kind: "profile", profile };
}

/** Name and password of a proxy are kept apart from its address, which may be shown. */
function buildProxy(part: Part<S3LocationFile>): Pick<S3Location, "proxy" | "proxyAuthorization"> {
  const { proxy } = part.value;
  if (proxy === undefined || proxy === "") return { proxy: undefined };
  const url = URL.parse(proxy);
  if (url === null) {
    part.complain(["proxy"], { code: "ENDPOINT_URL", message: "`proxy` is no URL.", hint: "Write `http://host:port`." });
    return { proxy: undefined };
  }
  const user = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  const address = `${url.protocol}//${url.host}`;
  if (user === ":") return { proxy: address };
  return {
    proxy: address,
    proxyAuthorization: new Secret(`Basic ${Buffer.from(user).toString("base64")}`, part.written(["proxy"]).replace(/\/\/.*@/s, "//…@")),
  };
}

function buildEncryption(part: Part<S3LocationFile>): S3Encryption | undefined {
  const { encryption } = part.value;
  if (encryption === undefined) return undefined;
  const { sse, keyId, customerKey } = encryption;
  if (keyId !== undefined && sse !== "kms") {
    part.complain(["encryption", "keyId"], {
      code: "ENCRYPTION",
      message: "A `keyId` belongs to `sse: kms`.",
      hint: "Write `sse: kms` beside it, or remove it.",
    });
  }
  if (customerKey !== undefined && sse !== undefined) {
    part.complain(["encryption", "customerKey"], {
      code: "ENCRYPTION",
      message: "Objects are encrypted by the store's key or by yours, not by both.",
      hint: "Keep `sse` or `customerKey`.",
    });
  }
  const key = secretOf(part.at(["encryption", "customerKey"]));
  if (key !== undefined) {
    if (Buffer.from(key.reveal(), "base64").length !== 32) {
      part.complain(["encryption", "customerKey"], {
        code: "ENCRYPTION",
        message: "`customerKey` is not the base64 of 32 bytes.",
        hint: "`openssl rand -base64 32` makes one.",
      });
    }
    return { kind: "customer", key };
  }
  return sse === "kms" ? { kind: "kms", keyId } : { kind: "s3" };
}
