import { HOUR_MS, instant } from '../../core/calendar/instant.ts'
import { localeOf } from '../../core/documents/words.ts'
import { PORTAL_MAIL, portalMailSubject } from '../../core/mails/portal-mail-content.ts'
import { addressesOf } from '../../core/mails/resend-input.ts'
import { LINK_MAILS_OF_HOUR } from '../../core/portal/portal-life.ts'
import { newId } from '../../store/ids.ts'
import { countLinkMails, insertLinkMail } from '../../store/mails.ts'
import { findOrganization } from '../../store/organizations.ts'
import { findLinkSubject, lockLiveCustomer, queueLinkRequest } from '../../store/portal.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Context } from '../context.ts'
import { readPortalLink } from './portal-links.ts'

/** A request for a new link as a job has it. */
export type LinkRequest = {
  readonly requestId: string
  readonly organizationId: string
  readonly customerId: string
}

/**
 * Notes that whoever holds a link, lapsed or not, wants a new one (docs/api/portal.md#a-new-link). It tells nothing:
 * whether there is a customer with an address is found out by a job. Requests of one customer that wait at the same
 * time are one. Nothing happens for what is no link of ours, for that of a member who looks, and where no mail is sent.
 */
export async function requestPortalLink(context: Context, token: string): Promise<void> {
  const link = readPortalLink(token)
  const organization = link && (await findOrganization(context.database, link.organizationId))
  if (!context.settings.sendsMail || !link?.isOfCustomer) return
  if (!organization || !link.isSignedBy(organization)) return
  const { organizationId, customerId } = link
  const payload: LinkRequest = { requestId: newId(), organizationId, customerId }
  await inTransaction(context.database, organizationId, (tx) =>
    queueLinkRequest(tx, { key: `portal_link:${customerId}`, payload }),
  )
}

/**
 * Queues the mail with a new link to the address of the customer, once for each request; nothing for a customer that is
 * gone or has no address, and after three within an hour.
 */
export async function answerLinkRequest(context: Context, request: LinkRequest): Promise<void> {
  const { requestId: id, organizationId, customerId } = request
  const now = context.systemNow()
  await inTransaction(context.database, organizationId, async (tx) => {
    const customer = await lockLiveCustomer(tx, customerId)
    const recipients = addressesOf(customer?.email ?? null)
    const subject = await findLinkSubject(tx, customerId)
    if (!subject || recipients.length === 0) return
    const of = { organizationId, kind: PORTAL_MAIL, subjectId: customerId } as const
    if ((await countLinkMails(tx, of, instant(now - HOUR_MS))) >= LINK_MAILS_OF_HOUR) return
    const locale = localeOf(subject.locale)
    const title = portalMailSubject(locale, subject.sellerName)
    await insertLinkMail(tx, { ...of, id, recipients, locale, title, problem: null }, now)
  })
}
