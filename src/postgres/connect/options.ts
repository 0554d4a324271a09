import type { Secret } from "../../core/secret.ts";

/** What a location resolves to: every default is filled in. */
export interface ConnectionOptions {
  /** The location's name, for messages. */
  readonly location: string;
  /** A name, an address, or an absolute path of a folder with a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: Secret | undefined;
}
