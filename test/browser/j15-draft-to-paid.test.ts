import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, Journey, type Place } from '../support/browser-journey.ts'
import { makeScene, sendEvent } from '../support/browser-scenes.ts'

describe.runIf(hasChromium)('J15: from draft to paid', () => {
  let journey: Journey
  let place: Place

  beforeAll(async () => {
    journey = await Journey.start('j15')
    place = await journey.sandbox('Drafts')
    await makeScene(place, { customer: { billing_configuration: { invoice_grace_period: 3 } } })
    await sendEvent(place, 'tokens', { tokens: 1000 })
    await place.api('PUT', '/test_clock', { test_clock: { now: '2026-02-01T01:00:00Z' } })
  })
  afterAll(() => journey?.end())

  it('refresh, finalize, failed payment, recorded payment; the number is given once', async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/invoices?view=draft`)
    await page.getByRole('region', { name: 'invoices' }).getByRole('link').first().click()
    await page.getByRole('heading', { name: 'Draft', level: 1 }).waitFor()
    expect(await page.getByRole('button', { name: 'PDF' }).isDisabled()).toBe(true)
    await journey.look(page, 'draft')
    await page.getByRole('button', { name: 'Refresh' }).click()
    await page.getByRole('status').getByText('The draft was made anew.').waitFor()
    await page.getByRole('button', { name: 'Finalize' }).click()
    await journey.look(page, 'finalize')
    await page.getByRole('button', { name: 'Finalize invoice' }).click()
    const heading = page.getByRole('heading', { level: 1 })
    await expect.poll(() => heading.textContent()).not.toBe('Draft')
    const number = await heading.textContent()

    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'Mark payment as failed' }).click()
    await page.getByRole('button', { name: 'Set payment status' }).click()
    await page.getByRole('main').getByText('Failed').first().waitFor()
    await page.getByRole('button', { name: 'Record payment' }).click()
    const dialog = page.getByRole('dialog', { name: 'Record payment' })
    await dialog.getByLabel('Amount').fill('1000')
    await dialog.getByRole('button', { name: 'Record payment' }).click()
    await dialog.getByRole('alert').waitFor()
    await dialog.getByLabel('Amount').fill('39')
    await dialog.getByLabel('Reference').fill('wire-7')
    await dialog.getByRole('button', { name: 'Record payment' }).click()
    await page.getByRole('main').getByText('Paid').first().waitFor()
    await journey.look(page, 'paid')
    expect(await heading.textContent()).toBe(number)
    const { invoices } = await place.api('GET', '/invoices')
    expect(invoices).toMatchObject([{ number, payment_status: 'succeeded', total_amount_cents: 3900 }])
  })
})
