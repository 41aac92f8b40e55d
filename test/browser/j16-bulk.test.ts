import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, Journey, type Place } from '../support/browser-journey.ts'
import { makeScene } from '../support/browser-scenes.ts'

const DRAFTS = 250

describe.runIf(hasChromium)('J16: many invoices at once', () => {
  let journey: Journey
  let place: Place

  beforeAll(async () => {
    journey = await Journey.start('j16')
    place = await journey.sandbox('Bulk')
    const { api } = place
    await makeScene(place)
    // One is in dollars, so that a filter has something to leave out.
    await api('POST', '/plans', {
      plan: { name: 'US', code: 'us', interval: 'monthly', amount_cents: 100, amount_currency: 'USD' },
    })
    const subscribe = async (id: string, currency: string, plan_code: string) => {
      const billing_configuration = { invoice_grace_period: 3 }
      await api('POST', '/customers', { customer: { external_id: id, currency, billing_configuration } })
      await api('POST', '/subscriptions', {
        subscription: { external_customer_id: id, external_id: id, plan_code },
      })
    }
    await subscribe('usd', 'USD', 'us')
    for (let first = 0; first < DRAFTS; first += 25) {
      await Promise.all(Array.from({ length: 25 }, (_, n) => subscribe(`n${first + n}`, 'EUR', 'pro')))
    }
    await api('PUT', '/test_clock', { test_clock: { now: '2026-02-01T01:00:00Z' } })
  })
  afterAll(() => journey?.end())

  const countOf = async (query: string): Promise<number> =>
    (await place.api('GET', `/invoices?per_page=1&${query}`)).meta.total_count

  it('finalizes 250 drafts across a reload; what failed has its reason, and is done when it is tried again', async () => {
    expect(await countOf('status=draft')).toBe(DRAFTS + 1)
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/invoices?view=draft`)
    const list = page.getByRole('region', { name: 'invoices', exact: true })
    await list.getByRole('checkbox', { name: 'Select row 1', exact: true }).check()
    await list.getByRole('checkbox', { name: 'Select row 4', exact: true }).click({ modifiers: ['Shift'] })
    const bar = page.getByRole('region', { name: 'Selection' })
    await bar.getByText('4 drafts selected').waitFor()
    // Other filters, another selection; nothing can be chosen of the rows that they replace.
    let answer = () => {}
    const held = new Promise<void>((resolve) => {
      answer = resolve
    })
    await page.route(/\/invoices\?.*currency=EUR/, (route) => held.then(() => route.continue()))
    await page.getByLabel('Currency').selectOption('EUR')
    await bar.waitFor({ state: 'detached' })
    const all = list.getByRole('checkbox', { name: 'Select this page' })
    expect(await all.isDisabled()).toBe(true)
    expect(await list.getByRole('checkbox', { name: 'Select row 1', exact: true }).isDisabled()).toBe(true)
    answer()
    await all.check()
    await bar.getByText('50 drafts selected').waitFor()
    await bar.getByRole('button', { name: 'Select all 250 that match' }).click()
    await bar.getByText('250 drafts selected').waitFor()
    await journey.look(page, 'selected')

    // Two of them cannot be reached for a while.
    const { invoices } = await place.api('GET', '/invoices?status=draft&currency=EUR&per_page=2&page=3')
    const lost = invoices.map((invoice: { lago_id: string }) => `**/invoices/${invoice.lago_id}/finalize`)
    for (const path of lost) await page.route(path, (route) => route.abort())
    await bar.getByRole('button', { name: 'Finalize' }).click()
    const asked = page.getByRole('dialog', { name: 'Finalize 250 drafts?' })
    await journey.look(page, 'asked')
    await asked.getByRole('button', { name: 'Finalize drafts' }).click()
    const task = page.getByRole('banner').getByRole('button', { name: /^Finalizing \d+ of 250/ })
    await task.waitFor()
    await expect.poll(() => countOf('status=finalized')).toBeGreaterThan(5)
    await page.reload()
    await task.click()
    const dialog = page.getByRole('dialog', { name: 'Finalize invoices' })
    await dialog.getByRole('progressbar').waitFor()
    await page.goto(`/${place.slug}/plans`)
    const result = page.getByRole('banner').getByRole('button', { name: '248 of 250 finalized, 2 failed' })
    await result.waitFor({ timeout: 180_000 })
    // And the one of a customer without a grace period.
    expect([await countOf('status=finalized'), await countOf('status=draft')]).toEqual([249, 3])
    await result.click()
    const failed = dialog.getByRole('list', { name: 'Failed' }).getByRole('listitem')
    expect(await failed.allTextContents()).toEqual([
      expect.stringMatching(/^Draft for n\d+ The server cannot be reached\.$/),
      expect.stringMatching(/^Draft for n\d+ The server cannot be reached\.$/),
    ])
    await journey.look(page, 'failed')

    for (const path of lost) await page.unroute(path)
    await dialog.getByRole('button', { name: 'Retry failed' }).click()
    await dialog.getByText('250 of 250 finalized').waitFor()
    expect(await countOf('status=draft&currency=EUR')).toBe(0)
    const { invoices: some } = await place.api('GET', '/invoices?status=finalized&per_page=100')
    const numbers = some.map(({ number }: { number: string }) => number)
    expect(new Set(numbers).size).toBe(100)
    await dialog.getByRole('button', { name: 'Put away' }).click()
    await page.reload()
    await page.getByRole('heading', { name: 'Plans', level: 1 }).waitFor()
    expect(await page.getByRole('button', { name: /of 250/ }).count()).toBe(0)
  })

  it('says why a draft was not finalized that somebody else finalized before', async () => {
    const page = await journey.open({ width: 390 })
    await journey.signIn(page, `/${place.slug}/invoices?view=draft`)
    await page.getByRole('checkbox', { name: 'Select row 1', exact: true }).check()
    const bar = page.getByRole('region', { name: 'Selection' })
    await bar.getByRole('button', { name: 'Finalize' }).click()
    const { invoices } = await place.api('GET', '/invoices?status=draft')
    await place.api('PUT', `/invoices/${invoices[0].lago_id}/finalize`)
    await page.getByRole('dialog').getByRole('button', { name: 'Finalize drafts' }).click()
    await page.getByRole('button', { name: '0 of 1 finalized, 1 failed' }).click()
    await page.getByRole('dialog').getByText('It is no longer a draft.').waitFor()
    await journey.look(page, 'gone-390')
  })
})
