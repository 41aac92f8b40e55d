import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, Journey, type Place } from '../support/browser-journey.ts'
import { makeScene } from '../support/browser-scenes.ts'

type Example = {
  readonly model: string
  readonly fill: (page: Page) => Promise<void>
  readonly units: string
  readonly amount: string
}

async function typeTiers(page: Page, rows: string): Promise<void> {
  await page.getByLabel('Tier 1, to').evaluate((cell, text) => {
    // biome-ignore lint/suspicious/noExplicitAny: this runs in the page, whose types the tests do not have
    const dom = globalThis as any
    const data = new dom.DataTransfer()
    data.setData('text', text)
    const options = { clipboardData: data, bubbles: true, cancelable: true }
    cell.dispatchEvent(new dom.ClipboardEvent('paste', options))
  }, rows)
}

/** The worked examples of docs/rules/plans.md#previews, as a person types them. */
const EXAMPLES: readonly Example[] = [
  {
    model: 'Standard',
    fill: (page) => page.getByRole('textbox', { name: 'Price per unit' }).fill('0.30'),
    units: '12.5',
    amount: '€3.75',
  },
  {
    model: 'Graduated',
    fill: (page) => typeTiers(page, '100\t1.00\t10\n\t0.50\t0'),
    units: '150',
    amount: '€135.00',
  },
  {
    model: 'Package',
    fill: async (page) => {
      await page.getByRole('textbox', { name: 'Price per package' }).fill('5')
      await page.getByRole('textbox', { name: 'Package size' }).fill('100')
      await page.getByRole('textbox', { name: 'Free units' }).fill('50')
    },
    units: '260',
    amount: '€15.00',
  },
  {
    model: 'Percentage',
    fill: async (page) => {
      await page.getByRole('textbox', { name: 'Rate' }).fill('2.9')
      await page.getByRole('textbox', { name: 'Fee per event' }).fill('0.30')
    },
    units: '1000',
    amount: '€29.90',
  },
  {
    model: 'Volume',
    fill: (page) => typeTiers(page, '100;1.00;0\n;0.80;5'),
    units: '150',
    amount: '€125.00',
  },
  {
    model: 'Graduated percentage',
    fill: (page) => typeTiers(page, '1000\t5%\t0\n\t3%\t10'),
    units: '2500',
    amount: '€105.00',
  },
]

describe.runIf(hasChromium)('J06 and J07: a plan with every charge model', () => {
  let journey: Journey
  let place: Place

  beforeAll(async () => {
    journey = await Journey.start('j06')
    place = await journey.sandbox('Plans')
    await makeScene(place)
  })
  afterAll(() => journey?.end())

  it('shows the worked examples while it is written, reloads unchanged, and bills what it showed', async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/plans/new`)
    await page.locator('#field-name').fill('All models')
    await page.locator('#field-amount').fill('49')
    await page.locator('#field-currency').selectOption('EUR')
    const bill = page.getByTestId('preview-bill')
    for (const [n, { model, fill, units, amount }] of EXAMPLES.entries()) {
      await page.getByLabel('Add a charge for').selectOption({ label: 'Tokens (tokens)' })
      const charge = page.getByRole('group', { name: 'Charge Tokens' }).nth(n)
      await charge.getByRole('radio', { name: new RegExp(`^${model} [A-Z]`) }).check()
      await fill(page)
      await page.getByRole('textbox', { name: 'Tokens, units, exact' }).nth(n).fill(units)
      await expect
        .poll(async () => (await bill.getByRole('cell').allTextContents()).includes(amount))
        .toBe(true)
      if (n < 2) await journey.look(page, model.toLowerCase())
      // Folded again, so that the labels of the next one are the only ones.
      await charge.getByRole('button', { name: /^Tokens/ }).click()
    }
    await journey.look(page, 'all-models')
    const shown = await page.getByTestId('preview-total').textContent()
    await page.getByRole('button', { name: 'Create plan' }).click()
    await page.getByRole('heading', { name: 'All models', level: 1 }).waitFor()
    await journey.look(page, 'saved')
    const before = (await place.api('GET', '/plans/all_models')).plan

    await page.getByRole('link', { name: 'Edit', exact: true }).click()
    await page.getByRole('button', { name: 'Save plan' }).click()
    await page.getByRole('heading', { name: 'All models', level: 1 }).waitFor()
    const after = (await place.api('GET', '/plans/all_models')).plan
    expect(after).toEqual(before)
    expect(shown).toMatch(/^€\d/)
  })

  it('makes the invoice that the preview showed', async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/plans/pro`)
    await page.getByRole('textbox', { name: 'tokens, units, exact' }).fill('1234')
    await page.getByRole('textbox', { name: 'calls, units, exact' }).fill('2')
    const total = page.getByTestId('preview-total')
    // 29.00, 1,234 at 0.01 and 2 at 0.50.
    await expect.poll(() => total.textContent()).toBe('€42.34')
    await journey.look(page, 'preview')
    await place.api('PUT', '/test_clock', { test_clock: { now: '2026-02-05T00:00:00Z' } })
    const event = (code: string, properties: object, transaction_id: string) => ({
      transaction_id,
      external_subscription_id: 's',
      code,
      timestamp: Date.UTC(2026, 1, 2) / 1000,
      properties,
    })
    await place.api('POST', '/events/batch', {
      events: [event('tokens', { tokens: 1234 }, 'a'), event('calls', {}, 'b'), event('calls', {}, 'c')],
    })
    await place.api('PUT', '/test_clock', { test_clock: { now: '2026-03-01T01:00:00Z' } })
    await page.goto(`/${place.slug}/invoices`)
    await page.getByRole('region', { name: 'invoices' }).getByRole('link').first().click()
    await expect.poll(() => page.getByTestId('invoice-total').textContent()).toBe('€42.34')
    await journey.look(page, 'invoice')
  })
})
