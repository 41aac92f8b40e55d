import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, Journey, type Place } from '../support/browser-journey.ts'

describe.runIf(hasChromium)('J01: from nothing to an invoice', () => {
  let journey: Journey
  let place: Place

  beforeAll(async () => {
    journey = await Journey.start('j01')
    place = await journey.sandbox('Sample')
  })
  afterAll(() => journey?.end())

  it('sample company, price, a thousand events, time, invoice and PDF', async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}`)
    await page.getByRole('link', { name: 'Start here' }).click()
    await journey.look(page, 'doors')
    await page.getByRole('button', { name: 'Make the sample company' }).click()
    await page.getByText('5 of 6').waitFor({ timeout: 120_000 })
    await journey.look(page, 'home')

    await page.goto(`/${place.slug}/plans/growth`)
    const total = page.getByTestId('preview-total')
    await total.waitFor()
    const before = await total.textContent()
    await page.getByRole('slider', { name: 'api_calls, units' }).fill('600')
    await expect.poll(() => total.textContent()).not.toBe(before)
    await journey.look(page, 'price')

    const id = 'northwind-robotics-1'
    await page.goto(`/${place.slug}/subscriptions/${id}`)
    await page.getByRole('link', { name: 'Send usage' }).click()
    await page.getByLabel('Metric').selectOption('api_calls')
    const usage = page.getByRole('region', { name: `Usage of ${id}` })
    const cards = usage.getByRole('listitem').filter({ hasText: 'API calls' })
    await cards.getByText('0', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Send 1,000' }).click()
    await cards.getByText('1,000', { exact: true }).waitFor()
    await journey.look(page, 'events')

    await page.getByRole('button', { name: 'Advance' }).click()
    await page.getByRole('menuitem', { name: 'To the end of the billing period' }).click()
    const ran = page.getByRole('dialog', { name: 'What happened' })
    await ran.getByText(/things happened/).waitFor({ timeout: 120_000 })
    await journey.look(page, 'time')
    await ran.getByRole('button', { name: 'Close' }).click()

    await page.goto(`/${place.slug}/customers/northwind-robotics/invoices`)
    await page.getByRole('region', { name: 'invoices' }).getByRole('link').first().click()
    await page.getByTestId('invoice-total').waitFor()
    await journey.look(page, 'invoice')
    const shown = await page.getByTestId('invoice-total').textContent()
    const invoiceId = new URL(page.url()).pathname.split('/').at(-1)
    const { invoice } = await place.api('GET', `/invoices/${invoiceId}`)
    expect(invoice.status).toBe('finalized')
    const format = new Intl.NumberFormat('en-US', { style: 'currency', currency: invoice.currency })
    expect(shown?.trim()).toBe(format.format(invoice.total_amount_cents / 100))
    const calls = invoice.fees.find((fee: { item: { code: string } }) => fee.item.code === 'api_calls')
    // 100 at 1.00 with 10.00 flat, and 900 at 0.50.
    expect([calls.units, calls.amount_cents]).toEqual(['1000.0', 56_000])

    await page.getByRole('button', { name: 'PDF' }).click()
    await page.getByRole('link', { name: 'Download' }).waitFor({ timeout: 60_000 })
    await journey.look(page, 'pdf')
  })
})
