import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, Journey, type Place } from '../support/browser-journey.ts'
import { makeScene } from '../support/browser-scenes.ts'

describe.runIf(hasChromium)('J13: an upgrade in the middle of the month, then a downgrade', () => {
  let journey: Journey
  let place: Place

  beforeAll(async () => {
    journey = await Journey.start('j13')
    place = await journey.sandbox('Changes')
    // In advance, so that the upgrade credits what was paid for the rest of January.
    await makeScene(place, { plan: { pay_in_advance: true, amount_cents: 3100, charges: [] } })
    for (const [code, name, amount_cents] of [
      ['business', 'Business', 6200],
      ['small', 'Small', 1000],
    ] as const) {
      await place.api('POST', '/plans', {
        plan: {
          ...{ name, code, interval: 'monthly', amount_cents, amount_currency: 'EUR' },
          pay_in_advance: true,
        },
      })
    }
    await place.api('PUT', '/test_clock', { test_clock: { now: '2026-01-16T12:00:00Z' } })
  })
  afterAll(() => journey?.end())

  it('shows what each change bills, makes just that, and marks both borders', async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/subscriptions/s`)
    const choose = async (plan: string) => {
      await page.getByRole('button', { name: 'More actions' }).click()
      await page.getByRole('menuitem', { name: 'Change plan' }).click()
      const dialog = page.getByRole('dialog', { name: 'Change plan' })
      const option = dialog.getByRole('option', { name: new RegExp(`^${plan} `) })
      await option.waitFor({ state: 'attached' })
      await dialog.getByLabel('New plan').selectOption({ label: (await option.textContent()) ?? '' })
      return dialog
    }
    const invoices = async () => (await place.api('GET', '/invoices')).invoices
    const before = await invoices()

    const upgrade = await choose('Business')
    await upgrade.getByRole('heading', { name: /^An upgrade, with the invoice of Jan 16, 2026/ }).waitFor()
    // 16 of 31 days at 62.00, less 16 of 31 days that were paid at 31.00.
    const total = upgrade.getByRole('row', { name: 'Total' }).getByRole('cell')
    expect(await total.textContent()).toBe('€16.00')
    expect(await upgrade.getByRole('row', { name: 'Credit notes' }).getByRole('cell').textContent()).toBe(
      '−€16.00',
    )
    await journey.look(page, 'upgrade')
    await upgrade.getByRole('button', { name: 'Change plan' }).click()
    await page.getByRole('status').getByText('The plan was changed.').waitFor()
    await page.getByRole('main').getByRole('link', { name: 'Business' }).waitFor()
    const made = (await invoices()).filter(
      ({ lago_id }: { lago_id: string }) => lago_id !== before[0].lago_id,
    )
    expect(made).toMatchObject([
      { fees_amount_cents: 3200, credit_notes_amount_cents: 1600, total_amount_cents: 1600 },
    ])

    const downgrade = await choose('Small')
    await downgrade.getByRole('heading', { name: /^A downgrade, with the invoice of Feb 1, 2026/ }).waitFor()
    expect(await downgrade.getByRole('row', { name: 'Total' }).getByRole('cell').textContent()).toBe('€10.00')
    await journey.look(page, 'downgrade')
    await downgrade.getByRole('button', { name: 'Change plan' }).click()
    const timeline = page.getByRole('region', { name: 'Billing periods' })
    await timeline.getByText('Changes to Small').waitFor()
    await timeline.getByText('Changed from Pro').waitFor()
    expect(
      await timeline.getByRole('listitem').filter({ hasText: 'Changes to Small' }).textContent(),
    ).toContain('Feb 1, 2026')
    await page.getByText('Downgrade scheduled').waitFor()
    await journey.look(page, 'scheduled')

    // Taken back, and asked for again.
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'Keep Business' }).click()
    await page.getByRole('button', { name: 'Keep the plan' }).click()
    await page.getByRole('status').getByText('The change was taken back.').waitFor()
    expect((await place.api('GET', '/subscriptions/s')).subscription.next_plan_code).toBeNull()
    await (await choose('Small')).getByRole('button', { name: 'Change plan' }).click()
    await timeline.getByText('Changes to Small').waitFor()

    await place.api('PUT', '/test_clock', { test_clock: { now: '2026-02-01T01:00:00Z' } })
    await page.reload()
    await page.getByRole('main').getByRole('link', { name: 'Small' }).waitFor()
    await timeline.getByText('Changed from Business').waitFor()
    await journey.look(page, 'switched')
    const { subscription } = await place.api('GET', '/subscriptions/s')
    expect(subscription).toMatchObject({ plan_code: 'small', started_at: '2026-02-01T00:00:00.000Z' })
    const newest = (await invoices())[0]
    expect(newest).toMatchObject({ issuing_date: '2026-02-01', fees_amount_cents: 1000 })
  })
})
