import type { Instant } from '../core/calendar/instant.ts'
import type { RenderDocument } from '../core/documents/rendering.ts'
import type { Database, Tx } from '../store/database.ts'
import type { DocumentFile } from '../store/documents.ts'
import { type OrganizationRow, readOrganization } from '../store/organizations.ts'
import type { InvoiceLinks } from '../wire/invoices.ts'
import { fileUrl, LINK_SECONDS } from './documents/file-links.ts'

/** The logger, in the shape of pino's child loggers. */
export type Log = {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export type Settings = {
  /** Public URL of the API: issuer of signatures and base of links. */
  readonly apiUrl: string
  /** Public URL of the dashboard, for invitations. */
  readonly frontUrl: string
  readonly adminApiKey: string | null
  readonly eventsBatchMax: number
  readonly allowPrivateWebhooks: boolean
  readonly webhookTimeoutMs: number
  /** Attempts per delivery. */
  readonly webhookAttempts: number
  /** PEM of the RSA key that signs webhooks; null means the installation's own, generated at first use. */
  readonly rsaPrivateKey: string | null
  /** The REST API of VIES, without a trailing slash. */
  readonly viesUrl: string
  /** Whether final invoices get a PDF. */
  readonly makesDocuments: boolean
  /** This process's number among those that write events; see the table event_counts. */
  readonly writer: number
}

/** The dependencies of actions, built once at startup. */
export type Context = {
  readonly database: Database
  readonly log: Log
  readonly settings: Settings
  /** The system time; a sandbox organization has its own, see `Caller.now`. */
  readonly systemNow: () => Instant
  /** Renders in a thread of its own; throws in a process that does not run jobs. */
  readonly renderDocument: RenderDocument
}

/** The organization that an action runs for, and its current time. */
export type Caller = {
  readonly organizationId: string
  readonly organization: OrganizationRow
  /** The organization's current time: its clock in a sandbox, otherwise the system time. */
  readonly now: Instant
  readonly apiKeyId: string | null
  /** The organization's dashboard URL: base of the links in responses and webhooks. */
  readonly dashboardUrl: string
  /** The links in answers, and those in webhooks, which open files for longer. */
  readonly links: InvoiceLinks
  readonly webhookLinks: InvoiceLinks
  /** Whether final invoices get a PDF. */
  readonly makesDocuments: boolean
  /** The single transaction of a request with an Idempotency-Key (docs/decisions/0011). */
  readonly open?: Tx
}

/** The organization's URL in the dashboard at `frontUrl`. */
function dashboardUrl(frontUrl: string, organization: Pick<OrganizationRow, 'slug'>): string {
  return `${frontUrl.replace(/\/+$/, '')}/${organization.slug}`
}

/** What of a caller follows from its organization and the settings. */
export function linksOf(
  { settings, systemNow }: Pick<Context, 'settings' | 'systemNow'>,
  organization: OrganizationRow,
): Pick<Caller, 'dashboardUrl' | 'links' | 'webhookLinks' | 'makesDocuments'> {
  const dashboard = dashboardUrl(settings.frontUrl, organization)
  const lasting = (seconds: number): InvoiceLinks => ({
    dashboardUrl: dashboard,
    // By the system's time, which is also the time at which links are opened.
    fileUrl: (file: DocumentFile) =>
      fileUrl(settings.apiUrl, organization, file, { seconds, now: systemNow() }),
  })
  return {
    dashboardUrl: dashboard,
    links: lasting(LINK_SECONDS.answer),
    webhookLinks: lasting(LINK_SECONDS.webhook),
    makesDocuments: settings.makesDocuments,
  }
}

/**
 * The caller for an organization at its present time, for work outside of requests and due items. Throws while a
 * sandbox's clock is being moved, so that the work is retried after the move.
 */
export async function presentCaller(context: Context, tx: Tx, organizationId: string): Promise<Caller> {
  const caller = await callerOfPresent(context, tx, organizationId)
  if (caller.organization.clockStatus === 'advancing') {
    throw new Error(`the clock of organization ${organizationId} is being moved`)
  }
  return caller
}

/** The same for work that may be done while a sandbox's clock is being moved. */
export async function callerOfPresent(context: Context, tx: Tx, organizationId: string): Promise<Caller> {
  const organization = await readOrganization(tx, organizationId)
  const systemNow = context.systemNow()
  return {
    organizationId,
    organization,
    now: organization.isSandbox ? (organization.clockAt ?? systemNow) : systemNow,
    apiKeyId: null,
    ...linksOf(context, organization),
  }
}
