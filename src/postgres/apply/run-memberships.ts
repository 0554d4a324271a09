import { TidemarkError } from "../../core/errors.ts";
import type { DatabaseDetail } from "../../driver/database-action.ts";
import type { RunContext } from "../../driver/sync-driver.ts";
import type { Intent } from "../../state/state-store.ts";
import { MEMBERSHIP_OPTIONS_FROM } from "../accounts/roles.ts";
import { grantedBy } from "../accounts/run-memberships.ts";
import type { Session } from "../connect/session.ts";
import {
  type LentMembership,
  lentMembershipDetail,
  lentMembershipOf,
  MEMBERSHIP_INTENT,
  type MembershipGrant,
  shownMembership,
  takingBack,
} from "../lent-memberships.ts";

export interface RunMembershipsOptions {
  readonly context: Pick<RunContext, "intents" | "emit" | "abort">;
  /** On the destination's server. Closed by whoever opens it. */
  openServer(): Promise<Session>;
}

interface Held {
  readonly intent: number;
  readonly lent: LentMembership;
}

/** Upper half of the number that a run locks for each role of which it is a member: the first bytes of "tidemark". */
const MARK = 0x7469_6465;

/**
 * Makes whoever applies a member of roles for as long as a run takes. An intent says so before it is
 * committed, so that a run that died is cleaned up after by the next one. Memberships that were there
 * before are left as they are.
 */
export class RunMemberships {
  readonly #options: RunMembershipsOptions;
  readonly #held: Held[] = [];
  #server: Promise<Session> | undefined;

  constructor(options: RunMembershipsOptions) {
    this.#options = options;
  }

  /** Takes over what dead runs have left: it may be needed until this one ends. */
  recover(intents: readonly Intent[]): void {
    for (const intent of intents) {
      const lent = lentMembershipOf(intent);
      if (lent !== undefined) this.#held.push({ intent: intent.id, lent });
    }
  }

  /**
   * Grants a membership as it was reviewed, where it is lacking.
   *
   * @throws errors of the server; of the state
   */
  async borrow(detail: DatabaseDetail): Promise<void> {
    const { context } = this.#options;
    const who = grantedBy(detail);
    if (who === undefined) throw new Error("a membership without a GRANT");
    const session = await this.#session();
    await session.query(`SELECT pg_catalog.pg_advisory_lock_shared(${lockOf("$1")})`, [who.role]);
    await session.query("BEGIN");
    try {
      if (!(await isMember(session, who.role))) {
        const before = await grantsOf(session, who);
        await session.query(detail.ddl ?? "");
        const made = (await grantsOf(session, who)).find((grant) => !before.some((other) => isSame(grant, other)));
        if (made !== undefined) {
          const lent: LentMembership = { ...who, made, before: before.find(({ grantor }) => grantor === made.grantor) ?? null };
          this.#held.push({ lent, intent: await context.intents.begin(MEMBERSHIP_INTENT, `${MEMBERSHIP_INTENT} ${who.role}`, lentMembershipDetail(lent)) });
        }
      }
      await session.query("COMMIT");
    } catch (error) {
      // Where the connection is lost, so is the transaction.
      await session.query("ROLLBACK").catch(() => {});
      throw error;
    }
  }

  /** Takes back what this run and those before it have granted; says what it could not. Throws only for what is a bug. */
  async giveBack(): Promise<void> {
    const held = this.#held.splice(0);
    // Whoever has the lock now sees to it.
    if (held.length === 0 || isLeaseLost(this.#options.context.abort.reason)) return;
    for (const each of held) {
      try {
        await this.#takeBack(each);
      } catch (error) {
        if (!(error instanceof TidemarkError)) throw error;
        this.#tell(each.lent, error.message);
      }
    }
    // Runs that begin now need not wait until this session is closed.
    await this.#server?.then((session) => session.query("SELECT pg_catalog.pg_advisory_unlock_all()")).catch(() => {});
  }

  async #takeBack({ intent, lent }: Held): Promise<void> {
    const { context } = this.#options;
    const session = await this.#session();
    const [lock] = await session.query<{ free: boolean | null }>(`SELECT pg_catalog.pg_try_advisory_lock(${lockOf("$1")}) AS free`, [lent.role]);
    if (lock?.free === false) {
      this.#tell(lent, "Another run needs it still.");
      return;
    }
    const isLeft = async () => (await grantsOf(session, lent)).some((grant) => isSame(grant, lent.made));
    // What somebody has changed meanwhile is theirs.
    if (await isLeft()) {
      await session.query(takingBack(lent));
      if (await isLeft()) {
        this.#tell(lent, "The server took it for granted by somebody else.");
        return;
      }
    }
    await context.intents.end(intent);
  }

  #tell(lent: LentMembership, why: string): void {
    this.#options.context.emit({
      type: "notice",
      code: "MEMBERSHIP_LEFT",
      message: `${shownMembership(lent)} still, which was meant for the run only: it could not be taken back. ${why}`,
      hint: `The next run tries again. By hand, as whoever may: ${takingBack(lent)};`,
    });
  }

  #session(): Promise<Session> {
    return (this.#server ??= this.#options.openServer());
  }
}

/** A number for each role, the same in every session on the server. */
function lockOf(parameter: string): string {
  return `(SELECT (${MARK}::int8 << 32) | oid::int8 FROM pg_catalog.pg_roles WHERE rolname = ${parameter})`;
}

/** Whether the session's role has a role's rights, and can make it an owner. */
async function isMember(session: Session, role: string): Promise<boolean> {
  const kinds = session.version >= MEMBERSHIP_OPTIONS_FROM ? ["SET", "USAGE"] : ["MEMBER"];
  const [row] = await session.query<{ may: boolean }>(
    `SELECT ${kinds.map((kind) => `pg_catalog.pg_has_role(oid, '${kind}')`).join(" AND ")} AS may FROM pg_catalog.pg_roles WHERE rolname = $1`,
    [role],
  );
  return row?.may === true;
}

function grantsOf(session: Session, { role, member }: Pick<LentMembership, "role" | "member">): Promise<readonly MembershipGrant[]> {
  const options =
    session.version >= MEMBERSHIP_OPTIONS_FROM ? "m.inherit_option AS inherit, m.set_option AS set" : "NULL::boolean AS inherit, NULL::boolean AS set";
  return session.query<MembershipGrant & Record<string, unknown>>(
    `SELECT pg_catalog.pg_get_userbyid(m.grantor)::text AS grantor, m.admin_option AS admin, ${options} FROM pg_catalog.pg_auth_members m
      JOIN pg_catalog.pg_roles r ON r.oid = m.roleid JOIN pg_catalog.pg_roles u ON u.oid = m.member WHERE r.rolname = $1 AND u.rolname = $2`,
    [role, member],
  );
}

function isSame(one: MembershipGrant, other: MembershipGrant): boolean {
  return one.grantor === other.grantor && one.admin === other.admin && one.inherit === other.inherit && one.set === other.set;
}

function isLeaseLost(reason: unknown): boolean {
  return reason instanceof TidemarkError && reason.code === "LEASE_LOST";
}
