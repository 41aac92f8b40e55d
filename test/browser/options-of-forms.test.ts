import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, Journey, type Place } from '../support/browser-journey.ts'
import { makeScene } from '../support/browser-scenes.ts'

describe.runIf(hasChromium)('the options of forms', () => {
  let journey: Journey
  let place: Place

  beforeAll(async () => {
    journey = await Journey.start('options-of-forms')
    place = await journey.sandbox('Options of forms')
    await makeScene(place)
    await place.api('POST', '/taxes', { tax: { name: 'VAT', code: 'vat', rate: 20 } })
    await place.api('POST', '/add_ons', {
      add_on: { name: 'Setup', code: 'setup', amount_cents: 5000, amount_currency: 'EUR' },
    })
  })
  afterAll(() => journey?.end())

  it('that cannot be loaded say so, are asked for again, and the form is saved', async () => {
    const page = await journey.open()
    await journey.signIn(page, '/')
    const plans = await breakList(page, 'plans')
    await page.goto(`/${place.slug}/coupons/new`)
    await page.getByRole('textbox', { name: 'Name', exact: false }).first().fill('Spring')
    await page.getByLabel('Rate').fill('20')
    await page.getByLabel('Applies to').selectOption('plans')
    const field = page.getByRole('group', { name: 'Plans' })
    await field.getByText('The plans could not be loaded.').waitFor()
    await field.scrollIntoViewIfNeeded()
    await journey.look(page, 'failed')

    await field.getByRole('button', { name: 'Try again' }).click()
    await expect.poll(() => plans.asked).toBe(2)
    await field.getByRole('button', { name: 'Try again' }).waitFor()
    plans.isBroken = false
    await field.getByRole('button', { name: 'Try again' }).click()
    await field.getByRole('checkbox', { name: 'Pro' }).check()
    await field.getByRole('alert').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Create coupon' }).click()
    await page.getByRole('heading', { name: 'Spring', level: 1 }).waitFor()
    const { coupon } = await place.api('GET', '/coupons/spring')
    expect(coupon.plan_codes).toEqual(['pro'])
  })

  it('are said to be on their way, and a select waits for them', async () => {
    const page = await journey.open()
    await journey.signIn(page, '/')
    let answer = () => {}
    const held = new Promise<void>((resolve) => {
      answer = resolve
    })
    await page.route('**/api/v1/plans?*', async (route) => {
      await held
      await route.continue()
    })
    await page.goto(`/${place.slug}/subscriptions/new`)
    await page.getByText('Loading the plans…').waitFor()
    expect(await page.getByLabel('Plan').isDisabled()).toBe(true)
    answer()
    await page.getByLabel('Plan').selectOption('pro')
    await page.getByText('Loading the plans…').waitFor({ state: 'detached' })
  })

  it('a copy waits for its original, and says when it cannot be loaded', async () => {
    const page = await journey.open()
    await journey.signIn(page, '/')
    const original = await breakPath(page, '**/api/v1/plans/pro')
    await page.goto(`/${place.slug}/plans/new?from=pro`)
    const again = page.getByRole('button', { name: 'Try again' })
    await again.waitFor()
    expect(await page.getByRole('textbox').count()).toBe(0)
    original.isBroken = false
    await again.click()
    await expect.poll(() => page.getByLabel('Code').inputValue()).toBe('pro_copy')
  })

  it.each([
    ['/plans/new', 'billable_metrics', 'metrics', 'Add a charge for'],
    ['/plans/new', 'add_ons', 'add-ons', 'Add a fixed charge for'],
    ['/plans/new', 'taxes', 'taxes', 'VAT (20%)'],
    ['/add-ons/new', 'taxes', 'taxes', 'VAT (20%)'],
    ['/customers/new', 'taxes', 'taxes', 'VAT (20%)'],
    ['/invoices/new', 'add_ons', 'add-ons', 'Add-on'],
    ['/invoices/new', 'taxes', 'taxes', 'VAT (20%)'],
    ['/wallets/new', 'billable_metrics', 'metrics', 'Calls'],
    ['/subscriptions/new', 'customers', 'customers', 'Customer'],
    ['/developers/events/new', 'billable_metrics', 'metrics', 'Metric'],
  ])('%s without its %s', async (path, list, what, label) => {
    const page = await journey.open()
    await journey.signIn(page, '/')
    const broken = await breakList(page, list)
    await page.goto(`/${place.slug}${path}`)
    const note = page.getByRole('alert').filter({ hasText: `The ${what} could not be loaded.` })
    await note.first().waitFor()
    broken.isBroken = false
    await note.first().getByRole('button', { name: 'Try again' }).click()
    await note.first().waitFor({ state: 'detached' })
    await page.getByLabel(label, { exact: false }).first().waitFor()
  })
})

/** Answers requests for a list with a failure of the server, until told otherwise. */
const breakList = (page: Page, name: string) => breakPath(page, `**/api/v1/${name}?*`)

async function breakPath(page: Page, path: string): Promise<{ isBroken: boolean; asked: number }> {
  const state = { isBroken: true, asked: 0 }
  await page.route(path, async (route) => {
    state.asked += 1
    if (state.isBroken) await route.fulfill({ status: 500, json: { status: 500, error: 'Internal error' } })
    else await route.continue()
  })
  return state
}
