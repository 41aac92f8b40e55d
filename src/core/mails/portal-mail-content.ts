import { type Locale, say } from '../documents/words.ts'
import { type MailContent, oneLine } from './mail-content.ts'

/** The kind of mail with which a customer gets a new link to the portal. */
export const PORTAL_MAIL = 'portal_link'

/** The kind of mail that tells a customer of an alert of its own. */
export const ALERT_MAIL = 'portal_alert'

/** What the mail with a new link tells of. */
export type PortalMailModel = {
  readonly locale: Locale
  readonly recipient: string
  /** Opens the portal for as long as every other link. */
  readonly url: string
  readonly seller: string
  readonly replyTo: string
}

/** The subject of the mail with a new link to the portal. */
export function portalMailSubject(locale: Locale, seller: string): string {
  return oneLine(say(locale, 'mail.portal_subject', { seller }))
}

/** The texts of the mail with a new link to the portal. */
export function portalMailContent({ locale, recipient, url, seller, replyTo }: PortalMailModel): MailContent {
  return {
    locale,
    greeting: say(locale, 'mail.greeting', { name: oneLine(recipient) }),
    intro: say(locale, 'mail.portal_intro'),
    amount: null,
    notice: null,
    rows: [],
    transfer: null,
    button: { label: say(locale, 'mail.portal_open'), url },
    closing: [
      say(locale, 'mail.portal_until'),
      say(locale, 'mail.portal_ignore'),
      say(locale, 'mail.questions', { email: replyTo }),
    ],
    seller: [oneLine(seller)],
  }
}
