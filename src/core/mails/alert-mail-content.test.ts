import { describe, expect, it } from 'vitest'
import { Decimal } from '../amounts/decimal.ts'
import { calendarDate } from '../calendar/calendar-date.ts'
import { DOCUMENT_LOCALES } from '../input/places.ts'
import { alertMailContent, alertMailSubject } from './alert-mail-content.ts'

const NEWS = { type: 'current_usage_amount', name: 'Pro', currency: 'EUR', amount: Decimal.of(5000) } as const
const SENT = {
  ...{ recipient: 'Acme', figure: Decimal.of(5512), raisedOn: calendarDate('2024-06-16') },
  ...{ url: 'https://weir.example/customer-portal/x', seller: 'Seller\nInc', replyTo: 'help@seller.example' },
}

describe('the mail about an alert of a customer', () => {
  it('tells what was waited for, and what it is now', () => {
    expect(alertMailSubject({ ...NEWS, locale: 'en' })).toBe('Pro: usage has reached €50.00')
    const content = alertMailContent({ ...NEWS, ...SENT, locale: 'en' })
    expect(content).toMatchObject({
      intro: 'You asked to be told: usage in the present period has reached €50.00.',
      amount: '€55.12',
      notice: 'Pro · Jun 16, 2024',
      button: { label: 'Open your page', url: SENT.url },
      seller: ['Seller Inc'],
    })
    expect(content.closing.at(-1)).toContain('help@seller.example')
  })

  it('has a name for a wallet without one', () => {
    const news = { ...NEWS, type: 'wallet_balance_amount', name: null, locale: 'en' } as const
    expect(alertMailSubject(news)).toBe('Prepaid credits: balance is down to €50.00')
    expect(alertMailContent({ ...news, ...SENT }).intro).toContain('has fallen to €50.00 or less')
  })

  it.each(DOCUMENT_LOCALES)('is complete in %s', (locale) => {
    for (const type of ['current_usage_amount', 'wallet_balance_amount'] as const) {
      const content = alertMailContent({ ...NEWS, ...SENT, type, locale })
      const texts = [
        alertMailSubject({ ...NEWS, type, locale }),
        content.intro,
        content.amount,
        content.notice,
      ]
      expect(texts.join('\n')).not.toMatch(/[{}]|undefined/)
      expect(texts[0]).toContain('Pro')
    }
  })
})
