import { Decimal } from '../../core/amounts/decimal.ts'
import { localDate } from '../../core/calendar/zone.ts'
import { localeOf } from '../../core/documents/words.ts'
import { alertMailContent } from '../../core/mails/alert-mail-content.ts'
import { type MailContent, mailText } from '../../core/mails/mail-content.ts'
import { ALERT_MAIL, portalMailContent } from '../../core/mails/portal-mail-content.ts'
import { ownTypeOf } from '../../core/portal/own-alert.ts'
import { mailHtml } from '../../gateways/mail/mail-html.ts'
import { type MailMessage, messageIdOf } from '../../gateways/mail/message.ts'
import type { MailRow } from '../../store/mails.ts'
import { findLinkSubject, type LinkSubject } from '../../store/portal.ts'
import { findRaisedAlert, type RaisedAlert } from '../../store/portal-alerts.ts'
import type { Caller, Context } from '../context.ts'
import { portalUrlTo } from '../portal/portal-links.ts'
import { logoOf, senderOf } from './mail-parts.ts'

/**
 * The message with a new link to the portal, or about an alert that its customer set there; or why there is no reason
 * to send it any more. Each attempt makes a link of its own, so that it opens the portal for its full time.
 */
export async function portalMessageOf(
  context: Context,
  caller: Caller,
  mail: MailRow,
): Promise<MailMessage | { problem: string }> {
  if (!(mail.kind === ALERT_MAIL ? caller.sendsMails : context.settings.sendsMail)) {
    return { problem: 'smtp_not_configured' }
  }
  const { customerId, triggeredAlertId } = mail
  if (customerId === null) throw new Error(`mail ${mail.id} is to no customer`)
  const [subject, raised] = await context.database.read(caller, (reads) =>
    Promise.all([
      findLinkSubject(reads, customerId),
      triggeredAlertId === null ? undefined : findRaisedAlert(reads, triggeredAlertId),
    ]),
  )
  if (!subject) return { problem: 'customer_gone' }
  const sender = senderOf(context, caller, subject)
  if (sender.address === '') return { problem: 'no_sender' }
  const url = portalUrlTo(context, caller, { customerId, isViewOnly: false })
  const content = contentOf(mail, raised, subject, { url, replyTo: subject.entityEmail ?? sender.address })
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

function contentOf(
  mail: MailRow,
  raised: RaisedAlert | undefined,
  subject: LinkSubject,
  links: { readonly url: string; readonly replyTo: string },
): MailContent {
  const to = {
    locale: localeOf(mail.locale),
    recipient: subject.recipient || mail.recipients.join(', '),
    seller: subject.sellerName,
    ...links,
  }
  if (!raised) return portalMailContent(to)
  return alertMailContent({
    ...to,
    type: ownTypeOf(raised.alertType),
    name: raised.name,
    currency: raised.currency,
    amount: Decimal.of(raised.amount),
    figure: Decimal.of(raised.figure),
    raisedOn: localDate(raised.raisedAt, raised.zone),
  })
}
