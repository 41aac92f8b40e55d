import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, Journey, type Place } from '../support/browser-journey.ts'
import { makeScene, sendEvent } from '../support/browser-scenes.ts'

describe.runIf(hasChromium)('J12 and J23: usage and events, live', () => {
  let journey: Journey
  let place: Place

  beforeAll(async () => {
    journey = await Journey.start('j12')
    place = await journey.sandbox('Live')
    const { metricIds } = await makeScene(place)
    await makeTiered(metricIds.tokens)
  })
  afterAll(() => journey?.end())

  /** A subscription of tokens in three tiers, with other tiers in Europe. */
  async function makeTiered(tokens: string | undefined): Promise<void> {
    const filters = [{ key: 'region', values: ['eu'] }]
    await place.api('PUT', '/billable_metrics/tokens', { billable_metric: { filters } })
    const range = (from_value: number, to_value: number | null, per_unit_amount: string) => ({
      ...{ from_value, to_value, per_unit_amount, flat_amount: '0' },
    })
    const ranges = [range(0, 1000, '0.10'), range(1001, 5000, '0.05'), range(5001, null, '0.01')]
    const charge = { billable_metric_id: tokens, charge_model: 'graduated' }
    const european = {
      values: { region: ['eu'] },
      properties: { graduated_ranges: [range(0, 50, '0.20'), range(51, null, '0.15')] },
    }
    for (const [code, filtered] of [
      ['tiered', []],
      ['regional', [european]],
    ] as const) {
      await place.api('POST', '/plans', {
        plan: {
          ...{ name: code, code, interval: 'monthly', amount_cents: 0, amount_currency: 'EUR' },
          charges: [{ ...charge, properties: { graduated_ranges: ranges }, filters: filtered }],
        },
      })
      await place.api('POST', '/subscriptions', {
        subscription: { external_customer_id: 'c', external_id: code, plan_code: code },
      })
    }
  }

  it('moves in two windows without a reload, and again after the network was cut', async () => {
    const pages = [await journey.open(), await journey.open()]
    for (const page of pages) {
      await journey.signIn(page, `/${place.slug}/subscriptions/s`)
      await page.getByTestId('usage-total').waitFor()
    }
    await sendEvent(place, 'tokens', { tokens: 500 })
    const totals = () => Promise.all(pages.map((page) => page.getByTestId('usage-total').textContent()))
    await expect.poll(totals, { timeout: 5000 }).toEqual(['€5.00', '€5.00'])
    const [first] = pages
    if (!first) throw new Error('no window')
    await journey.look(first, 'usage')
    await first.context().setOffline(true)
    await sendEvent(place, 'tokens', { tokens: 100 })
    await first.waitForTimeout(10_000)
    await first.context().setOffline(false)
    await expect.poll(totals, { timeout: 20_000 }).toEqual(['€6.00', '€6.00'])
  })

  it('says which tier is reached and how far the next one is, as its prices change there', async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/subscriptions/tiered`)
    const usage = page.getByRole('region', { name: 'Usage of tiered' })
    const card = usage.getByRole('listitem').filter({ hasText: 'Tokens' })
    const total = page.getByTestId('usage-total')
    for (const [tokens, words, amount] of [
      [1, 'Tier 1 of 3 · 999 units to the next', '€0.10'],
      // 999 · 0.10 more: the whole tier is used, and the next unit costs less.
      [999, 'Tier 1 of 3 · 0 units to the next', '€100.00'],
      [4, 'Tier 2 of 3 · 3,996 units to the next', '€100.20'],
      [3995, 'Tier 2 of 3 · 1 unit to the next', '€299.95'],
      [2, 'Tier 3 of 3', '€300.01'],
    ] as const) {
      await sendEvent(place, 'tokens', { tokens }, 'tiered')
      await card.getByText(words, { exact: true }).waitFor()
      await expect.poll(() => total.textContent()).toBe(amount)
    }
    await page.evaluate('scrollTo(0, 0)')
    await journey.look(page, 'tiers')

    await page.goto(`/${place.slug}/subscriptions/regional`)
    await sendEvent(place, 'tokens', { tokens: 20, region: 'eu' }, 'regional')
    await sendEvent(place, 'tokens', { tokens: 70, region: 'us' }, 'regional')
    const parts = page.getByRole('region', { name: 'Usage of regional' }).locator('.usage-parts')
    const ofPart = (part: string) => parts.getByRole('listitem').filter({ hasText: part })
    await ofPart('eu').getByText('Tier 1 of 2 · 30 units to the next', { exact: true }).waitFor()
    await ofPart('Others').getByText('Tier 1 of 3 · 930 units to the next', { exact: true }).waitFor()
    await journey.look(page, 'tiers-of-filters')
  })

  it('shows events with the reason why nothing meters them', async () => {
    await sendEvent(place, 'tokns', { tokens: 1 })
    await sendEvent(place, 'tokens', {})
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/developers/events`)
    const rows = page.getByRole('region', { name: 'events' }).getByRole('row')
    await expect
      .poll(() =>
        rows
          .filter({ hasText: 'Matches nothing' })
          .or(rows.filter({ hasText: 'Unmatched' }))
          .count(),
      )
      .toBeGreaterThan(0)
    await rows.filter({ hasText: 'tokns' }).getByRole('button').click()
    await page.getByRole('dialog').getByText('Did you mean “tokens”?').waitFor()
    await journey.look(page, 'event')
    await page.keyboard.press('Escape')
    const before = await rows.count()
    await sendEvent(place, 'calls', {})
    await expect.poll(() => rows.count(), { timeout: 5000 }).toBe(before + 1)
    await journey.look(page, 'events')
  })
})
