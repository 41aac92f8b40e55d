import type { Instant } from '../core/calendar/instant.ts'
import type { RenderDocument } from '../core/documents/rendering.ts'
import type { SendMail } from '../gateways/mail/message.ts'
import type { ProviderHosts } from '../gateways/payment-gateways.ts'
import type { Database, Reads, Tx } from '../store/database.ts'
import type { DocumentFile } from '../store/documents.ts'
import { type OrganizationRow, readOrganization } from '../store/organizations.ts'
import type { InvoiceLinks } from '../wire/invoices.ts'
import { fileUrl } from './documents/file-links.ts'

/** The logger, in the shape of pino's child loggers. */
export type Log = {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** How files of documents are stored, and how long links open them, in seconds. */
export type DocumentSettings = {
  /** An absolute path; null means the database. */
  readonly folder: string | null
  readonly years: number
  /** How long a download waits for a file that is being made. */
  readonly downloadWaitMs: number
  readonly linkSeconds: { readonly answer: number; readonly webhook: number; readonly mail: number }
}

/** Where mails come from, and whether any are sent. */
export type MailSettings = {
  readonly fromEmail: string | null
  readonly isConfigured: boolean
}

/** An app at a provider, with which accounts of others are opened once they agree. */
export type OAuthApp = { readonly id: string; readonly secret: string }

export type Settings = {
  /** Public URL of the API: issuer of signatures and base of links. */
  readonly apiUrl: string
  /** Public URL of the dashboard, for invitations. */
  readonly frontUrl: string
  readonly adminApiKey: string | null
  /** Whether strangers may sign up: always, never, or as long as there is no user. */
  readonly signUp: 'open' | 'closed' | 'first_user'
  /** Whether users get mails, such as links to set a new password; that needs an address that they come from. */
  readonly sendsMail: boolean
  /** Weir's version. */
  readonly version: string
  readonly eventsBatchMax: number
  readonly allowPrivateWebhooks: boolean
  readonly webhookTimeoutMs: number
  /** Attempts per delivery. */
  readonly webhookAttempts: number
  /** PEM of the RSA key that signs webhooks; null means the installation's own, generated at first use. */
  readonly rsaPrivateKey: string | null
  /** Name servers by address, and port if it is another one; empty for those of the system. */
  readonly dnsServers: readonly string[]
  /** The REST API of VIES, without a trailing slash. */
  readonly viesUrl: string
  /** Whether final invoices get a PDF. */
  readonly makesDocuments: boolean
  /** Keys that secrets are encrypted with, in base64: the present one first, then those that are only read with. */
  readonly encryptionKeys: readonly string[]
  /** The app with which GoCardless is asked for access to accounts; null when there is none. */
  readonly gocardlessApp: OAuthApp | null
  /** Where providers send those back who gave access to an account, without a trailing slash. */
  readonly oauthProxyUrl: string
  /** Local servers of tests that stand in for payment providers; empty otherwise. */
  readonly providerHosts: ProviderHosts
  /** How long the first charge of an invoice waits where customers also pay on pages. */
  readonly checkoutPaymentDelayMs: number
  readonly documents: DocumentSettings
  readonly mail: MailSettings
  /** This process's number among those that write events; see the table event_counts. */
  readonly writer: number
}

/** What of the work of jobs is counted, for the metrics of the process. */
export type Counts = {
  readonly documentsFailed: (count: number) => void
  readonly mailEnded: (kind: string, status: string) => void
}

/** Sends mails, and writes those of sandboxes down. */
export type Mailer = { readonly send: SendMail; readonly sink: SendMail }

/** The dependencies of actions, built once at startup. */
export type Context = {
  readonly database: Database
  readonly log: Log
  readonly settings: Settings
  /** The system time; a sandbox organization has its own, see `Caller.now`. */
  readonly systemNow: () => Instant
  /** Renders in a thread of its own; throws in a process that does not run jobs. */
  readonly renderDocument: RenderDocument
  readonly counts: Counts
  readonly mail: Mailer
}

/** The organization that an action runs for, and its current time. */
export type Caller = {
  readonly organizationId: string
  readonly organization: OrganizationRow
  /** The organization's current time: its clock in a sandbox, otherwise the system time. */
  readonly now: Instant
  readonly apiKeyId: string | null
  /** The user of a session. */
  readonly userEmail?: string
  /** The customer of a session of the portal, and where pages at a provider lead back to. */
  readonly buyer?: { readonly customerId: string; readonly returnUrl: string }
  /** The organization's dashboard URL: base of the links in responses and webhooks. */
  readonly dashboardUrl: string
  /** The links in answers, and those in webhooks and mails, which open files for longer. */
  readonly links: InvoiceLinks
  readonly webhookLinks: InvoiceLinks
  readonly mailLinks: InvoiceLinks
  /** Whether final invoices get a PDF. */
  readonly makesDocuments: boolean
  /** How long the first charge of an invoice waits where customers also pay on pages. */
  readonly chargeDelayMs: number
  /** Whether mails go anywhere; those of a sandbox are written down. */
  readonly sendsMails: boolean
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
): Pick<
  Caller,
  'dashboardUrl' | 'links' | 'webhookLinks' | 'mailLinks' | 'makesDocuments' | 'chargeDelayMs' | 'sendsMails'
> {
  const dashboard = dashboardUrl(settings.frontUrl, organization)
  const lasting = (seconds: number): InvoiceLinks => ({
    dashboardUrl: dashboard,
    // By the system's time, which is also the time at which links are opened.
    fileUrl: (file: DocumentFile) =>
      fileUrl(settings.apiUrl, organization, file, { seconds, now: systemNow() }),
  })
  return {
    dashboardUrl: dashboard,
    links: lasting(settings.documents.linkSeconds.answer),
    webhookLinks: lasting(settings.documents.linkSeconds.webhook),
    mailLinks: lasting(settings.documents.linkSeconds.mail),
    makesDocuments: settings.makesDocuments,
    chargeDelayMs: settings.checkoutPaymentDelayMs,
    sendsMails: organization.isSandbox || settings.mail.isConfigured,
  }
}

/**
 * The caller for an organization at its present time, for work outside of requests and due items. Throws while a
 * sandbox's clock is being moved, so that the work is retried after the move.
 */
export async function presentCaller(context: Context, tx: Reads, organizationId: string): Promise<Caller> {
  const caller = await callerOfPresent(context, tx, organizationId)
  if (caller.organization.clockStatus === 'advancing') {
    throw new Error(`the clock of organization ${organizationId} is being moved`)
  }
  return caller
}

/** The same for work that may be done while a sandbox's clock is being moved. */
export async function callerOfPresent(context: Context, tx: Reads, organizationId: string): Promise<Caller> {
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
