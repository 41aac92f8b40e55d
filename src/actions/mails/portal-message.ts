import { localeOf } from '../../core/documents/words.ts'
import { mailText } from '../../core/mails/mail-content.ts'
import { portalMailContent } from '../../core/mails/portal-mail-content.ts'
import { mailHtml } from '../../gateways/mail/mail-html.ts'
import { type MailMessage, messageIdOf } from '../../gateways/mail/message.ts'
import type { MailRow } from '../../store/mails.ts'
import { findLinkSubject } from '../../store/portal.ts'
import type { Caller, Context } from '../context.ts'
import { portalUrlTo } from '../portal/portal-links.ts'
import { logoOf, senderOf } from './mail-parts.ts'

/**
 * The message with a new link to the portal, or why there is no reason to send it any more. Each attempt makes a link
 * of its own, so that it opens the portal for its full time.
 */
export async function portalMessageOf(
  context: Context,
  caller: Caller,
  mail: MailRow,
): Promise<MailMessage | { problem: string }> {
  const customerId = mail.customerId ?? ''
  if (!context.settings.sendsMail) return { problem: 'smtp_not_configured' }
  const subject = await context.database.read(caller, (reads) => findLinkSubject(reads, customerId))
  if (!subject) return { problem: 'customer_gone' }
  const sender = senderOf(context, caller, subject)
  const content = portalMailContent({
    locale: localeOf(mail.locale),
    recipient: subject.recipient || mail.recipients.join(', '),
    url: portalUrlTo(context, caller, { customerId, isViewOnly: false }),
    seller: subject.sellerName,
    replyTo: subject.entityEmail ?? sender.address,
  })
  return {
    id: mail.id,
    kind: mail.kind,
    language: mail.locale,
    messageId: messageIdOf(mail.id, context.settings.apiUrl),
    from: sender,
    replyTo: subject.entityEmail === null ? null : { name: sender.name, address: subject.entityEmail },
    ...{ to: mail.recipients, cc: [], bcc: [], title: mail.title },
    text: mailText(content),
    html: await mailHtml(content, mail.title, subject.logo !== null),
    writtenAt: new Date(mail.createdAt),
    attachments: subject.logo === null ? [] : [logoOf(subject.logo)],
  }
}
