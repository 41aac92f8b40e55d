import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, Journey, type Place } from '../support/browser-journey.ts'

describe.runIf(hasChromium)("J02: pricing of one's own, from the start to an invoice", () => {
  let journey: Journey
  let place: Place

  beforeAll(async () => {
    journey = await Journey.start('j02')
    place = await journey.sandbox('Own')
    await place.api('PUT', '/test_clock', { test_clock: { now: '2026-01-01T00:00:00Z' } })
  })
  afterAll(() => journey?.end())

  it("AI tokens at a price of one's own come to tokens times price", async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/start`)
    await page.getByRole('link', { name: 'Build my own' }).click()
    await page.getByRole('heading', { name: 'Build your own pricing', level: 1 }).waitFor()
    await page.getByRole('radio', { name: /^AI tokens/ }).check()
    const part = (name: string) => page.getByRole('region', { name, exact: true })
    await part('Price').getByLabel('Price per unit').fill('0.00003')
    await part('Customer').getByLabel('Name').fill('Bard')
    await part('Event').getByLabel('Units').fill('1234567')
    await journey.look(page, 'own')
    await page.getByRole('button', { name: 'Make it and see the usage' }).click()
    await page.waitForURL(`**/${place.slug}/subscriptions/bard_1`)
    // 1,234,567 at 0.00003 are 37.03701.
    await expect.poll(() => page.getByTestId('usage-total').textContent()).toMatch(/^\D*37\.04$/)
    await journey.look(page, 'usage')

    const { plan } = await place.api('GET', '/plans/pro')
    expect(plan.charges).toMatchObject([
      { billable_metric_code: 'tokens', charge_model: 'standard', properties: { amount: '0.00003' } },
    ])
    expect((await place.api('GET', '/customers/bard')).customer.name).toBe('Bard')
    expect((await place.api('GET', '/events')).events).toMatchObject([
      { code: 'tokens', properties: { tokens: '1234567' } },
    ])

    await page.getByRole('button', { name: 'Advance', exact: true }).click()
    await page.getByRole('menuitem', { name: 'To the next end of a billing period' }).click()
    const invoices = async () => (await place.api('GET', '/invoices')).invoices
    await expect.poll(async () => (await invoices()).length, { timeout: 20_000 }).toBe(1)
    const [invoice] = await invoices()
    expect(invoice).toMatchObject({ status: 'finalized', fees_amount_cents: 3704, total_amount_cents: 3704 })
    await page.goto(`/${place.slug}/invoices/${invoice.lago_id}`)
    await expect.poll(() => page.getByTestId('invoice-total').textContent()).toMatch(/^\D*37\.04$/)
    await journey.look(page, 'invoice')
  })
})
