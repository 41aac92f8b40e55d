import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SentMessage } from '../fakes/chaotic-server.ts'
import { type FakeGoCardless, startGoCardless } from '../fakes/gocardless.ts'
import { OAUTH_APP } from '../fakes/gocardless-oauth.ts'
import { type FakeStripe, startStripe } from '../fakes/stripe.ts'
import { hasChromium, Journey, type Place } from '../support/browser-journey.ts'

const KEY = 'sk_test_weir00a1b'
const WRONG_KEY = 'sk_test_nobodys'
const TOKEN = 'sandbox_weir00c3d'

type Sender = {
  readonly takeMessages: () => SentMessage[]
  readonly sign: (message: SentMessage, atMs: number) => SentMessage
}

describe.runIf(hasChromium)('payment providers', () => {
  let stripe: FakeStripe
  let debits: FakeGoCardless
  let journey: Journey
  let place: Place

  beforeAll(async () => {
    stripe = await startStripe()
    debits = await startGoCardless()
    journey = await Journey.start('providers', {
      WEIR_ALLOW_FAKE_PROVIDERS: '1',
      GOCARDLESS_CLIENT_ID: OAUTH_APP.id,
      GOCARDLESS_CLIENT_SECRET: OAUTH_APP.secret,
      WEIR_PROVIDER_HOSTS: JSON.stringify({ stripe: stripe.url, gocardless: debits.url }),
      LAGO_CHECKOUT_AUTO_PAYMENT_DELAY_SECONDS: '0',
    })
    place = await journey.sandbox('Providers')
    await place.api('POST', '/add_ons', {
      add_on: { name: 'Setup', code: 'setup', amount_cents: 1000, amount_currency: 'EUR' },
    })
    await place.api('POST', '/customers', {
      customer: { external_id: 'c', name: 'Customer One', currency: 'EUR', email: 'c@example.com' },
    })
  })
  afterAll(async () => {
    await journey?.end()
    await stripe?.close()
    await debits?.close()
  })

  const deliver = async (fake: Sender) => {
    for (const message of fake.takeMessages()) {
      const { url, body, headers } = fake.sign(message, Date.now())
      expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(200)
    }
  }
  const bill = async (): Promise<string> => {
    const { invoice } = await place.api('POST', '/invoices', {
      invoice: { external_customer_id: 'c', currency: 'EUR', fees: [{ add_on_code: 'setup' }] },
    })
    return invoice.lago_id
  }
  const statusesOf = async (invoiceId: string) => {
    const { payments } = await place.api('GET', `/payments?invoice_id=${invoiceId}`)
    return payments.map((each: { payment_status: string }) => each.payment_status)
  }
  const open = (page: Page, path: string) => page.goto(`/${place.slug}${path}`)
  const choose = async (page: Page, item: string) => {
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: item }).click()
  }

  /** The list of payments by status, of which one failed, one succeeded and one is under way; on the screen and as a file. */
  const findsByStatus = async (page: Page) => {
    await open(page, '/payments')
    const rows = page.getByRole('region', { name: 'payments' }).getByRole('row')
    await expect.poll(() => rows.count()).toBe(4)
    for (const status of ['Succeeded', 'Processing', 'Failed']) {
      await page.getByRole('combobox', { name: 'Status' }).selectOption(status)
      await expect.poll(() => rows.count()).toBe(2)
      await rows.nth(1).getByText(status, { exact: true }).waitFor()
    }
    expect(new URL(page.url()).search).toBe('?status=failed')
    await journey.look(page, 'failed-payments')
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Export CSV' }).click()
    const lines = (await readFile(await (await download).path(), 'utf8')).trimEnd().split('\r\n')
    expect(lines).toHaveLength(2)
    expect(lines[1]).toContain(',failed,c,')
    await page.reload()
    await expect.poll(() => rows.count()).toBe(2)
    await page.getByRole('button', { name: 'Remove the filter Status' }).click()
    await expect.poll(() => rows.count()).toBe(4)
  }

  it('an account at GoCardless is connected on its own page, without a token', async () => {
    const page = await journey.open({ width: 390 })
    await journey.signIn(page, `/${place.slug}/settings/payment-providers/new`)
    const begin = async (name: string) => {
      await page.getByRole('radio', { name: /^GoCardless/ }).check()
      await page.getByRole('textbox', { name: 'Name', exact: false }).first().fill(name)
      await journey.look(page, 'access')
      let asked = ''
      await page.route('**/oauth/authorize?*', async (route) => {
        asked = route.request().url()
        await route.fulfill({ body: 'The page of GoCardless', contentType: 'text/plain' })
      })
      await page.getByRole('button', { name: 'Give access at GoCardless instead' }).click()
      await page.getByText('The page of GoCardless').waitFor()
      return asked
    }
    const refused = new URL(await begin('Debits'))
    const { redirect_uri, state } = Object.fromEntries(refused.searchParams)
    // The server names itself localhost, and the window that began is at another name of it.
    const back = `${journey.url}${new URL(redirect_uri ?? '').pathname}`
    await page.goto(`${back}?error=access_denied&state=${state}`)
    await page.getByText('Access was not given at GoCardless.').waitFor()
    await page.getByRole('link', { name: 'Begin again' }).click()

    const asked = await begin('Debits')
    const given = debits.state.oauth.agree(asked, 'sandbox_given')
    await page.goto(`${back}?code=${given.code}&state=${given.state}`)
    const step = page.getByRole('dialog', { name: 'One more step' })
    await step.getByText('/webhooks/gocardless/').first().waitFor()
    await journey.look(page, 'access-given')
    await step
      .getByRole('button', { name: /close|done|saved/i })
      .last()
      .click()
    await page.getByRole('heading', { name: 'Debits', level: 1 }).waitFor()
    const { payment_providers: made } = await place.api('GET', '/api/weir/v1/payment_providers')
    expect(made).toMatchObject([{ type: 'gocardless', name: 'Debits', code: 'debits' }])
    // The same answer again is of no use, and another window has begun nothing.
    await page.goto(`${back}?code=${given.code}&state=${given.state}`)
    await page.getByRole('heading', { name: 'Nothing waits for this answer' }).waitFor()
    await place.api('DELETE', `/api/weir/v1/payment_providers/${made[0].lago_id}`)
  })

  it('an account is connected, used, watched and given up', async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/settings/payment-providers`)
    await page.getByRole('heading', { name: 'Have invoices paid by themselves' }).waitFor()
    await page.getByRole('link', { name: 'New connection' }).first().click()
    await page.getByRole('textbox', { name: 'Name', exact: false }).first().fill('Stripe EU')
    stripe.state.revoke(WRONG_KEY)
    await page.getByLabel('Secret key').fill(WRONG_KEY)
    await page.getByRole('button', { name: 'Connect' }).click()
    await page.getByText('The provider does not know this key.').first().waitFor()
    await page.getByLabel('Secret key').fill(KEY)
    await journey.look(page, 'form')
    await page.getByRole('button', { name: 'Show as API call' }).click()
    expect(await page.getByRole('dialog').textContent()).not.toContain(KEY)
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click()
    await page.getByRole('button', { name: 'Connect' }).click()
    await page.getByRole('heading', { name: 'Stripe EU', level: 1 }).waitFor()
    await page.getByText('It works. What is due is charged by itself.').waitFor()
    expect(await page.content()).not.toContain(KEY)
    await page.getByRole('button', { name: 'Test' }).click()
    await page.getByText('It works, with account acct_fake1.').waitFor()
    await journey.look(page, 'connection')
    const connection = new URL(page.url()).pathname.split('/').at(-1)

    await open(page, '/customers/c/payments')
    await page.getByRole('button', { name: 'Link to a provider' }).click()
    const linking = page.getByRole('dialog', { name: 'Add a connection' })
    await linking.getByLabel('Id at Stripe').fill('cus_nobody')
    await linking.getByRole('button', { name: 'Add connection' }).click()
    await linking.getByText('The provider has no such customer.').first().waitFor()
    await journey.look(page, 'unknown-customer')
    await linking.getByLabel('Id at Stripe').fill('')
    await linking.getByRole('button', { name: 'Add connection' }).click()
    await page.getByText('There is no payment method yet').waitFor()
    await page.getByRole('button', { name: 'Setup link' }).click()
    await page.getByRole('dialog', { name: 'Send this to your customer' }).getByText('http').waitFor()
    await journey.look(page, 'setup-link')
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click()
    const [there] = [...stripe.state.customers.keys()]
    const declined = stripe.state.addMethod(there ?? '', 'declined')
    await deliver(stripe)
    await page.getByRole('row', { name: new RegExp(`${declined.id} Default`) }).waitFor()

    const failed = await bill()
    await expect.poll(() => statusesOf(failed)).toEqual(['failed'])
    const good = stripe.state.addMethod(there ?? '')
    await deliver(stripe)
    await page.getByRole('row', { name: new RegExp(`${good.id} Default`) }).waitFor()
    for (const { id } of [declined, good]) {
      await page.getByRole('button', { name: `Actions of ${id}` }).click()
      await page.getByRole('menuitem', { name: 'Make it the default' }).click()
      await page.getByRole('row', { name: new RegExp(`${id} Default`) }).waitFor()
    }
    await page.getByRole('button', { name: `Actions of ${declined.id}` }).click()
    await page.getByRole('menuitem', { name: 'Remove' }).click()
    await page.getByRole('button', { name: 'Remove payment method' }).click()
    await page.getByRole('row', { name: new RegExp(declined.id) }).waitFor({ state: 'detached' })
    await journey.look(page, 'how-it-pays')

    await page.getByRole('region', { name: 'payments' }).getByRole('link').first().click()
    await page
      .getByRole('region', { name: 'changes of the payment' })
      .getByText('Failed', { exact: true })
      .first()
      .waitFor()
    await journey.look(page, 'failed-payment')
    await page.getByRole('button', { name: 'Charge again' }).click()
    await expect.poll(async () => (await statusesOf(failed)).includes('succeeded')).toBe(true)
    await deliver(stripe)

    await open(page, `/settings/payment-providers/${connection}/messages`)
    await page.getByRole('link', { name: 'setup_intent.succeeded' }).first().waitFor()
    await page.getByLabel('Kind of message').fill('payment_intent.succeeded')
    await page.getByRole('link', { name: 'setup_intent.succeeded' }).first().waitFor({ state: 'detached' })
    await journey.look(page, 'messages')
    await page.getByRole('link', { name: 'payment_intent.succeeded' }).click()
    const message = page.getByRole('dialog', { name: 'payment_intent.succeeded' })
    await message.getByRole('region', { name: 'What was sent' }).getByText('payment_intent').waitFor()
    await message.getByRole('button', { name: 'Apply again' }).click()
    await page.getByText('The message is being applied again.').waitFor()
    await message.getByText('Succeeded', { exact: true }).waitFor()
    await journey.look(page, 'message')
    expect(await statusesOf(failed)).toHaveLength(2)

    const slow = stripe.state.addMethod(there ?? '', 'slow')
    await deliver(stripe)
    await open(page, '/customers/c/payments')
    await page.getByRole('row', { name: new RegExp(`${slow.id} Default`) }).waitFor()
    const waiting = await bill()
    await expect.poll(() => statusesOf(waiting)).toEqual(['processing'])
    await open(page, `/settings/payment-providers/${connection}`)
    await choose(page, 'Delete')
    const asked = page.getByRole('dialog', { name: 'Delete Stripe EU?' })
    await asked.getByLabel(/^Type/).fill('stripe_eu')
    await asked.getByRole('button', { name: 'Delete connection' }).click()
    await asked.getByText('Payments through this connection are still under way.').waitFor()
    await journey.look(page, 'in-flight')
    await asked.getByRole('button', { name: 'Cancel' }).click()

    await findsByStatus(page)
    const { payments } = await place.api('GET', `/payments?invoice_id=${waiting}`)
    await open(page, `/payments/${payments[0].lago_id}`)
    await page
      .getByRole('region', { name: 'changes of the payment' })
      .getByText('Processing', { exact: true })
      .first()
      .waitFor()
    await choose(page, 'State its outcome')
    const stated = page.getByRole('dialog', { name: 'State the outcome' })
    await stated.getByLabel('How you know').fill('The bank said so on the telephone.')
    await journey.look(page, 'state-outcome')
    await stated.getByRole('button', { name: 'State outcome' }).click()
    await page.getByRole('cell', { name: 'The bank said so on the telephone.' }).waitFor()
    expect(await statusesOf(waiting)).toEqual(['succeeded'])
    await journey.look(page, 'stated')

    const { invoice } = await place.api('GET', `/invoices/${failed}`)
    await place.api('POST', '/credit_notes', {
      credit_note: {
        invoice_id: failed,
        refund_amount_cents: 300,
        credit_amount_cents: 0,
        items: [{ fee_id: invoice.fees[0].lago_id, amount_cents: 300 }],
      },
    })
    await open(page, '/refunds')
    await page.getByRole('link', { name: '€3.00' }).click()
    await page.getByRole('dialog', { name: 'Refund of €3.00' }).getByText('Succeeded').waitFor()
    await journey.look(page, 'refund')

    await open(page, `/settings/payment-providers/${connection}`)
    await choose(page, 'Pause')
    await page.getByRole('button', { name: 'Pause connection' }).click()
    await page.getByText('It is paused: nothing is charged').waitFor()
    await choose(page, 'Resume')
    await page.getByText('It works. What is due is charged by itself.').waitFor()
    await choose(page, 'Delete')
    await asked.getByLabel(/^Type/).fill('stripe_eu')
    await asked.getByRole('button', { name: 'Delete connection' }).click()
    await page.getByRole('heading', { name: 'Have invoices paid by themselves' }).waitFor()
  })

  it('what has to be pasted at GoCardless is shown once', async () => {
    const page = await journey.open({ width: 390 })
    await journey.signIn(page, `/${place.slug}/settings/payment-providers/new`)
    await page.getByRole('radio', { name: /GoCardless/ }).check()
    await page.getByRole('textbox', { name: 'Name', exact: false }).first().fill('Debits')
    await page.getByLabel('Access token').fill(TOKEN)
    await page.getByRole('button', { name: 'Connect' }).click()
    const shown = page.getByRole('dialog', { name: 'One more step' })
    const secret = (await shown.getByTestId('key-value').textContent()) ?? ''
    expect(secret).toMatch(/^[A-Za-z0-9]{50}$/)
    await journey.look(page, 'secret')
    await shown.getByRole('button', { name: 'I stored it' }).click()
    await page.getByRole('heading', { name: 'Debits', level: 1 }).waitFor()
    await page.reload()
    await page.getByText('Set up by hand').waitFor()
    expect(await page.content()).not.toContain(secret)
    await journey.look(page, 'by-hand')

    debits.state.revoke(TOKEN)
    await page.getByRole('button', { name: 'Test' }).click()
    await page.getByText('It does not work.').waitFor()
    await choose(page, 'New secret of messages')
    await page.getByRole('dialog').getByRole('button', { name: 'Make a new secret' }).click()
    const again = await shown.getByTestId('key-value').textContent()
    expect(again).toMatch(/^[A-Za-z0-9]{50}$/)
    expect(again).not.toBe(secret)
  })

  it('a customer with several connections is charged at the one that is chosen', async () => {
    const providers = '/api/weir/v1/payment_providers'
    const cards = { type: 'stripe', code: 'cards', name: 'Cards', secret_key: KEY }
    const bank = { type: 'gocardless', code: 'bank', name: 'Bank', access_token: 'sandbox_another' }
    for (const payment_provider of [cards, bank]) await place.api('POST', providers, { payment_provider })
    await place.api('POST', '/customers', { customer: { external_id: 'two', name: 'Customer Two' } })
    const connections = '/api/weir/v1/customers/two/payment_connections'
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/customers/two/payments`)
    const row = (code: string) =>
      page.getByRole('region', { name: 'payment connections' }).getByRole('row', { name: new RegExp(code) })
    const dialog = page.getByRole('dialog', { name: 'Add a connection' })
    const connect = () => dialog.getByRole('button', { name: 'Add connection' }).click()
    await page.getByText('By itself: bank transfer, for example.').waitFor()
    await page.getByRole('button', { name: 'Link to a provider' }).click()
    await dialog.getByLabel('Account').selectOption('Cards · Stripe · test')
    const known = 'cus_known'
    const there = { id: known, metadata: {}, standard: null, deleted: false, email: null, name: 'Two' }
    stripe.state.customers.set(known, there)
    await dialog.getByLabel('Id at Stripe').fill(known)
    await dialog.getByLabel('Keep its details there up to date').uncheck()
    await journey.look(page, 'first-connection')
    await connect()
    await row('cards Default Stripe Known there by its id').waitFor()
    await page.getByRole('button', { name: 'Add a connection' }).click()
    // One connection to each account: what is left is another one.
    expect(await dialog.getByRole('option', { name: /^Cards/ }).count()).toBe(0)
    await dialog.getByLabel('Account').selectOption('Bank · GoCardless · test')
    expect(await dialog.getByLabel('Charge invoices there from now on').isChecked()).toBe(false)
    await journey.look(page, 'second-connection')
    await connect()
    await row('bank GoCardless Made there').waitFor()
    const made = (await place.api('GET', connections)).payment_connections
    expect(made).toMatchObject([
      { code: 'cards', is_default: true, provider_customer_id: known, sync_with_provider: false },
      { code: 'bank', is_default: false, sync_with_provider: true },
    ])
    await page.getByText(made[1].provider_customer_id).waitFor()
    await journey.look(page, 'several-connections')
    await page.setViewportSize({ width: 390, height: 844 })
    await journey.look(page, 'several-connections-narrow')
    await page.setViewportSize({ width: 1440, height: 900 })
    await page.getByRole('button', { name: 'Actions of bank' }).click()
    await page.getByRole('menuitem', { name: 'Make it the default' }).click()
    await page.getByText('Invoices are charged there from now on.').waitFor()
    await row('bank Default GoCardless').waitFor()
    await row('cards Stripe Known there by its id').waitFor()
    const { customer } = await place.api('GET', '/customers/two')
    expect(customer.billing_configuration.payment_provider_code).toBe('bank')
    await page.getByRole('button', { name: 'Actions of cards' }).click()
    await page.getByRole('menuitem', { name: 'End' }).click()
    await page.getByText('The default connection stays as it is.').waitFor()
    await journey.look(page, 'end-connection')
    await page.getByRole('dialog').getByRole('button', { name: 'End connection' }).click()
    await page.getByText('The connection has ended.').waitFor()
    await row('cards').waitFor({ state: 'detached' })
    expect((await place.api('GET', connections)).payment_connections).toMatchObject([
      { code: 'bank', is_default: true },
    ])
    await page.getByRole('button', { name: 'Actions of bank' }).click()
    await page.getByRole('menuitem', { name: 'End' }).click()
    await page.getByText('invoices are no longer charged by themselves').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'End connection' }).click()
    await page.getByRole('button', { name: 'Link to a provider' }).waitFor()
  })
  it('a provider that refused a customer is asked again', async () => {
    const connections = '/api/weir/v1/customers/nameless/payment_connections'
    await place.api('POST', '/customers', { customer: { external_id: 'nameless' } })
    const gocardless = { payment_provider: 'gocardless', payment_provider_code: 'bank' }
    const payment_connection = { ...gocardless, sync_with_provider: true }
    await place.api('POST', connections, { payment_connection })
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/customers/nameless/payments`)
    const row = page.getByRole('region', { name: 'payment connections' }).getByRole('row', { name: /bank/ })
    await row.getByText('Waits for the provider').waitFor()
    const askAgain = async () => {
      await page.getByRole('button', { name: 'Actions of bank' }).click()
      await page.getByRole('menuitem', { name: 'Ask the provider again' }).click()
    }
    await askAgain()
    await page.getByText(/^GoCardless refuses: /).waitFor()
    await journey.look(page, 'refused-customer')
    await place.api('POST', '/customers', { customer: { external_id: 'nameless', name: 'Named' } })
    await askAgain()
    await page.getByText('The provider knows the customer now.').waitFor()
    await row.getByText('Made there').waitFor()
  })

  it('who may not change customers sees their connections, and changes none', async () => {
    const roles = {
      viewer: ['customers:view', 'payments:view'],
      // May see no accounts, and so chooses none.
      changer: ['customers:view', 'customers:update', 'payments:view'],
    }
    for (const [role, permissions] of Object.entries(roles)) {
      const own = await journey.sandbox(`Seen by a ${role}`, [role], { [role]: permissions })
      const payment_provider = { type: 'stripe', code: 'cards', name: 'Cards', secret_key: KEY }
      await own.api('POST', '/api/weir/v1/payment_providers', { payment_provider })
      await own.api('POST', '/customers', {
        customer: {
          external_id: 'seen',
          billing_configuration: { payment_provider: 'stripe', sync_with_provider: true, sync: true },
        },
      })
      const page = await journey.open()
      await journey.signIn(page, `/${own.slug}/customers/seen/payments`)
      const region = page.getByRole('region', { name: 'payment connections' })
      await region.getByText('Kept in sync').waitFor()
      const isChanger = role === 'changer' ? 1 : 0
      expect(await region.getByRole('button', { name: 'Actions of cards' }).count()).toBe(isChanger)
      expect(await page.getByRole('button', { name: 'Setup link' }).count()).toBe(isChanger)
      expect(await page.getByRole('button', { name: 'Add a connection' }).count()).toBe(0)
      await page.context().close()
    }
  })
})
