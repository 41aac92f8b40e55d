import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, Journey, type Place } from '../support/browser-journey.ts'
import { makeScene, sendEvent } from '../support/browser-scenes.ts'

describe.runIf(hasChromium)('figures of the home page and lines of an invoice', () => {
  let journey: Journey
  let place: Place

  beforeAll(async () => {
    journey = await Journey.start('home')
    place = await journey.sandbox('Figures')
    await makeScene(place, { customer: { net_payment_term: 1 } })
    await place.api('POST', '/taxes', {
      tax: { name: 'VAT', code: 'vat', rate: 20, applied_to_organization: true },
    })
    await sendEvent(place, 'tokens', { tokens: 1234 })
    // January and February are billed and overdue, and March is not over.
    await place.api('PUT', '/test_clock', { test_clock: { now: '2026-03-10T00:00:00Z' } })
  })
  afterAll(() => journey?.end())

  it('names the last full month of what is recurring, and tells of everything that is overdue', async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}`)
    const figure = (label: string) => page.locator('.figure', { hasText: label })
    await figure('Recurring, February 2026').waitFor()
    const { overdue_balances } = await place.api('GET', '/analytics/overdue_balance')
    expect(overdue_balances.map(({ amount_cents }: { amount_cents: number }) => amount_cents)).toEqual([
      4961, 3480,
    ])
    await expect.poll(() => figure('Overdue').allInnerTexts()).toEqual(['Overdue\n€84.41\n2 invoices'])
    expect(await figure('Recurring').allInnerTexts()).toEqual(['Recurring, February 2026\n€34.80'])
    await page.getByRole('link', { name: '2 overdue invoices' }).waitFor()
    await journey.look(page, 'figures')
  })

  it('shows every column of the lines of an invoice on a telephone', async () => {
    const { invoices } = await place.api('GET', '/invoices?external_customer_id=c')
    const first = invoices.find(
      ({ total_amount_cents: cents }: { total_amount_cents: number }) => cents === 4961,
    )
    const page = await journey.open({ width: 390 })
    await journey.signIn(page, `/${place.slug}/invoices/${first.lago_id}`)
    const lines = page.getByRole('region', { name: 'Lines of the invoice' })
    const row = lines.getByRole('row').filter({ hasText: 'Tokens' })
    await row.waitFor()
    for (const [title, text] of [
      ['Units', '1,234'],
      ['Unit price', '€0.01'],
      ['Tax', '20%'],
      ['Amount', '€12.34'],
    ]) {
      const cell = row.locator(`[data-title="${title}"]`)
      expect(await cell.allInnerTexts()).toEqual([text])
      const box = await cell.boundingBox()
      expect(box && box.x >= 0 && box.x + box.width <= 390).toBe(true)
    }
    const hidden = '(all) => all.map((each) => each.scrollWidth - each.clientWidth)'
    expect(await lines.evaluateAll(new Function(`return ${hidden}`)())).toEqual([0])
    await journey.look(page, 'lines-on-a-telephone')
  })
})
