import { oneLine } from '../../core/mails/mail-content.ts'
import { LOGO_ID } from '../../gateways/mail/mail-html.ts'
import type { MailAttachment, MailMessage } from '../../gateways/mail/message.ts'
import type { Caller, Context } from '../context.ts'

/** The entity's own address where the organization may use it, else the installation's. */
export function senderOf(
  { settings }: Context,
  { organization }: Caller,
  { entityName, entityEmail }: { readonly entityName: string; readonly entityEmail: string | null },
): MailMessage['from'] {
  const isOwn = organization.premiumIntegrations.includes('from_email')
  const standard = settings.mail.fromEmail
  const address = (isOwn ? entityEmail : null) ?? standard ?? entityEmail ?? ''
  return { name: oneLine(entityName), address }
}

/** The logo of a billing entity as part of a message. */
export function logoOf(bytes: Buffer): MailAttachment {
  const isPng = bytes.subarray(1, 4).toString('latin1') === 'PNG'
  const [type, name] = isPng ? ['image/png', 'logo.png'] : ['image/jpeg', 'logo.jpg']
  return { fileName: name, contentType: type, bytes, contentId: LOGO_ID }
}
