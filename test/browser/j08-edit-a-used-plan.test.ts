import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, Journey, type Place } from '../support/browser-journey.ts'
import { makeScene } from '../support/browser-scenes.ts'

const VERSIONS = '/api/weir/v1/plans/team/versions'

const tiers = (last: string) => ({
  graduated_ranges: [
    { from_value: 0, to_value: 100, per_unit_amount: '1', flat_amount: '0' },
    { from_value: 101, to_value: null, per_unit_amount: last, flat_amount: '0' },
  ],
})

describe.runIf(hasChromium)('J08: a plan that is used is edited, and restored', () => {
  let journey: Journey
  let place: Place
  let chargeId: string

  /** What each of the four subscriptions pays beyond a hundred calls. */
  async function lastPrices(): Promise<Record<string, string>> {
    const prices = ['anna', 'ben', 'cleo', 'dora'].map(async (id) => {
      const { charges } = await place.api('GET', `/subscriptions/${id}/charges`)
      return [id, charges[0].properties.graduated_ranges[1].per_unit_amount]
    })
    return Object.fromEntries(await Promise.all(prices))
  }

  beforeAll(async () => {
    journey = await Journey.start('j08')
    place = await journey.sandbox('Versions')
    const { metricIds } = await makeScene(place)
    const { plan } = await place.api('POST', '/plans', {
      plan: {
        ...{ name: 'Team', code: 'team', interval: 'monthly', amount_cents: 2000, amount_currency: 'EUR' },
        charges: [
          {
            billable_metric_id: metricIds.calls,
            charge_model: 'graduated',
            properties: tiers('0.5'),
            invoice_display_name: 'API calls',
          },
        ],
      },
    })
    chargeId = plan.charges[0].lago_id
    // Three follow: two on the plan, and one that has another base price only. The fourth has a price of its own.
    for (const [external_id, plan_overrides] of [
      ['anna', undefined],
      ['ben', undefined],
      ['cleo', { amount_cents: 1500 }],
      ['dora', { charges: [{ id: chargeId, properties: tiers('0.8') }] }],
    ] as const) {
      const name = external_id.charAt(0).toUpperCase() + external_id.slice(1)
      await place.api('POST', '/customers', { customer: { external_id, name, currency: 'EUR' } })
      await place.api('POST', '/subscriptions', {
        subscription: { external_customer_id: external_id, external_id, plan_code: 'team', plan_overrides },
      })
    }
  })
  afterAll(() => journey?.end())

  /** Changes the price of the last tier in the form, and opens the question who gets it. */
  async function editLastTier(page: Page, price: string) {
    await page.goto(`/${place.slug}/plans/team/edit`)
    const charge = page.getByRole('group', { name: /API calls/ }).first()
    await charge
      .getByRole('button', { name: /API calls|Edit|Open/ })
      .first()
      .click()
    const cell = page.getByRole('textbox', { name: 'Tier 2, price per unit' })
    await cell.fill(price)
    await cell.blur()
    await page.getByRole('button', { name: 'Save plan' }).click()
    const dialog = page.getByRole('dialog', { name: 'Save changes of Team' })
    await dialog.getByRole('table', { name: 'What changes' }).waitFor()
    return dialog
  }

  it('says in money what changes and who keeps a price, and changes three of four', async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/plans/team`)
    const dialog = await editLastTier(page, '0.75')
    const row = dialog.getByRole('table', { name: 'What changes' }).getByRole('row').nth(1)
    expect(await row.getByRole('rowheader').textContent()).toBe('API calls, 101 – ∞, price per unit')
    expect(await row.getByRole('cell').allTextContents()).toEqual(['Before€0.50', 'After€0.75'])
    // 150 calls: 100 at 1.00 and 50 at the price of the tier, and 20.00.
    await dialog.getByTestId('typical-bill').getByText('€157.50', { exact: true }).waitFor()
    expect(await dialog.getByTestId('typical-bill').textContent()).toContain('instead of €145.00')
    const whom = dialog.getByRole('region', { name: 'Subscriptions' })
    expect(await whom.textContent()).toContain('2 subscriptions on this plan, 2 subscriptions with prices')
    expect(await whom.getByRole('listitem').allTextContents()).toEqual([
      'dora of Dora: API calls: 0 – 100: €1.00 each; 101 – ∞: €0.80 each',
    ])
    const all = dialog.getByRole('radio', { name: /Existing subscriptions too/ })
    expect(await all.isChecked()).toBe(true)
    await dialog.getByText('3 subscriptions in full').waitFor()
    await journey.look(page, 'dialog')
    expect(await lastPrices()).toEqual({ anna: '0.5', ben: '0.5', cleo: '0.5', dora: '0.8' })

    await dialog.getByRole('button', { name: 'Save changes' }).click()
    await page.getByRole('heading', { name: 'Team', level: 1 }).waitFor()
    await page.getByText('101 – ∞: €0.75 each').waitFor()
    expect(await lastPrices()).toEqual({ anna: '0.75', ben: '0.75', cleo: '0.75', dora: '0.8' })
  })

  it('lists the version with who made it, and restores the one before', async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/plans/team`)
    await page.getByRole('link', { name: 'Versions' }).click()
    const second = page.getByRole('listitem', { name: 'Version 2' })
    await second.getByText(journey.email).waitFor()
    await second.getByText('Current').waitFor()
    expect(await second.getByRole('cell').allTextContents()).toEqual(['Before€0.50', 'After€0.75'])
    await journey.look(page, 'versions')
    await page.getByRole('button', { name: 'Restore version 1' }).click()
    const dialog = page.getByRole('dialog', { name: 'Restore version 1 of Team' })
    await dialog.getByTestId('typical-bill').getByText('€145.00', { exact: true }).waitFor()
    expect(await dialog.getByRole('cell').allTextContents()).toEqual(['Before€0.75', 'After€0.50'])
    await journey.look(page, 'restore')
    await dialog.getByRole('button', { name: 'Restore version' }).click()
    await page.getByRole('listitem', { name: 'Version 3' }).getByText('Restored from 1').waitFor()
    expect(await lastPrices()).toEqual({ anna: '0.5', ben: '0.5', cleo: '0.5', dora: '0.8' })
    const { plan_versions: versions } = await place.api('GET', VERSIONS)
    expect(versions).toMatchObject([
      { number: 3, restored_from: 1, cascade_updates: true, user_email: journey.email },
      { number: 2, restored_from: null, cascade_updates: true, changes: [{ before: '0.5', after: '0.75' }] },
      { number: 1, source: 'api', changes: [] },
    ])
  })

  it('makes a plan beside it when only new subscriptions get the change', async () => {
    const page = await journey.open({ width: 390 })
    await journey.signIn(page, `/${place.slug}/plans/team`)
    const dialog = await editLastTier(page, '0.4')
    await dialog.getByRole('radio', { name: /Only new subscriptions/ }).check()
    await dialog.getByLabel('Name of the new plan').fill('Team 2026')
    await dialog.getByLabel('Code of the new plan').fill('team_2026')
    await journey.look(page, 'dialog-390')
    await dialog.getByRole('button', { name: 'Save changes' }).click()
    await page.getByRole('heading', { name: 'Team 2026', level: 1 }).waitFor()
    const { plan } = await place.api('GET', '/plans/team_2026')
    expect(plan).toMatchObject({ name: 'Team 2026', charges: [{ properties: tiers('0.4') }] })
    expect(plan.charges[0].lago_id).not.toBe(chargeId)
    expect(await lastPrices()).toEqual({ anna: '0.5', ben: '0.5', cleo: '0.5', dora: '0.8' })
    await page.goto(`/${place.slug}/plans/team/versions`)
    await page.getByRole('listitem', { name: 'Version 3' }).waitFor()
    await journey.look(page, 'versions-390')
  })

  it('can be read in the dark', async () => {
    const page = await journey.open({ dark: true })
    await journey.signIn(page, `/${place.slug}/plans/team/versions`)
    await page.getByRole('button', { name: 'Restore version 2' }).click()
    await page.getByRole('dialog').getByTestId('typical-bill').waitFor()
    await journey.look(page, 'restore-dark')
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
    await journey.look(page, 'versions-dark')
  })
})
