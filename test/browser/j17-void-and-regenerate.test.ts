import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, Journey, type Place } from '../support/browser-journey.ts'
import { makeScene, sendEvent } from '../support/browser-scenes.ts'

describe.runIf(hasChromium)('J17: a paid invoice is voided and made anew', () => {
  let journey: Journey
  let place: Place
  let id: string

  beforeAll(async () => {
    journey = await Journey.start('j17')
    place = await journey.sandbox('Void')
    await makeScene(place, { plan: { amount_cents: 9000 } })
    await sendEvent(place, 'tokens', { tokens: 1000 })
    await place.api('PUT', '/test_clock', { test_clock: { now: '2026-02-01T01:00:00Z' } })
    const { invoices } = await place.api('GET', '/invoices')
    id = invoices[0].lago_id
    // 90.00, and 1,000 tokens at 0.01.
    expect(invoices[0].total_amount_cents).toBe(10_000)
    await place.api('POST', '/payments', {
      payment: { invoice_id: id, amount_cents: 10_000, reference: 'wire' },
    })
  })
  afterAll(() => journey?.end())

  it('gives 60 back as credit and 40 as refund, and links both invoices', async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/invoices/${id}`)
    const heading = page.getByRole('heading', { level: 1 })
    const { number } = (await place.api('GET', `/invoices/${id}`)).invoice
    await page.getByRole('heading', { name: number, level: 1 }).waitFor()
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'Void' }).click()
    const dialog = page.getByRole('dialog', { name: `Void ${number}?` })
    await dialog.getByLabel('As credit').fill('60')
    await dialog.getByLabel('As refund').fill('60')
    await dialog.getByLabel(`Type ${number} to go on`).fill(number)
    const confirm = dialog.getByRole('button', { name: 'Void invoice' })
    await confirm.click()
    await dialog.getByRole('alert').waitFor()
    expect((await place.api('GET', `/invoices/${id}`)).invoice.status).toBe('finalized')
    await journey.look(page, 'too-much')
    await dialog.getByLabel('As refund').fill('40')
    await confirm.click()
    await page.getByRole('status').getByText('The invoice was voided.').waitFor()
    const { credit_notes: notes } = await place.api('GET', '/credit_notes')
    expect(notes).toMatchObject([
      {
        lago_invoice_id: id,
        credit_amount_cents: 6000,
        refund_amount_cents: 4000,
        total_amount_cents: 10_000,
      },
    ])

    await page.getByRole('link', { name: 'Replace' }).click()
    await page.getByRole('heading', { name: `Replace ${number}`, level: 1 }).waitFor()
    const lines = page.getByRole('region', { name: 'Lines to bill again' })
    for (const box of await lines.getByRole('checkbox').all()) await box.uncheck()
    await page.getByRole('button', { name: 'Create the new invoice' }).click()
    const summary = page.getByRole('alert').filter({ hasText: 'Keep at least one line.' })
    await summary.waitFor()
    for (const box of await lines.getByRole('checkbox').all()) await box.check()
    await lines.getByRole('textbox', { name: 'Units of Tokens' }).fill('500')
    await journey.look(page, 'lines')
    await page.getByRole('button', { name: 'Create the new invoice' }).click()
    await page.waitForURL((url) => !url.pathname.includes(id))
    await expect.poll(() => heading.textContent()).not.toBe(number)
    // 90.00 and 500 tokens at 0.01, less the credit of 60.00.
    await expect.poll(() => page.getByTestId('invoice-total').textContent()).toBe('€35.00')
    await page.getByRole('main').getByRole('link', { name: number }).waitFor()
    await journey.look(page, 'new')
    const newId = new URL(page.url()).pathname.split('/').at(-1) ?? ''
    const { invoice } = await place.api('GET', `/invoices/${newId}`)
    expect(invoice).toMatchObject({
      voided_invoice_id: id,
      fees_amount_cents: 9500,
      credit_notes_amount_cents: 6000,
      total_amount_cents: 3500,
    })

    await page.getByRole('main').getByRole('link', { name: number }).click()
    await page.getByRole('main').getByText('Voided').first().waitFor()
    await page.getByRole('main').getByRole('link', { name: invoice.number }).waitFor()
    expect(await page.getByRole('link', { name: 'Replace' }).count()).toBe(0)
    await journey.look(page, 'voided')
  })
})
