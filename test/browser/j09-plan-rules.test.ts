import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, Journey, type Place } from '../support/browser-journey.ts'
import { makeScene } from '../support/browser-scenes.ts'

describe.runIf(hasChromium)('J09: what a plan cannot be', () => {
  let journey: Journey
  let place: Place
  let latestId: string
  let tokensId: string

  beforeAll(async () => {
    journey = await Journey.start('j09')
    place = await journey.sandbox('Rules')
    const { metricIds } = await makeScene(place)
    tokensId = metricIds.tokens ?? ''
    const { billable_metric } = await place.api('POST', '/billable_metrics', {
      billable_metric: { name: 'Level', code: 'level', aggregation_type: 'latest_agg', field_name: 'level' },
    })
    latestId = billable_metric.lago_id
  })
  afterAll(() => journey?.end())

  /** The refusal of the API for a plan with these parts. */
  const refusalOf = async (parts: object): Promise<Record<string, readonly string[]>> => {
    const answer = await fetch(`${journey.url}/api/v1/plans`, {
      method: 'POST',
      headers: { authorization: `Bearer ${place.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        plan: {
          ...{ name: 'X', code: 'x', interval: 'monthly', amount_cents: 0, amount_currency: 'EUR' },
          ...parts,
        },
      }),
    })
    expect(answer.status).toBe(422)
    return ((await answer.json()) as { error_details: Record<string, readonly string[]> }).error_details
  }
  const ranges = (to: number, next: number) => ({
    graduated_ranges: [
      { from_value: 0, to_value: to, per_unit_amount: '1', flat_amount: '0' },
      { from_value: next, to_value: null, per_unit_amount: '1', flat_amount: '0' },
    ],
  })

  it('says so at the field before it is saved, and the API says the same', async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/plans/new`)
    const add = (label: string) => page.getByLabel('Add a charge for').selectOption({ label })
    await page.getByLabel('Name required').first().fill('Impossible')

    await add('Tokens (tokens)')
    const tokens = page.getByRole('group', { name: 'Charge Tokens' })
    await tokens.getByRole('button', { name: 'More options' }).click()
    const inAdvance = tokens.getByRole('switch', { name: 'Bill each event when it arrives' })
    expect(await inAdvance.isEnabled()).toBe(true)
    await tokens.getByRole('radio', { name: /^Volume/ }).check()
    expect(await inAdvance.isEnabled()).toBe(false)
    await tokens.getByText('Volume prices are known only at the end of the period.').waitFor()
    await journey.look(page, 'volume')
    const volume = {
      volume_ranges: [{ from_value: 0, to_value: null, per_unit_amount: '1', flat_amount: '0' }],
    }
    expect(
      Object.values(
        await refusalOf({
          charges: [
            {
              billable_metric_id: tokensId,
              charge_model: 'volume',
              pay_in_advance: true,
              properties: volume,
            },
          ],
        }),
      ).flat(),
    ).toContain('invalid_aggregation_type_or_charge_model')

    // Tiers follow one another whatever is typed, so that there is no gap.
    await tokens.getByRole('radio', { name: /^Graduated [A-Z]/ }).check()
    await page.getByRole('button', { name: 'Add tier' }).click()
    await page.getByLabel('Tier 1, to').fill('50')
    const second = tokens.getByRole('row').nth(2)
    await expect.poll(() => second.textContent()).toContain('51')
    expect(
      Object.values(
        await refusalOf({
          charges: [{ billable_metric_id: tokensId, charge_model: 'graduated', properties: ranges(50, 60) }],
        }),
      ).flat(),
    ).toContain('invalid_graduated_ranges')
    await tokens.getByRole('button', { name: /^Tokens/ }).click()

    await add('Level (level)')
    const level = page.getByRole('group', { name: 'Charge Level' })
    const percentage = level.getByRole('radio', { name: /^Percentage/ })
    expect(await percentage.isDisabled()).toBe(true)
    await level.getByText('Not with a metric of the latest value.').first().waitFor()
    await journey.look(page, 'latest')
    const latest = {
      charges: [{ billable_metric_id: latestId, charge_model: 'percentage', properties: { rate: '1' } }],
    }
    expect(Object.values(await refusalOf(latest)).flat().length).toBeGreaterThan(0)
    await level.getByRole('button', { name: /^Level/ }).click()

    // Only one threshold repeats: a second one takes it over.
    for (const amount of ['10', '20']) {
      await page.getByRole('button', { name: 'Add threshold' }).click()
      await page
        .getByLabel(/^Amount of threshold/)
        .last()
        .fill(amount)
    }
    const repeats = page.getByRole('checkbox', { name: 'repeats' })
    await repeats.first().check()
    await repeats.last().check()
    expect(await repeats.first().isChecked()).toBe(false)
    const thresholds = [
      { amount_cents: 1000, recurring: true },
      { amount_cents: 2000, recurring: true },
    ]
    expect(await refusalOf({ usage_thresholds: thresholds })).toMatchObject({
      usage_thresholds: expect.arrayContaining([expect.stringMatching(/recurring/)]),
    })

    // Two of the same amount are refused by the form, which says where, and by the API.
    await repeats.last().uncheck()
    const same = [{ amount_cents: 1000 }, { amount_cents: 1000 }]
    expect(await refusalOf({ usage_thresholds: same })).toMatchObject({
      usage_thresholds: ['duplicated_values'],
    })
    await page
      .getByLabel(/^Amount of threshold/)
      .last()
      .fill('10')
    await page.getByRole('button', { name: 'Create plan' }).click()
    const summary = page.getByRole('alert').filter({ hasText: 'This is not saved yet' })
    await summary.waitFor()
    await expect.poll(() => summary.evaluate((node) => node === node.ownerDocument.activeElement)).toBe(true)
    await summary.getByText('Two thresholds have the same amount.').waitFor()
    await journey.look(page, 'refused')
    expect((await place.api('GET', '/plans')).plans).toHaveLength(1)
  })
})
