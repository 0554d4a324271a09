/** A role as a server knows it. Holds no secret: of the password only what it is. */
export interface Role {
  readonly name: string;
  /** The role that initdb made: part of the server. */
  readonly isSystem: boolean;
  readonly superuser: boolean;
  readonly inherit: boolean;
  readonly createRole: boolean;
  readonly createDatabase: boolean;
  readonly login: boolean;
  readonly replication: boolean;
  readonly bypassRls: boolean;
  /** -1: no limit. */
  readonly connectionLimit: number;
  /** `2031-01-02 03:04:05.000000+00`, `infinity` or `-infinity`; undefined: never set. */
  readonly validUntil: string | undefined;
  /** `unknown` where pg_authid may not be read, `other` where the server's format is none of ours. */
  readonly password: PasswordKind;
  /** `ALTER ROLE … SET`, in every database. */
  readonly settings: readonly RoleSetting[];
  /** `ALTER ROLE … IN DATABASE … SET`, in the session's database. */
  readonly databaseSettings: readonly RoleSetting[];
  readonly comment: string | undefined;
  readonly labels: readonly { readonly provider: string; readonly label: string }[];
}

export type PasswordKind = "scram-sha-256" | "md5" | "other" | "none" | "unknown";

export interface RoleSetting {
  readonly name: string;
  /** As the server stores it: a list of names is one text. */
  readonly value: string;
}

export interface Membership {
  /** The role whose rights `member` gets. */
  readonly role: string;
  readonly member: string;
  readonly grantor: string;
  readonly admin: boolean;
  /** undefined before 16, where the member's own INHERIT tells. */
  readonly inherit: boolean | undefined;
  readonly set: boolean | undefined;
}

/** All roles of a server, and what the session's role may do with them. */
export interface RoleCatalog {
  /** `server_version_num`. */
  readonly version: number;
  readonly database: string;
  /** The session's role. */
  readonly user: string;
  readonly isSuperuser: boolean;
  readonly mayCreateRoles: boolean;
  readonly mayCreateDatabases: boolean;
  /** Whether pg_authid may be read. */
  readonly passwordsReadable: boolean;
  /** `password_encryption`: how the server stores new passwords. */
  readonly passwordEncryption: string;
  /** Without the server's own `pg_*`, in byte order of their names. */
  readonly roles: readonly Role[];
  /** Names of all roles, `pg_*` among them. */
  readonly names: ReadonlySet<string>;
  readonly memberships: readonly Membership[];
  /** Roles that the session's role may grant to others, by their ADMIN OPTION. */
  readonly administered: ReadonlySet<string>;
  /** Roles that the session's role may become, and so make the owner of what it owns. */
  readonly settable: ReadonlySet<string>;
  /** Roles whose rights the session's role has without becoming them. */
  readonly inherited: ReadonlySet<string>;
  /** Whether the session's role becomes a member, with all rights, of each role that it creates: `createrole_self_grant`. */
  readonly grantsCreated: boolean;
  /** The server's settings, and whether the session's role may set them for a role. */
  readonly parameters: ReadonlyMap<string, boolean>;
}

/** From here on a membership has options of its own, and CREATEROLE reaches only roles that one administers. */
export const MEMBERSHIP_OPTIONS_FROM = 160_000;
