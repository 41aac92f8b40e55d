import type { Instant } from '../core/calendar/instant.ts'
import type { Database, Tx } from '../store/database.ts'
import type { OrganizationRow } from '../store/organizations.ts'

/** What the server writes its log with; the shape of pino's child loggers. */
export type Log = {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export type Settings = {
  /** Public address of the API: issuer of signatures and base of links. */
  readonly apiUrl: string
  /** Public address of the dashboard, for invitations. */
  readonly frontUrl: string
  readonly adminApiKey: string | null
  readonly eventsBatchMax: number
  readonly allowPrivateWebhooks: boolean
  readonly webhookTimeoutMs: number
  /** Tries of one delivery. */
  readonly webhookAttempts: number
  /** PEM of the RSA key that signs webhooks; null means the installation's own, made at the first use. */
  readonly rsaPrivateKey: string | null
  /** Number of this process among those that write events; see the table event_counts. */
  readonly writer: number
}

/** What an action works with; built once where the server is wired. */
export type Context = {
  readonly database: Database
  readonly log: Log
  readonly settings: Settings
  /** The system's time; a sandbox organization has its own, see `Caller.now`. */
  readonly systemNow: () => Instant
}

/** For whom an action runs, and when it is for them. */
export type Caller = {
  readonly organizationId: string
  readonly organization: OrganizationRow
  /** The organization's present: its clock in a sandbox, the system's time otherwise. */
  readonly now: Instant
  readonly apiKeyId: string | null
  /** Where people see this organization: base of the links in its answers and webhooks. */
  readonly dashboardUrl: string
  /** Of a request with an Idempotency-Key: the transaction that all of it is (docs/decisions/0011). */
  readonly open?: Tx
}

/** The organization's part of the dashboard, which is at `frontUrl`. */
export function dashboardUrl(frontUrl: string, organization: Pick<OrganizationRow, 'slug'>): string {
  return `${frontUrl.replace(/\/+$/, '')}/${organization.slug}`
}
