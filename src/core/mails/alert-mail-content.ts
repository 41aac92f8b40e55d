import type { Decimal } from '../amounts/decimal.ts'
import type { CalendarDate } from '../calendar/calendar-date.ts'
import { formatAmount, formatDate } from '../documents/formats.ts'
import type { WordKey } from '../documents/words/en.ts'
import { type Locale, say } from '../documents/words.ts'
import type { OwnAlertType } from '../portal/own-alert.ts'
import { type MailContent, oneLine } from './mail-content.ts'

/** What happened to a figure that a customer has an alert on. */
export type AlertNews = {
  readonly locale: Locale
  readonly type: OwnAlertType
  /** Of the subscription or of the wallet; null for a wallet without one. */
  readonly name: string | null
  readonly currency: string
  /** What the alert waited for, in cents. */
  readonly amount: Decimal
}

/** The same with what else its mail tells. */
export type AlertMailModel = AlertNews & {
  readonly recipient: string
  /** What the figure was when the alert was raised, in cents, and the day where the customer is. */
  readonly figure: Decimal
  readonly raisedOn: CalendarDate
  /** Opens the portal. */
  readonly url: string
  readonly seller: string
  readonly replyTo: string
}

/** The subject of the mail about an alert: what happened, in one line. */
export function alertMailSubject(news: AlertNews): string {
  return sentenceOf(
    news,
    news.type === 'wallet_balance_amount' ? 'mail.balance_subject' : 'mail.usage_subject',
  )
}

/** The texts of the mail about an alert of a customer. */
export function alertMailContent(model: AlertMailModel): MailContent {
  const { locale, currency } = model
  const isBalance = model.type === 'wallet_balance_amount'
  return {
    locale,
    greeting: say(locale, 'mail.greeting', { name: oneLine(model.recipient) }),
    intro: sentenceOf(model, isBalance ? 'mail.balance_intro' : 'mail.usage_intro'),
    amount: formatAmount(locale, model.figure.toBigInt(), currency),
    notice: `${nameOf(model)} · ${formatDate(locale, model.raisedOn)}`,
    rows: [],
    transfer: null,
    button: { label: say(locale, 'mail.portal_open'), url: model.url },
    closing: [
      say(locale, 'mail.portal_until'),
      say(locale, 'mail.alert_change'),
      say(locale, 'mail.questions', { email: model.replyTo }),
    ],
    seller: [oneLine(model.seller)],
  }
}

function sentenceOf(news: AlertNews, key: WordKey): string {
  const { locale, amount, currency } = news
  return oneLine(
    say(locale, key, { name: nameOf(news), amount: formatAmount(locale, amount.toBigInt(), currency) }),
  )
}

function nameOf({ locale, name }: AlertNews): string {
  return oneLine(name ?? say(locale, 'credit.prepaid'))
}
