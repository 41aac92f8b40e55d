import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, Journey, type Place } from '../support/browser-journey.ts'

const CHOICES = [
  ['credit', 'Credit the unused time'],
  ['refund', 'Refund the unused time'],
  ['offset', 'Take it off the invoice'],
  ['skip', 'Keep what was paid'],
] as const

describe.runIf(hasChromium)('J14: four terminations', () => {
  let journey: Journey
  let place: Place

  beforeAll(async () => {
    journey = await Journey.start('j14')
    place = await journey.sandbox('Ends')
    const { api } = place
    await api('PUT', '/test_clock', { test_clock: { now: '2026-01-01T00:00:00Z' } })
    await api('POST', '/taxes', {
      tax: { name: 'VAT', code: 'vat', rate: 20, applied_to_organization: true },
    })
    const { billable_metric: metric } = await api('POST', '/billable_metrics', {
      billable_metric: { name: 'Calls', code: 'calls', aggregation_type: 'count_agg' },
    })
    await api('POST', '/plans', {
      plan: {
        ...{ name: 'Pro', code: 'pro', interval: 'monthly', amount_cents: 3100, amount_currency: 'EUR' },
        pay_in_advance: true,
        charges: [
          { billable_metric_id: metric.lago_id, charge_model: 'standard', properties: { amount: '5' } },
        ],
      },
    })
    for (const [choice] of CHOICES) {
      await api('POST', '/customers', { customer: { external_id: choice, name: choice, currency: 'EUR' } })
      await api('POST', '/subscriptions', {
        subscription: { external_customer_id: choice, external_id: choice, plan_code: 'pro' },
      })
      // All but the one that is to be taken off the invoice have paid.
      const { invoices } = await api('GET', `/invoices?external_customer_id=${choice}`)
      const [{ lago_id: invoice_id, total_amount_cents: amount_cents }] = invoices
      if (choice !== 'offset') {
        await api('POST', '/payments', { payment: { invoice_id, amount_cents, reference: choice } })
      }
    }
    await api('PUT', '/test_clock', { test_clock: { now: '2026-01-21T10:00:00Z' } })
    for (const [choice] of CHOICES) {
      await api('POST', '/events', {
        event: {
          ...{ transaction_id: `end-${choice}`, external_subscription_id: choice, code: 'calls' },
          timestamp: Date.UTC(2026, 0, 20) / 1000,
        },
      })
    }
  })
  afterAll(() => journey?.end())

  const fact = async (page: Page, name: string): Promise<string> => {
    const term = page.getByRole('term').filter({ hasText: name })
    return (await term.locator('xpath=following-sibling::dd').textContent()) ?? ''
  }

  it('does not move a choice from under the pointer when the figures arrive', async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}`)
    let arrive = (): void => undefined
    const arrival = new Promise<void>((resolve) => {
      arrive = resolve
    })
    await page.route('**/termination_preview?*', async (route) => {
      await arrival
      await route.continue()
    })
    await page.goto(`/${place.slug}/subscriptions/credit`)
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'Terminate' }).click()
    const dialog = page.getByRole('dialog', { name: 'Terminate the subscription?' })
    await dialog.evaluate((element) =>
      Promise.all(element.getAnimations().map(({ finished }: { finished: Promise<unknown> }) => finished)),
    )
    const choice = dialog.getByRole('radio', { name: /^Keep what was paid/ })
    const before = await choice.boundingBox()
    arrive()
    await dialog.getByRole('heading', { name: 'A credit note of €12.00' }).waitFor()
    expect(await choice.boundingBox()).toEqual(before)
  })

  it('makes the documents whose amounts were shown', async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}`)
    for (const [choice, label] of CHOICES) {
      await page.goto(`/${place.slug}/subscriptions/${choice}`)
      await page.getByRole('button', { name: 'More actions' }).click()
      await page.getByRole('menuitem', { name: 'Terminate' }).click()
      const dialog = page.getByRole('dialog', { name: 'Terminate the subscription?' })
      await dialog.getByRole('radio', { name: new RegExp(`^${label}`) }).check()
      const results = dialog.getByRole('region', { name: 'What this makes' })
      const note = results.getByRole('heading', { name: /^A credit note of/ })
      if (choice === 'skip') await results.getByText('nothing is given back').waitFor()
      // 10 of 31 days at 31.00, with 20 % of tax.
      else await results.getByRole('heading', { name: 'A credit note of €12.00' }).waitFor()
      const isNoted = (await note.count()) > 0
      await expect.poll(() => results.getAttribute('aria-busy')).not.toBe('true')
      const shown = {
        credit: isNoted ? await fact(page, 'As credit') : null,
        refund: isNoted ? await fact(page, 'As refund') : null,
        offset: isNoted ? await fact(page, 'Off ') : null,
        total: await results.getByRole('row', { name: 'Total' }).getByRole('cell').textContent(),
      }
      await journey.look(page, choice)
      await dialog.getByRole('button', { name: 'Terminate subscription' }).click()
      await page.waitForURL(`**/customers/${choice}`)

      const { credit_notes: notes } = await place.api('GET', `/credit_notes?external_customer_id=${choice}`)
      const { invoices } = await place.api('GET', `/invoices?external_customer_id=${choice}`)
      const euros = (cents: number) => (cents > 0 ? `€${(cents / 100).toFixed(2)}` : '—none')
      expect({
        credit: notes[0] ? euros(notes[0].credit_amount_cents) : null,
        refund: notes[0] ? euros(notes[0].refund_amount_cents) : null,
        offset: notes[0] ? euros(notes[0].offset_amount_cents) : null,
        total: `€${(invoices[0].total_amount_cents / 100).toFixed(2)}`,
      }).toEqual(shown)
      expect(notes).toMatchObject(
        choice === 'skip' ? [] : [{ total_amount_cents: 1200, [`${choice}_amount_cents`]: 1200 }],
      )
      // One call at 5.00 with 20 % of tax; a credit is used at once.
      expect(invoices[0]).toMatchObject({
        fees_amount_cents: 500,
        total_amount_cents: choice === 'credit' ? 0 : 600,
      })
    }
    await page.goto(`/${place.slug}/credit-notes`)
    await page.getByRole('region', { name: 'credit notes' }).getByRole('row').nth(3).waitFor()
    await journey.look(page, 'notes')
  })
})
