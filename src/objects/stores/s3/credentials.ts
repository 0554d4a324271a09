import { TidemarkError } from "../../../core/errors.ts";
import type { S3Location } from "../../../core/sync-plan.ts";
import type { Identity } from "./signer.ts";

interface Expiring extends Identity {
  readonly expiration?: Date | undefined;
}

type Provider = () => Promise<Expiring>;

/** New credentials are fetched this long before the old ones end. */
const REFRESH_EARLY_MS = 5 * 60_000;

/** Who signs: refreshed before it expires, one refresh at a time. */
export class Credentials {
  readonly #location: S3Location;
  #provider: Provider | undefined;
  #current: Expiring | undefined;
  #refreshing: Promise<Expiring> | undefined;

  constructor(location: S3Location) {
    this.#location = location;
    const { credentials } = location;
    if (credentials.kind === "static") {
      this.#current = {
        accessKeyId: credentials.accessKeyId,
        secretAccessKey: credentials.secretAccessKey.reveal(),
        sessionToken: credentials.sessionToken?.reveal(),
      };
    }
  }

  get anonymous(): boolean {
    return this.#location.credentials.kind === "anonymous";
  }

  /** What may be used right now without waiting. */
  get ready(): Identity | undefined {
    const current = this.#current;
    if (current === undefined) return undefined;
    if (current.expiration === undefined) return current;
    return current.expiration.getTime() - Date.now() > REFRESH_EARLY_MS ? current : undefined;
  }

  /** @throws TidemarkError `CREDENTIALS_MISSING` where none can be found */
  async get(): Promise<Identity> {
    const { ready } = this;
    if (ready !== undefined) return ready;
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  /** Drops credentials that a server called expired. @returns whether others can be had */
  expired(): boolean {
    if (this.#location.credentials.kind === "static") return false;
    this.#current = undefined;
    this.#provider = undefined;
    return true;
  }

  async #refresh(): Promise<Expiring> {
    try {
      this.#provider ??= await providerOf(this.#location);
      this.#current = await this.#provider();
      return this.#current;
    } catch (error) {
      const old = this.#current;
      // Whoever hands them out may be away for a moment; what is held is still good.
      if (old?.expiration !== undefined && old.expiration.getTime() > Date.now()) return old;
      throw new TidemarkError(
        "CREDENTIALS_MISSING",
        `No credentials for location ${this.#location.name}: ${error instanceof Error ? error.message : String(error)}`,
        {
          hint: missingHint(this.#location),
          cause: error,
        },
      );
    }
  }
}

function missingHint(location: S3Location): string {
  const { credentials } = location;
  if (credentials.kind === "profile")
    return `See that profile ${credentials.profile} is in ~/.aws/config or ~/.aws/credentials; with SSO, run aws sso login --profile ${credentials.profile}.`;
  if (credentials.kind === "assumeRole") return `See that the default credentials may assume ${credentials.roleArn}.`;
  return "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name credentials in the location.";
}

/** The SDK's providers load a lot of code: only where they are needed. */
async function providerOf(location: S3Location): Promise<Provider> {
  const { credentials } = location;
  const providers = await import("@aws-sdk/credential-providers");
  switch (credentials.kind) {
    case "chain":
      return fresh(() => providers.fromNodeProviderChain());
    case "profile":
      return fresh(() => providers.fromNodeProviderChain({ profile: credentials.profile }));
    case "assumeRole": {
      const region = location.region ?? process.env["AWS_REGION"] ?? "us-east-1";
      return fresh(() =>
        providers.fromTemporaryCredentials({
          clientConfig: { region },
          params: {
            RoleArn: credentials.roleArn,
            RoleSessionName: credentials.sessionName ?? "tidemark",
            ...(credentials.externalId === undefined ? {} : { ExternalId: credentials.externalId }),
          },
        }),
      );
    }
    case "static":
    case "anonymous":
      throw new Error(`${credentials.kind} credentials need no provider`);
  }
}

/** The chain remembers what it found; a new one looks again, so that rotated credentials are seen. */
function fresh(make: () => Provider): Provider {
  return () => make()();
}
