import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, Journey, type Place } from '../support/browser-journey.ts'
import { pressOn, tabTo, typeInto } from '../support/browser-keyboard.ts'
import { makeScene } from '../support/browser-scenes.ts'

const PREVIEWS = '/api/weir/v1/subscription_previews'

describe.runIf(hasChromium)('J11: a subscription with prices of its own, by the keyboard alone', () => {
  let journey: Journey
  let place: Place

  beforeAll(async () => {
    journey = await Journey.start('j11')
    place = await journey.sandbox('Overrides')
    await makeScene(place)
    await place.api('PUT', '/test_clock', { test_clock: { now: '2026-01-20T09:00:00Z' } })
    await place.api('POST', '/customers', {
      customer: {
        ...{ external_id: 'ny', name: 'New Yorker', currency: 'EUR', timezone: 'America/New_York' },
      },
    })
  })
  afterAll(() => journey?.end())

  it('shows the next three invoices and what the past leaves out, and marks what is overridden', async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/subscriptions/new`)
    const customer = page.getByRole('combobox', { name: 'Customer required' })
    await customer.getByRole('option', { name: 'New Yorker' }).waitFor({ state: 'attached' })
    await typeInto(page, customer, 'New Y')
    await typeInto(page, page.getByRole('combobox', { name: 'Plan required' }), 'Pro')
    await typeInto(page, page.getByRole('textbox', { name: 'External id required' }), 'ny-pro')
    await typeInto(page, page.getByRole('combobox', { name: 'Billing days' }), 'Anni')
    await typeInto(page, page.getByLabel('Starts'), '10312025')

    const days = page.getByRole('complementary', { name: 'What will be billed' })
    const bills = days.getByRole('table', { name: /first invoices, in America\/New_York/ })
    await bills.getByRole('row').nth(3).waitFor()
    expect(await bills.getByRole('rowheader').allTextContents()).toEqual([
      'Jan 31, 2026',
      'Feb 28, 2026',
      'Mar 31, 2026',
    ])
    const unbilled = await days.getByRole('note').getByRole('listitem').allTextContents()
    expect(unbilled).toEqual([
      'Nov 30 – Dec 30, 2025: neither the price nor the usage',
      'Oct 31 – Nov 29, 2025: neither the price nor the usage',
    ])
    const wish = {
      ...{ external_customer_id: 'ny', plan_code: 'pro', billing_time: 'anniversary' },
      subscription_at: '2025-10-31T04:00:00Z',
    }
    const { subscription_preview: preview } = await place.api('POST', PREVIEWS, { subscription: wish })
    expect(preview).toMatchObject({
      bills: [{ billing_date: '2026-01-31' }, { billing_date: '2026-02-28' }, { billing_date: '2026-03-31' }],
      unbilled_periods_count: 2,
    })

    const tokens = page.getByRole('group', { name: 'Price of tokens' })
    await pressOn(page, tokens.getByRole('button', { name: 'Override' }))
    await tabTo(page, tokens.getByRole('textbox', { name: 'Price per unit' }))
    await page.keyboard.press('Control+A')
    await page.keyboard.type('0.008')
    await tokens.getByText('Overridden').waitFor()
    await journey.look(page, 'form')
    await pressOn(page, page.getByRole('button', { name: 'Create subscription' }))
    await page.getByRole('heading', { name: 'ny-pro', level: 1 }).waitFor()

    await pressOn(page, page.getByRole('link', { name: 'Pricing' }))
    const prices = page.getByRole('region', { name: 'Prices of the subscription' })
    const own = prices.getByRole('row').filter({ hasText: 'Overridden' })
    await own.waitFor()
    expect(await own.getByRole('cell').allTextContents()).toEqual([
      'Tokens Overridden',
      '€0.008 per unit',
      '€0.01 per unit',
    ])
    await journey.look(page, 'pricing')
    const { subscription } = await place.api('GET', '/subscriptions/ny-pro')
    expect(subscription).toMatchObject({
      subscription_at: '2025-10-31T04:00:00Z',
      billing_time: 'anniversary',
      status: 'active',
    })
    const charge = subscription.plan.charges.find(
      (each: { billable_metric_code: string }) => each.billable_metric_code === 'tokens',
    )
    expect(charge.properties).toMatchObject({ amount: '0.008' })
  })

  it('is billed on the first of the days that were shown, at its own price', async () => {
    await place.api('POST', '/events', {
      event: {
        transaction_id: 'ny-1',
        external_subscription_id: 'ny-pro',
        code: 'tokens',
        timestamp: Date.parse('2026-01-20T08:00:00Z') / 1000,
        properties: { tokens: 1000 },
      },
    })
    await place.api('PUT', '/test_clock', { test_clock: { now: '2026-01-31T06:00:00Z' } })
    const { invoices } = await place.api('GET', '/invoices?external_customer_id=ny')
    expect(invoices).toMatchObject([{ issuing_date: '2026-01-31', fees_amount_cents: 2900 + 800 }])
    const page = await journey.open({ width: 390 })
    await journey.signIn(page, `/${place.slug}/invoices/${invoices[0].lago_id}`)
    expect(await page.getByTestId('invoice-total').textContent()).toBe('€37.00')
    await journey.look(page, 'invoice-390')
    await page.goto(`/${place.slug}/subscriptions/new?customer=ny&plan=pro`)
    await page.getByRole('table', { name: /first invoices/ }).waitFor()
    await journey.look(page, 'form-390')
  })

  it('finds one of very many customers, whose days are of the right zone', async () => {
    for (let n = 0; n < 205; n += 41) {
      await Promise.all(
        Array.from({ length: 41 }, (_, at) =>
          place.api('POST', '/customers', { customer: { external_id: `many-${n + at}`, currency: 'EUR' } }),
        ),
      )
    }
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/subscriptions/new`)
    const customer = page.getByRole('combobox', { name: 'Customer required' })
    await page.getByText('Type a name or an id.').waitFor()
    await customer.fill('ny')
    await page.getByText('New Yorker').last().waitFor({ state: 'attached' })
    await page.getByRole('combobox', { name: 'Plan required' }).selectOption('pro')
    await page.getByRole('textbox', { name: 'External id required' }).fill('ny-late')
    await page.getByLabel('Starts').fill('2026-02-10')
    await page.getByRole('table', { name: /first invoices, in America\/New_York/ }).waitFor()
    await journey.look(page, 'one-of-many')
    await page.getByRole('button', { name: 'Create subscription' }).click()
    await page.getByRole('heading', { name: 'ny-late', level: 1 }).waitFor()
    const { subscription } = await place.api('GET', '/subscriptions/ny-late?status=pending')
    expect(subscription).toMatchObject({
      external_customer_id: 'ny',
      subscription_at: '2026-02-10T05:00:00Z',
    })
  })
})
