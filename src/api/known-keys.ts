import type { Context } from '../actions/context.ts'
import { Refusal } from '../core/refusal.ts'
import { type ApiKeyRow, findApiKey, hashOfSecret } from '../store/api-keys.ts'
import { findOrganization, type OrganizationRow } from '../store/organizations.ts'

/** How long a key and its organization are believed without asking the database: by other processes, after a change. */
const BELIEVED_MS = 5000
const BELIEVED_MAX = 10_000

export type KnownKey = {
  readonly key: ApiKeyRow
  readonly organization: OrganizationRow
  readonly at: number
}

/** The API keys that were used of late, with their organizations. */
export class KnownKeys {
  private readonly context: Context
  private readonly known = new Map<string, KnownKey>()
  private readonly asked = new Map<string, Promise<KnownKey>>()

  constructor(context: Context) {
    this.context = context
  }

  /**
   * The key of a secret; 401 when there is none. A sandbox is asked for every time, because its clock is a part of the
   * answer.
   */
  async find(secret: string): Promise<KnownKey> {
    const cacheKey = hashOfSecret(secret).toString('base64')
    let entry = this.known.get(cacheKey)
    const now = this.context.systemNow()
    if (!entry || now - entry.at > BELIEVED_MS || entry.organization.isSandbox) {
      if (!entry?.organization.isSandbox) entry = await this.lookUpOnce(cacheKey, secret)
      // The look-up of an earlier request may have read a sandbox's clock before it was moved.
      if (entry.organization.isSandbox) entry = await this.lookUp(secret)
      if (this.known.size >= BELIEVED_MAX) this.known.clear()
      this.known.set(cacheKey, entry)
    }
    const { expiresAt } = entry.key
    if (expiresAt !== null && expiresAt <= now) throw new Refusal({ kind: 'unauthorized' })
    return entry
  }

  /** Asks the database at the next use of a key: it was changed. */
  forget(id: string): void {
    for (const [cacheKey, { key }] of this.known) if (key.id === id) this.known.delete(cacheKey)
    // A look-up that is on its way may have read the key as it was.
    this.asked.clear()
  }

  /** A thousand requests whose key is no longer believed ask the database once, and not all before anybody else's. */
  private lookUpOnce(cacheKey: string, secret: string): Promise<KnownKey> {
    const asking = this.asked.get(cacheKey) ?? this.lookUp(secret).finally(() => this.asked.delete(cacheKey))
    this.asked.set(cacheKey, asking)
    return asking
  }

  private async lookUp(secret: string): Promise<KnownKey> {
    const now = this.context.systemNow()
    const key = await findApiKey(this.context.database, secret, now)
    const organization = key && (await findOrganization(this.context.database, key.organizationId))
    if (!key || !organization) throw new Refusal({ kind: 'unauthorized' })
    return { key, organization, at: now }
  }
}

const ofContexts = new WeakMap<Context, KnownKeys>()

/** The known keys of this process. */
export function knownKeysOf(context: Context): KnownKeys {
  const known = ofContexts.get(context) ?? new KnownKeys(context)
  ofContexts.set(context, known)
  return known
}
