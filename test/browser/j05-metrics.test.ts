import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, Journey, type Place } from '../support/browser-journey.ts'

/** Each kind with its name on the card, and what there is after each of five events of 2, 5, 2, 1.5 and 4. */
const KINDS = [
  ['Count', 'count_agg', ['1', '2', '3', '4', '5']],
  ['Sum', 'sum_agg', ['2', '7', '9', '10.5', '14.5']],
  ['Maximum', 'max_agg', ['2', '5', '5', '5', '5']],
  ['Unique count', 'unique_count_agg', ['1', '2', '2', '3', '4']],
  // On days 0, 6, 12, 18 and 24 of 30: 2 · 30/30, 5 · 24/30, 2 · 18/30, 1.5 · 12/30 and 4 · 6/30.
  ['Weighted sum', 'weighted_sum_agg', ['2', '6', '7.2', '7.8', '8.6']],
  ['Latest', 'latest_agg', ['2', '5', '2', '1.5', '4']],
] as const
const MAY_RECUR = ['sum_agg', 'unique_count_agg', 'weighted_sum_agg']

const VALUES = [2, 5, 2, 1.5, 4]

describe.runIf(hasChromium)('J05: each kind of metric', () => {
  let journey: Journey
  let place: Place

  beforeAll(async () => {
    journey = await Journey.start('j05')
    place = await journey.sandbox('Metrics')
  })
  afterAll(() => journey?.end())

  it('is made by the form, and the try-out gives the units that are right by hand', async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/metrics`)
    await page.getByRole('heading', { name: 'Measure something' }).waitFor()
    await journey.look(page, 'empty')
    for (const [label, aggregation, units] of KINDS) {
      await page.goto(`/${place.slug}/metrics/new`)
      await page.locator('#field-name').fill(`My ${label}`)
      await page.getByRole('radio', { name: new RegExp(`^${label}`) }).check()
      if (aggregation !== 'count_agg') await page.locator('#field-field_name').fill('n')
      const isRecurringOffered = await page.getByRole('switch', { name: /Carries over/ }).isVisible()
      expect([label, isRecurringOffered]).toEqual([label, MAY_RECUR.includes(aggregation)])
      const tryIt = page.getByRole('region', { name: 'Try it' })
      await tryIt.getByRole('button', { name: 'Add event' }).click()
      await tryIt.getByRole('button', { name: 'Add event' }).click()
      for (const [n, value] of VALUES.entries()) {
        await tryIt.getByLabel(`Properties of event ${n + 1}`).fill(JSON.stringify({ n: value }))
      }
      await expect.poll(() => tryIt.getByRole('status').textContent()).toBe(`Units: ${units.at(-1)}`)
      const after = tryIt.locator('tbody td.number')
      expect([label, await after.allTextContents()]).toEqual([label, units])
      if (aggregation === 'weighted_sum_agg') await journey.look(page, 'weighted')
      await page.getByRole('button', { name: 'Create metric' }).click()
      await page.getByRole('heading', { name: `My ${label}`, level: 1 }).waitFor()
    }
    await journey.look(page, 'detail')
    const { billable_metrics } = await place.api('GET', '/billable_metrics')
    expect(
      billable_metrics.map((metric: { aggregation_type: string }) => metric.aggregation_type).sort(),
    ).toEqual(KINDS.map(([, aggregation]) => aggregation).sort())
    const { billable_metric } = await place.api('GET', '/billable_metrics/my_weighted_sum')
    expect(billable_metric).toMatchObject({ recurring: true, weighted_interval: 'seconds' })
  })

  it('offers no custom aggregation, which the API refuses', async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/metrics/new`)
    const kinds = page.getByRole('main').getByRole('radio')
    await kinds.first().waitFor()
    expect(await kinds.count()).toBe(KINDS.length)
    const custom = { name: 'Custom', code: 'custom', aggregation_type: 'custom_agg' }
    await expect(place.api('POST', '/billable_metrics', { billable_metric: custom })).rejects.toThrow(
      /403 .*feature_unavailable/,
    )
  })

  it('computes its property by an expression', async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/metrics/new`)
    await page.locator('#field-name').fill('Doubled')
    await page.getByRole('radio', { name: /^Sum/ }).check()
    await page.locator('#field-field_name').fill('twice')
    await page.locator('#field-expression').fill('event.properties.n * 2')
    const tryIt = page.getByRole('region', { name: 'Try it' })
    await tryIt.getByRole('button', { name: 'Add event' }).click()
    await tryIt.getByRole('button', { name: 'Add event' }).click()
    for (const [n, value] of VALUES.entries()) {
      await tryIt.getByLabel(`Properties of event ${n + 1}`).fill(JSON.stringify({ n: value }))
    }
    // Twice 2, 5, 2, 1.5 and 4.
    await expect.poll(() => tryIt.getByRole('status').textContent()).toBe('Units: 29')
    await page.locator('#field-rounding_function').selectOption('ceil')
    await page.locator('#field-rounding_precision').fill('-1')
    await expect.poll(() => tryIt.getByRole('status').textContent()).toBe('Units: 30')
    await page.getByRole('button', { name: 'Create metric' }).click()
    await page.getByRole('heading', { name: 'Doubled', level: 1 }).waitFor()
    const { billable_metric } = await place.api('GET', '/billable_metrics/doubled')
    expect(billable_metric).toMatchObject({
      aggregation_type: 'sum_agg',
      field_name: 'twice',
      expression: 'event.properties.n * 2',
      rounding_function: 'ceil',
      rounding_precision: -1,
    })
  })

  it('keeps filters, and shows the refusal of a code that is taken at its field', async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/metrics/new`)
    await page.locator('#field-name').fill('Regional')
    await page.locator('#field-code').fill('my_sum')
    await page.getByRole('button', { name: 'Add filter' }).click()
    await page.getByLabel('Key of filter 1').fill('region')
    await page.getByLabel('Values of filter region').fill('eu,us,')
    await page.keyboard.press('Enter')
    const tryIt = page.getByRole('region', { name: 'Try it' })
    for (const [n, region] of ['eu', 'us', 'asia'].entries()) {
      await tryIt.getByLabel(`Properties of event ${n + 1}`).fill(JSON.stringify({ region }))
    }
    const after = tryIt.locator('tbody td.number')
    await expect.poll(() => after.allTextContents()).toEqual(['1 region: eu', '2 region: us', '3'])
    await page.getByRole('button', { name: 'Create metric' }).click()
    await page.locator('#field-code-error').waitFor()
    expect(await page.locator('#field-code').getAttribute('aria-invalid')).toBe('true')
    await journey.look(page, 'refused')
    await page.locator('#field-code').fill('regional')
    await page.getByRole('button', { name: 'Create metric' }).click()
    await page.getByRole('heading', { name: 'Regional', level: 1 }).waitFor()
    const { billable_metric } = await place.api('GET', '/billable_metrics/regional')
    expect(billable_metric.filters).toEqual([{ key: 'region', values: ['eu', 'us'] }])
  })
})
