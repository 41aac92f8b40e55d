import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type FakeStripe, startStripe } from '../fakes/stripe.ts'
import { hasChromium, Journey, type Place } from '../support/browser-journey.ts'
import { makeScene, sendEvent } from '../support/browser-scenes.ts'

const WAIT = { timeout: 30_000, interval: 100 }
const GRACE = { customer: { billing_configuration: { invoice_grace_period: 3 } } }

describe.runIf(hasChromium)('J15: from draft to paid', () => {
  let stripe: FakeStripe
  let journey: Journey
  let place: Place

  beforeAll(async () => {
    stripe = await startStripe()
    journey = await Journey.start('j15', {
      WEIR_ALLOW_FAKE_PROVIDERS: '1',
      WEIR_PROVIDER_HOSTS: JSON.stringify({ stripe: stripe.url }),
      LAGO_CHECKOUT_AUTO_PAYMENT_DELAY_SECONDS: '0',
    })
    place = await journey.sandbox('Drafts')
    await makeScene(place, GRACE)
    await place.api('POST', '/api/weir/v1/payment_providers', {
      payment_provider: { type: 'stripe', code: 'main', name: 'Stripe', secret_key: 'sk_test_weir00a1b' },
    })
    const billing_configuration = {
      payment_provider: 'stripe',
      payment_provider_code: 'main',
      sync_with_provider: true,
    }
    await place.api('POST', '/customers', { customer: { external_id: 'c', billing_configuration } })
    await vi.waitFor(() => expect(stripe.state.customers.size).toBe(1), WAIT)
    await addMethod('no_money')
    await sendEvent(place, 'tokens', { tokens: 1000 })
    await place.api('PUT', '/test_clock', { test_clock: { now: '2026-02-01T01:00:00Z' } })
  })
  afterAll(async () => {
    await journey?.end()
    await stripe?.close()
  })

  const methods = async () => (await place.api('GET', '/customers/c/payment_methods')).payment_methods

  /** The customer leaves a card at Stripe, which tells of it. */
  async function addMethod(kind: 'ok' | 'no_money'): Promise<string> {
    const [customer = ''] = [...stripe.state.customers.keys()]
    const { id } = stripe.state.addMethod(customer, kind)
    for (const message of stripe.takeMessages()) {
      const { url, headers, body } = stripe.sign(message, Date.now())
      expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(200)
    }
    const known = async () =>
      (await methods()).map((each: { provider_method_id: string }) => each.provider_method_id)
    await vi.waitFor(async () => expect(await known()).toContain(id), WAIT)
    return id
  }

  it('a changed line, refresh, finalize, a payment that fails and one that succeeds; the number is given once', async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/invoices?view=draft`)
    await page.getByRole('region', { name: 'invoices', exact: true }).getByRole('link').first().click()
    const heading = page.getByRole('heading', { level: 1 })
    const total = page.getByTestId('invoice-total')
    await page.getByRole('heading', { name: 'Draft invoice', level: 1 }).waitFor()
    expect(await page.getByRole('button', { name: 'PDF' }).isDisabled()).toBe(true)
    // 29.00, and 1,000 tokens at 0.01.
    await expect.poll(() => total.textContent()).toBe('€39.00')
    await journey.look(page, 'draft')

    const change = async (fill: (dialog: ReturnType<typeof page.getByRole>) => Promise<void>) => {
      await page.getByRole('button', { name: 'Tokens', exact: true }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Change this line' }).click()
      const dialog = page.getByRole('dialog', { name: 'Change Tokens' })
      await dialog.getByRole('button', { name: 'Change line' }).click()
      await dialog.getByText('Change at least one of these.').first().waitFor()
      await fill(dialog)
      await journey.look(page, 'change')
      await dialog.getByRole('button', { name: 'Change line' }).click()
      await dialog.waitFor({ state: 'detached' })
    }
    const row = page.getByRole('row').filter({ hasText: 'Tokens' })
    await change((dialog) => dialog.getByLabel('Unit price').fill('0.5'))
    await expect.poll(() => total.textContent()).toBe('€529.00')
    await row.getByText('Changed by hand').waitFor()
    await page.getByRole('button', { name: 'Tokens', exact: true }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Undo the change' }).click()
    await expect.poll(() => total.textContent()).toBe('€39.00')
    await row.getByText('Changed by hand').waitFor({ state: 'detached' })
    await change((dialog) => dialog.getByLabel('Units').fill('500'))
    await expect.poll(() => total.textContent()).toBe('€34.00')

    await page.getByRole('button', { name: 'Refresh' }).click()
    await page.getByRole('status').getByText('The draft was made anew.').waitFor()
    await expect.poll(() => total.textContent()).toBe('€34.00')
    await row.getByText('Changed by hand').waitFor()
    await page.getByRole('button', { name: 'Finalize' }).click()
    await journey.look(page, 'finalize')
    await page.getByRole('button', { name: 'Finalize invoice' }).click()
    await expect.poll(() => heading.textContent()).not.toBe('Draft invoice')
    const number = await heading.textContent()
    await row.getByText('Changed by hand').waitFor()

    // Stripe refuses the card.
    const timeline = page.locator('section', { has: page.getByRole('heading', { name: 'Timeline' }) })
    await timeline.getByText('Payment failed', { exact: true }).waitFor()
    await page.getByRole('main').getByText('Payment failed').first().waitFor()
    const why = page.getByRole('main').getByRole('alert')
    await why.getByText('There is not enough money in the account.').waitFor()
    expect(await why.locator('code').allTextContents()).toEqual(['card_declined', 'insufficient_funds'])
    await page.evaluate('scrollTo(0, 0)')
    await journey.look(page, 'failed')
    const good = await addMethod('ok')
    const found = (await methods()).find(
      (each: { provider_method_id: string }) => each.provider_method_id === good,
    )
    await place.api('PUT', `/customers/c/payment_methods/${found.lago_id}/set_as_default`)
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'Retry payment' }).click()
    await page.getByRole('main').getByText('Paid').first().waitFor()
    for (const step of ['Period ended', 'Drafted', 'Finalized', 'Payment failed', 'Paid']) {
      await timeline.getByText(step, { exact: true }).first().waitFor()
    }
    // Of a paid invoice only the payment says why it failed.
    await why.waitFor({ state: 'detached' })
    const card = page.getByRole('list', { name: 'Payments of the invoice' })
    await expect.poll(() => card.getByRole('listitem').count()).toBe(2)
    await card.getByText('There is not enough money in the account.').waitFor()
    // Where the sandbox bar covers nothing of the top bar.
    await page.evaluate('scrollTo(0, 0)')
    await journey.look(page, 'paid')
    expect(await heading.textContent()).toBe(number)
    const { invoices } = await place.api('GET', '/invoices')
    expect(invoices).toMatchObject([{ number, payment_status: 'succeeded', total_amount_cents: 3400 }])
    const { payments } = await place.api('GET', `/payments?invoice_id=${invoices[0].lago_id}`)
    // Both at the same moment of the sandbox's clock, so that neither is the later one.
    const statuses = payments.map((each: { payment_status: string }) => each.payment_status)
    expect(statuses.sort()).toEqual(['failed', 'succeeded'])
    expect(stripe.violations).toEqual([])
  })

  it('a payment by hand takes no more than is due', async () => {
    await place.api('PUT', '/test_clock', { test_clock: { now: '2026-03-01T01:00:00Z' } })
    const { invoices } = await place.api('GET', '/invoices?status=draft')
    await place.api('POST', '/customers', {
      customer: { external_id: 'c', billing_configuration: { payment_provider: null } },
    })
    await place.api('PUT', `/invoices/${invoices[0].lago_id}/finalize`)
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/invoices/${invoices[0].lago_id}`)
    await page.getByRole('button', { name: 'Record payment' }).click()
    const dialog = page.getByRole('dialog', { name: 'Record payment' })
    await dialog.getByLabel('Amount').fill('1000')
    // However slowly it is pressed: the message under the field must not move the button away.
    await dialog.getByRole('button', { name: 'Record payment' }).click({ delay: 300 })
    await dialog.getByRole('alert').waitFor()
    await dialog.getByLabel('Amount').fill('29')
    await dialog.getByLabel('Reference').fill('wire-7')
    await dialog.getByRole('button', { name: 'Record payment' }).click()
    await dialog.waitFor({ state: 'detached' })
    await page.getByRole('main').getByText('Paid').first().waitFor()
    const { invoice } = await place.api('GET', `/invoices/${invoices[0].lago_id}`)
    expect(invoice).toMatchObject({ payment_status: 'succeeded', total_paid_amount_cents: 2900 })
  })
})
