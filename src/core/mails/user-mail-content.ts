import type { CalendarDate } from '../calendar/calendar-date.ts'
import { formatDate } from '../documents/formats.ts'
import type { WordKey } from '../documents/words/en.ts'
import { type Locale, say } from '../documents/words.ts'
import { type MailContent, oneLine } from './mail-content.ts'

export const USER_MAIL_KINDS = ['invitation', 'password_reset'] as const
/** Mails to users and those who are to become some; all others go to customers. */
export type UserMailKind = (typeof USER_MAIL_KINDS)[number]

/** What a mail to a user tells of. */
export type UserMailModel = {
  readonly locale: Locale
  /** The name or else the address of whom it is for. */
  readonly recipient: string
  /** Opens the page where the invitation is accepted, or the new password is set. */
  readonly url: string
  /** The address of the dashboard, which signs the mail. */
  readonly dashboardUrl: string
} & (
  | {
      readonly kind: 'invitation'
      readonly organizationName: string
      /** The address of the member who invites; null for the operator. */
      readonly invitedBy: string | null
      /** The last whole day on which it can be accepted. */
      readonly untilOn: CalendarDate
    }
  | { readonly kind: 'password_reset' }
)

/** Whether a kind of mail goes to users. */
export function isUserMailKind(kind: string): kind is UserMailKind {
  return USER_MAIL_KINDS.some((each) => each === kind)
}

/** The subject of a mail to a user in a language; invitations name the organization. */
export function userMailSubject(kind: UserMailKind, locale: Locale, organization: string): string {
  const key: WordKey = kind === 'invitation' ? 'mail.invitation_subject' : 'mail.reset_subject'
  return oneLine(say(locale, key, { organization }))
}

/** The texts of a mail to a user. */
export function userMailContent(model: UserMailModel): MailContent {
  const { locale, recipient, url, dashboardUrl } = model
  return {
    locale,
    greeting: say(locale, 'mail.greeting', { name: oneLine(recipient) }),
    intro: introOf(model),
    amount: null,
    notice: null,
    rows: [],
    transfer: null,
    button: {
      label: say(locale, model.kind === 'invitation' ? 'mail.invitation_open' : 'mail.reset_open'),
      url,
    },
    closing:
      model.kind === 'invitation'
        ? [say(locale, 'mail.invitation_until', { date: formatDate(locale, model.untilOn) })]
        : [say(locale, 'mail.reset_until'), say(locale, 'mail.reset_ignore')],
    seller: ['Weir', dashboardUrl],
  }
}

function introOf(model: UserMailModel): string {
  if (model.kind === 'password_reset') return say(model.locale, 'mail.reset_intro')
  const { locale, organizationName: organization, invitedBy } = model
  return invitedBy === null
    ? say(locale, 'mail.invitation_intro_plain', { organization })
    : say(locale, 'mail.invitation_intro', { organization, inviter: invitedBy })
}
