import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, Journey, type Place } from '../support/browser-journey.ts'
import { makeScene } from '../support/browser-scenes.ts'

type Example = {
  readonly model: string
  /** Of the metric that is charged. */
  readonly metric: string
  readonly fill: (page: Page, charge: Locator) => Promise<void>
  readonly units: string
  /** What else is written beside the units in the preview: name and value. */
  readonly more?: readonly [name: string, value: string]
  readonly amount: string
  readonly events: readonly Used[]
}

/** An event of the usage that was previewed. */
type Used = { readonly n: number; readonly region?: string; readonly precise_total_amount_cents?: string }

/** Rows of a spreadsheet, pasted into the tiers as the browser's own shortcut does. */
async function pasteTiers(page: Page, charge: Locator, rows: string): Promise<void> {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(rows)})`)
  await charge.getByLabel('Tier 1, to').focus()
  await page.keyboard.press('Control+V')
}

/** The worked examples of docs/rules/plans.md#previews and what the models beside them come to, as a person types them. */
const EXAMPLES: readonly Example[] = [
  {
    model: 'Standard',
    metric: 'Compute',
    fill: async (_, charge) => {
      await charge.getByRole('textbox', { name: 'Price per unit' }).fill('0.30')
      await charge.getByRole('button', { name: 'Add a price' }).click()
      expect(await charge.getByRole('checkbox', { name: 'eu' }).isChecked()).toBe(true)
      await charge.getByRole('textbox', { name: 'Price per unit' }).nth(1).fill('0.20')
    },
    units: '12.5',
    amount: '€3.75',
    events: [
      { n: 12.5, region: 'us' },
      { n: 10, region: 'eu' },
    ],
  },
  {
    model: 'Graduated',
    metric: 'Calls',
    fill: (page, charge) => pasteTiers(page, charge, '100\t1.00\t10\n\t0.50\t0'),
    units: '150',
    amount: '€135.00',
    events: [{ n: 150 }],
  },
  {
    model: 'Package',
    metric: 'Mails',
    fill: async (_, charge) => {
      await charge.getByRole('textbox', { name: 'Price per package' }).fill('5')
      await charge.getByRole('textbox', { name: 'Package size' }).fill('100')
      await charge.getByRole('textbox', { name: 'Free units' }).fill('50')
    },
    units: '260',
    amount: '€15.00',
    events: [{ n: 200 }, { n: 60 }],
  },
  {
    model: 'Percentage',
    metric: 'Payouts',
    fill: async (_, charge) => {
      await charge.getByRole('textbox', { name: 'Rate' }).fill('2.9')
      await charge.getByRole('textbox', { name: 'Fee per event' }).fill('0.30')
    },
    units: '1000',
    more: ['Payouts, events', '3'],
    amount: '€29.90',
    events: [{ n: 500 }, { n: 300 }, { n: 200 }],
  },
  {
    model: 'Volume',
    metric: 'Storage',
    fill: (page, charge) => pasteTiers(page, charge, '100\t1.00\t0\n\t0.80\t5'),
    units: '150',
    amount: '€125.00',
    events: [{ n: 150 }],
  },
  {
    model: 'Graduated percentage',
    metric: 'Turnover',
    fill: (page, charge) => pasteTiers(page, charge, '1000\t5%\t0\n\t3%\t10'),
    units: '2500',
    amount: '€105.00',
    events: [{ n: 2500 }],
  },
  {
    model: 'Dynamic',
    metric: 'Priced',
    fill: (_, charge) => charge.getByText('precise_total_amount_cents').waitFor(),
    units: '5',
    more: ['Priced, price of the events', '12.34'],
    amount: '€12.34',
    events: [
      { n: 2, precise_total_amount_cents: '1000' },
      { n: 3, precise_total_amount_cents: '234' },
    ],
  },
]

/** Base 49.00, 3.75, 10 in Europe at 0.20, the other examples, and what is missing to the commitment of 500.00. */
const LINES: Readonly<Record<string, string>> = {
  'All models': '€49.00',
  Compute: '€3.75',
  'Compute · eu': '€2.00',
  ...Object.fromEntries(EXAMPLES.slice(1).map(({ metric, amount }) => [metric, amount])),
  'Committed spend': '€23.01',
}
/** 500.00 and 19 % of it. */
const TOTAL = '€595.00'

describe.runIf(hasChromium)('J06 and J07: a plan with every charge model', () => {
  let journey: Journey
  let place: Place

  beforeAll(async () => {
    journey = await Journey.start('j06')
    place = await journey.sandbox('Plans')
    await place.api('PUT', '/test_clock', { test_clock: { now: '2026-01-01T00:00:00Z' } })
    for (const { metric } of EXAMPLES) {
      await place.api('POST', '/billable_metrics', {
        billable_metric: {
          ...{ name: metric, code: metric.toLowerCase(), aggregation_type: 'sum_agg', field_name: 'n' },
          filters: metric === 'Compute' ? [{ key: 'region', values: ['eu', 'us'] }] : [],
        },
      })
    }
  })
  afterAll(() => journey?.end())

  /** The lines of the preview: their names without the details, and their amounts. */
  async function linesOf(bill: Locator): Promise<Record<string, string>> {
    const rows = await bill.locator('tbody tr').all()
    const lines = await Promise.all(
      rows.map(async (row) => {
        const [name = '', amount = ''] = await row.getByRole('cell').allInnerTexts()
        return [name.split('\n')[0]?.trim() ?? '', amount]
      }),
    )
    return Object.fromEntries(lines)
  }

  it('shows the worked examples while it is written, and reloads unchanged', async () => {
    await place.api('POST', '/taxes', {
      tax: { name: 'VAT', code: 'vat', rate: 19, applied_to_organization: true },
    })
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/plans/new`)
    await page.locator('#field-name').fill('All models')
    await page.locator('#field-amount').fill('49')
    await page.locator('#field-currency').selectOption('EUR')
    const bill = page.getByTestId('preview-bill')
    for (const [n, { model, metric, fill, units, more, amount }] of EXAMPLES.entries()) {
      await page.getByLabel('Add a charge for').selectOption({ label: `${metric} (${metric.toLowerCase()})` })
      const charge = page.getByRole('group', { name: `Charge ${metric}` })
      // Nothing aggregates by a script, so that nothing is priced by one.
      const custom = charge.getByRole('radio', { name: /^Custom / })
      expect(await custom.isDisabled()).toBe(true)
      await charge.getByRole('radio', { name: new RegExp(`^${model} [A-Z]`) }).check()
      await fill(page, charge)
      const name = metric === 'Compute' ? 'others' : 'units'
      await page.getByRole('textbox', { name: `${metric}, ${name}, exact` }).fill(units)
      if (more) await page.getByRole('textbox', { name: more[0] }).fill(more[1])
      if (metric === 'Compute') await page.getByRole('textbox', { name: 'Compute, eu, exact' }).fill('10')
      await expect.poll(async () => (await linesOf(bill))[metric]).toBe(amount)
      if (n < 2) await journey.look(page, model.toLowerCase())
      // Folded again, as a person does who goes on with the next one.
      await charge.getByRole('button', { name: new RegExp(`^${metric} `) }).click()
    }
    await page.locator('#field-commitment').fill('500')
    await page.locator('#field-commitment_name').fill('Committed spend')
    for (const [n, amount] of ['10000', '20000'].entries()) {
      await page.getByRole('button', { name: 'Add threshold' }).click()
      await page.getByLabel(`Amount of threshold ${n + 1}`).fill(amount)
    }
    await page.getByRole('checkbox', { name: 'repeats' }).nth(1).check()
    await expect.poll(() => linesOf(bill)).toEqual(LINES)
    await expect.poll(() => page.getByTestId('preview-total').textContent()).toBe(TOTAL)
    await journey.look(page, 'all-models')
    await page.getByRole('button', { name: 'Create plan' }).click()
    await page.getByRole('heading', { name: 'All models', level: 1 }).waitFor()
    await journey.look(page, 'saved')
    const before = (await place.api('GET', '/plans/all_models')).plan
    expect(before).toMatchObject({
      minimum_commitment: { amount_cents: 50_000, invoice_display_name: 'Committed spend' },
      usage_thresholds: [
        { amount_cents: 1_000_000, recurring: false },
        { amount_cents: 2_000_000, recurring: true },
      ],
    })
    const models = before.charges.map((charge: { charge_model: string }) => charge.charge_model)
    expect(models).toEqual(EXAMPLES.map(({ model }) => model.toLowerCase().replace(' ', '_')))

    await page.getByRole('link', { name: 'Edit', exact: true }).click()
    await page.getByRole('button', { name: 'Save plan' }).click()
    await page.getByRole('heading', { name: 'All models', level: 1 }).waitFor()
    const after = (await place.api('GET', '/plans/all_models')).plan
    expect(after).toEqual(before)
  })

  it('reads an amount as it is printed, and refuses one that could mean two things', async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/plans/new`)
    await page.locator('#field-name').fill('Thousands')
    await page.locator('#field-currency').selectOption('USD')
    const amount = page.locator('#field-amount')
    await amount.fill('1,500')
    await page.getByText('Bills $1,500.00 at the end of each month').waitFor()
    await page.getByLabel('Add a charge for').selectOption({ label: 'Compute (compute)' })
    const charge = page.getByRole('group', { name: 'Charge Compute' })
    const price = charge.getByRole('textbox', { name: 'Price per unit' })
    await price.fill('0,30')
    await amount.fill('1,50')
    await page.getByRole('button', { name: 'Create plan' }).click()
    const refusal = (text: string, meant: string) =>
      `“${text}” is not clear. Write ${meant} if that is meant; thousands are written like 1,234.50.`
    await page.getByRole('heading', { name: 'This is not saved yet' }).waitFor()
    for (const [field, text, meant] of [
      [amount, '1,50', '1.50'],
      [price, '0,30', '0.30'],
    ] as const) {
      const described = (await field.getAttribute('aria-describedby')) ?? ''
      expect(await field.getAttribute('aria-invalid')).toBe('true')
      const told = await Promise.all(
        described.split(' ').map((id) => page.locator(`[id="${id}"]`).textContent()),
      )
      expect(told).toContain(refusal(text, meant))
      expect(await field.inputValue()).toBe(text)
    }
    await journey.look(page, 'unclear-number')
    await amount.fill('1,500')
    await price.fill('0.30')
    await page.getByRole('button', { name: 'Create plan' }).click()
    await page.getByRole('heading', { name: 'Thousands', level: 1 }).waitFor()
    await page.getByText('$1,500.00').first().waitFor()
    const { plan } = await place.api('GET', '/plans/thousands')
    expect(plan).toMatchObject({ amount_cents: 150_000, charges: [{ properties: { amount: '0.30' } }] })
  })

  it('bills to the cent what it showed: every line, and the total', async () => {
    await place.api('POST', '/customers', {
      customer: { external_id: 'j07', name: 'Seven', currency: 'EUR' },
    })
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/subscriptions/new`)
    await page.getByRole('combobox', { name: 'Customer required' }).selectOption({ label: 'Seven' })
    await page.getByRole('combobox', { name: 'Plan required' }).selectOption('all_models')
    await page.getByRole('textbox', { name: 'External id required' }).fill('seven')
    await page.getByRole('button', { name: 'Create subscription' }).click()
    await page.getByRole('heading', { name: 'seven', level: 1 }).waitFor()
    const events = EXAMPLES.flatMap(({ metric, events }) =>
      events.map(({ precise_total_amount_cents: price, ...properties }, n) => ({
        ...{ transaction_id: `${metric}-${n}`, external_subscription_id: 'seven' },
        ...{ code: metric.toLowerCase(), timestamp: Date.UTC(2026, 0, 1, 1 + n) / 1000, properties },
        ...(price === undefined ? {} : { precise_total_amount_cents: price }),
      })),
    )
    await place.api('POST', '/events/batch', { events })

    await page.getByRole('button', { name: 'Advance' }).click()
    await page.getByRole('menuitem', { name: 'To the next end of a billing period' }).click()
    const ran = page.getByRole('dialog', { name: 'What happened' })
    await ran.getByText(/things? (that )?happened/).waitFor({ timeout: 60_000 })
    await ran.getByRole('button', { name: 'Close' }).click()
    await page.goto(`/${place.slug}/customers/j07/invoices`)
    await page.getByRole('region', { name: 'invoices' }).getByRole('link').first().click()
    await expect.poll(() => page.getByTestId('invoice-total').textContent()).toBe(TOTAL)
    const table = page.getByRole('region', { name: 'Lines of the invoice' })
    const rows = await table
      .getByRole('row')
      .filter({ has: page.getByRole('button') })
      .all()
    const lines = await Promise.all(rows.map((row) => row.getByRole('cell').allInnerTexts()))
    expect(Object.fromEntries(lines.map((cells) => [cells[0]?.trim(), cells.at(-1)]))).toEqual(LINES)
    await journey.look(page, 'all-models-billed')
    const { invoices } = await place.api('GET', '/invoices?external_customer_id=j07')
    expect(invoices).toMatchObject([
      { fees_amount_cents: 50_000, taxes_amount_cents: 9500, total_amount_cents: 59_500 },
    ])
  })

  it('makes the invoice that the preview of a stored plan showed', async () => {
    const own = await journey.sandbox('Pro')
    await makeScene(own)
    const page = await journey.open()
    await journey.signIn(page, `/${own.slug}/plans/pro`)
    await page.getByRole('textbox', { name: 'tokens, units, exact' }).fill('1234')
    await page.getByRole('textbox', { name: 'calls, units, exact' }).fill('2')
    const total = page.getByTestId('preview-total')
    // 29.00, 1,234 at 0.01 and 2 at 0.50.
    await expect.poll(() => total.textContent()).toBe('€42.34')
    await journey.look(page, 'preview')
    await own.api('PUT', '/test_clock', { test_clock: { now: '2026-02-05T00:00:00Z' } })
    const event = (code: string, properties: object, transaction_id: string) => ({
      transaction_id,
      external_subscription_id: 's',
      code,
      timestamp: Date.UTC(2026, 1, 2) / 1000,
      properties,
    })
    await own.api('POST', '/events/batch', {
      events: [event('tokens', { tokens: 1234 }, 'a'), event('calls', {}, 'b'), event('calls', {}, 'c')],
    })
    await own.api('PUT', '/test_clock', { test_clock: { now: '2026-03-01T01:00:00Z' } })
    await page.goto(`/${own.slug}/invoices`)
    await page.getByRole('region', { name: 'invoices' }).getByRole('link').first().click()
    await expect.poll(() => page.getByTestId('invoice-total').textContent()).toBe('€42.34')
    await journey.look(page, 'invoice')
  })
})
