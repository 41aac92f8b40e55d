import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, Journey, type Place, tooWide } from '../support/browser-journey.ts'
import { makeScene, sendEvent } from '../support/browser-scenes.ts'

/** Every page below the organization, without its slug. */
const PAGES = [
  '',
  '/metrics',
  '/metrics/new',
  '/metrics/tokens',
  '/metrics/tokens/edit',
  '/metrics/held',
  '/metrics/none',
  '/plans',
  '/plans/new',
  '/plans/pro',
  '/plans/pro/edit',
  '/plans/pro/subscriptions',
  '/plans/pro/entitlements',
  '/plans/pro/versions',
  '/features',
  '/features/new',
  '/features/team',
  '/features/team/edit',
  '/customers',
  '/customers?q=nobody-has-this-name',
  '/customers/new',
  '/customers/c',
  '/customers/c/subscriptions',
  '/customers/c/usage',
  '/customers/c/invoices',
  '/customers/c/information',
  '/customers/c/activity',
  '/customers/c/edit',
  '/subscriptions',
  '/subscriptions/new?customer=c&plan=pro',
  '/subscriptions/s',
  '/subscriptions/s/usage',
  '/subscriptions/s/pricing',
  '/subscriptions/s/entitlements',
  '/subscriptions/s/invoices',
  '/subscriptions/s/events',
  '/subscriptions/s/activity',
  '/invoices',
  '/invoices?view=draft',
  '/invoices/new?customer=c',
  '/developers/events',
  '/developers/events/new',
  '/developers/keys',
  '/developers/keys/new',
  '/customers/c/payments',
  '/customers/c/wallets',
  '/customers/c/coupons',
  '/customers/c/credit-notes',
  '/coupons',
  '/coupons/new',
  '/add-ons',
  '/add-ons/new',
  '/wallets',
  '/wallets/new',
  '/credit-notes',
  '/payments',
  '/refunds',
  '/analytics',
  '/analytics/mrr',
  '/analytics/overdue',
  '/analytics/usage',
  '/analytics/collection',
  '/developers/webhooks',
  '/developers/webhooks/new',
  '/developers/activity',
  '/developers/api-log',
  '/settings',
  '/settings/billing-entities',
  '/settings/billing-entities/new',
  '/settings/taxes',
  '/settings/taxes/new',
  '/settings/invoice-sections',
  '/settings/invoice-sections/new',
  '/settings/payment-providers',
  '/settings/payment-providers/new',
  '/settings/dunning',
  '/settings/dunning/new',
  '/settings/portal',
  '/settings/portal/look',
  '/settings/team',
  '/settings/roles/new',
  '/settings/roles/finance',
  '/settings/security-log',
  '/start',
  '/start/own',
] as const

/** How each page is looked at, one after the other in the same window. */
const VIEWS = [
  ['light', 'light', 1440],
  ['dark', 'dark', 1440],
  ['light-on-a-telephone', 'light', 390],
] as const

describe.runIf(hasChromium)('every page', () => {
  let journey: Journey
  let place: Place
  let id: string

  beforeAll(async () => {
    journey = await Journey.start('pages')
    place = await journey.sandbox('Pages')
    await makeScene(place)
    await place.api('POST', '/features', {
      feature: { name: 'Team', code: 'team', privileges: [{ code: 'max', value_type: 'integer' }] },
    })
    await place.api('POST', '/plans/pro/entitlements', { entitlements: { team: { max: 5 } } })
    await place.api('POST', '/add_ons', {
      add_on: { name: 'Set-up', code: 'setup', amount_cents: 5000, amount_currency: 'EUR' },
    })
    await sendEvent(place, 'tokens', { tokens: 120 })
    await place.api('PUT', '/test_clock', { test_clock: { now: '2026-02-03T10:00:00Z' } })
    await sendEvent(place, 'calls', {})
    const held = {
      ...{ name: 'Held', code: 'held', aggregation_type: 'weighted_sum_agg', field_name: 'held' },
      ...{ weighted_interval: 'seconds', recurring: true },
    }
    await place.api('POST', '/billable_metrics', { billable_metric: held })
    const coupon = {
      ...{ name: 'Launch', code: 'launch', coupon_type: 'percentage', percentage_rate: '20' },
      ...{ frequency: 'forever', expiration: 'no_expiration' },
    }
    await place.api('POST', '/coupons', { coupon })
    const applied_coupon = { external_customer_id: 'c', coupon_code: 'launch' }
    await place.api('POST', '/applied_coupons', { applied_coupon })
    const wallet = { external_customer_id: 'c', name: 'Prepaid', rate_amount: '1', currency: 'EUR' }
    await place.api('POST', '/wallets', { wallet })
    const { invoices } = await place.api('GET', '/invoices')
    id = invoices[0].lago_id
  })
  afterAll(() => journey?.end())

  it('fits the window and has nothing for axe to find, light, dark and on a telephone', {
    timeout: 900_000,
  }, async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}`)
    for (const path of [...PAGES, `/invoices/${id}`, `/credit-notes/new?invoice=${id}`]) {
      await page.goto(`/${place.slug}${path}`)
      await page.getByRole('heading', { level: 1 }).first().waitFor()
      for (const [name, colorScheme, width] of VIEWS) {
        await page.emulateMedia({ colorScheme })
        await page.setViewportSize({ width, height: 900 })
        // All that a theme changes is colors.
        const rules = colorScheme === 'dark' && width > 1000 ? ['color-contrast'] : undefined
        await journey.look(page, `${name}${path.replaceAll(/\W+/g, '_')}`, rules)
        expect([name, path, await tooWide(page)]).toEqual([name, path, []])
      }
    }
  })
})
