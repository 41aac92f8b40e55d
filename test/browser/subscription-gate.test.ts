import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FakeStripe, startStripe } from '../fakes/stripe.ts'
import type { MethodKind } from '../fakes/stripe-state.ts'
import { hasChromium, Journey, type Place } from '../support/browser-journey.ts'
import { makeScene } from '../support/browser-scenes.ts'

describe.runIf(hasChromium)('a subscription that starts with its first payment', () => {
  let journey: Journey
  let stripe: FakeStripe
  let place: Place

  beforeAll(async () => {
    stripe = await startStripe()
    journey = await Journey.start('gate', {
      WEIR_ALLOW_FAKE_PROVIDERS: '1',
      WEIR_PROVIDER_HOSTS: JSON.stringify({ stripe: stripe.url }),
    })
    place = await journey.sandbox('Gate')
    await place.api('POST', '/api/weir/v1/payment_providers', {
      payment_provider: { type: 'stripe', code: 'main', name: 'Stripe', secret_key: 'sk_test_weir00a1b' },
    })
    const billing_configuration = { payment_provider: 'stripe', sync_with_provider: true }
    await makeScene(place, {
      plan: { pay_in_advance: true, amount_cents: 3100, charges: [] },
      customer: { email: 'c@example.com', billing_configuration },
    })
    await untilLinked()
  })
  afterAll(async () => {
    await journey?.end()
    await stripe?.close()
  })

  async function untilLinked(): Promise<void> {
    for (let n = 0; n < 300; n += 1) {
      const { customer } = await place.api('GET', '/customers/c')
      if (customer.billing_configuration.provider_customer_id) return
      await sleep(100)
    }
    throw new Error('the customer is not at Stripe')
  }

  /** Gives the customer a payment method, which Weir hears of. */
  async function addMethod(kind: MethodKind): Promise<void> {
    const [there = ''] = [...stripe.state.customers.keys()]
    const { id } = stripe.state.addMethod(there, kind)
    await tell()
    await expect
      .poll(async () => {
        const { payment_methods } = await place.api('GET', '/customers/c/payment_methods')
        return payment_methods.find((each: { is_default: boolean }) => each.is_default)?.provider_method_id
      })
      .toBe(id)
  }

  async function tell(): Promise<void> {
    for (const message of stripe.takeMessages()) {
      const { url, body, headers } = stripe.sign(message, Date.now())
      expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(200)
    }
  }

  async function fill(page: Page, externalId: string): Promise<void> {
    await page.goto(`/${place.slug}/subscriptions/new?customer=c&plan=pro`)
    await page.getByRole('textbox', { name: 'External id required' }).fill(externalId)
    await page.getByRole('switch', { name: 'Start once the first invoice is paid' }).check()
  }
  const create = (page: Page) => page.getByRole('button', { name: 'Create subscription' }).click()
  const gateOf = (page: Page) => page.getByRole('region', { name: 'Start by payment' })

  it('needs a method that can be charged, waits for its money, and is canceled when it is late', async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/subscriptions`)
    await fill(page, 'late')
    await page.getByRole('textbox', { name: 'Give up after' }).fill('24')
    await journey.look(page, 'form')
    await create(page)
    await page.getByText('The customer has no payment method that could be charged.').waitFor()
    await addMethod('needs_3ds')
    await create(page)
    await page.getByRole('heading', { name: 'late', level: 1 }).waitFor()
    const gate = gateOf(page)
    await gate.getByText('Waits for the payment of its first invoice').waitFor()
    await gate.getByText('It is canceled if the money is not there by Jan 2, 2026').waitFor()
    const { subscription } = await place.api('GET', '/subscriptions/late?status=incomplete')
    expect(subscription.activation_rules).toMatchObject([{ status: 'pending', timeout_hours: 24 }])
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: /Change plan/ }).waitFor()
    await journey.look(page, 'incomplete')
    await page.keyboard.press('Escape')

    await place.api('PUT', '/test_clock', { test_clock: { now: '2026-01-02T01:00:00Z' } })
    await expect
      .poll(async () => {
        const { subscriptions } = await place.api('GET', '/subscriptions?status[]=canceled')
        return subscriptions.map((each: { external_id: string }) => each.external_id)
      })
      .toEqual(['late'])
    await page.goto(`/${place.slug}/subscriptions/late?status=canceled`)
    await gateOf(page).getByText('The first payment did not come in time').waitFor()
    await journey.look(page, 'expired')
  })

  it('is active from the payment on', async () => {
    await addMethod('ok')
    const page = await journey.open({ width: 390 })
    await journey.signIn(page, `/${place.slug}/subscriptions`)
    await fill(page, 'paid')
    await journey.look(page, 'form-390')
    await create(page)
    await page.getByRole('heading', { name: 'paid', level: 1 }).waitFor()
    await expect
      .poll(async () => {
        await tell()
        const { subscriptions } = await place.api('GET', '/subscriptions?status[]=active')
        return subscriptions.map((each: { external_id: string }) => each.external_id)
      })
      .toContain('paid')
    await page.goto(`/${place.slug}/subscriptions/paid`)
    await gateOf(page).getByText('Started with its first payment').waitFor()
    await journey.look(page, 'paid-390')
    const dark = await journey.open({ dark: true })
    await journey.signIn(dark, `/${place.slug}/subscriptions/late?status=canceled`)
    await gateOf(dark).waitFor()
    await journey.look(dark, 'expired-dark')
  })
})
