import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, Journey, type Place } from '../support/browser-journey.ts'
import { makeScene, sendEvent } from '../support/browser-scenes.ts'

describe.runIf(hasChromium)('J19: a credit note and its limits', () => {
  let journey: Journey
  let place: Place
  let invoiceId: string

  beforeAll(async () => {
    journey = await Journey.start('j19')
    place = await journey.sandbox('Notes')
    await makeScene(place)
    await sendEvent(place, 'tokens', { tokens: 1000 })
    await place.api('PUT', '/test_clock', { test_clock: { now: '2026-02-01T01:00:00Z' } })
    const { invoices } = await place.api('GET', '/invoices')
    expect(invoices).toMatchObject([{ status: 'finalized', total_amount_cents: 3900 }])
    invoiceId = invoices[0].lago_id
    await place.api('POST', '/payments', {
      payment: { invoice_id: invoiceId, amount_cents: 2000, reference: 'wire' },
    })
  })
  afterAll(() => journey?.end())

  it('two fees in part, split in three; more than there is, is refused; the next invoice uses the credit', async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/invoices/${invoiceId}`)
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'Credit note' }).click()
    const amounts = page.getByRole('textbox', { name: /^Give back of/ })
    await amounts.first().waitFor()
    expect(await amounts.count()).toBe(2)

    await amounts.nth(0).fill('100')
    await page.getByRole('complementary', { name: 'Estimate' }).getByRole('alert').waitFor()
    await journey.look(page, 'too-much')
    await amounts.nth(0).fill('7')
    await amounts.nth(1).fill('8')
    await page.getByText('At most €15.00.').first().waitFor()
    await page.getByLabel('As credit').fill('100')
    await page.getByLabel('As refund').fill('5')
    await page.getByLabel('Off what is due').fill('4')
    await page.getByRole('button', { name: 'Create credit note' }).click()
    const summary = page.getByRole('alert').filter({ hasText: 'This is not saved yet' })
    await summary.waitFor()
    await journey.look(page, 'refused')
    await page.getByLabel('As credit').fill('6')
    await page.getByRole('button', { name: 'Create credit note' }).click()
    await page.waitForURL(/\/credit-notes\/[0-9a-f-]{36}$/)
    await page.getByText('€6.00 left').waitFor()
    await journey.look(page, 'note')

    const id = new URL(page.url()).pathname.split('/').at(-1)
    const read = async () => (await place.api('GET', `/credit_notes/${id}`)).credit_note
    expect(await read()).toMatchObject({
      total_amount_cents: 1500,
      credit_amount_cents: 600,
      refund_amount_cents: 500,
      offset_amount_cents: 400,
      balance_amount_cents: 600,
    })
    await place.api('PUT', '/test_clock', { test_clock: { now: '2026-03-01T01:00:00Z' } })
    await page.reload()
    await page.getByText('€0.00 left').waitFor()
    expect(await read()).toMatchObject({ balance_amount_cents: 0, credit_status: 'consumed' })

    await page.goto(`/${place.slug}/customers/c/credit-notes`)
    await page.getByRole('region', { name: 'credit notes' }).waitFor()
    await page.getByRole('button', { name: 'More actions' }).waitFor()
    await journey.look(page, 'of-customer')
  })
})
