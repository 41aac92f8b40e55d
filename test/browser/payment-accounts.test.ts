import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FakeAdyen, startAdyen } from '../fakes/adyen.ts'
import { type FakeCashfree, startCashfree } from '../fakes/cashfree.ts'
import type { SentMessage } from '../fakes/chaotic-server.ts'
import { type FakeFlutterwave, startFlutterwave } from '../fakes/flutterwave.ts'
import { type FakeMoneyHash, startMoneyHash } from '../fakes/moneyhash.ts'
import { hasChromium, Journey, type Place } from '../support/browser-journey.ts'

const PROVIDERS = '/api/weir/v1/payment_providers'
const NARROW = { width: 390, height: 844 }
const WIDE = { width: 1440, height: 900 }
const HMAC_KEY = '0123456789ABCDEF'.repeat(4)

type Sender = {
  readonly takeMessages: () => SentMessage[]
  readonly sign: (message: SentMessage, atMs: number) => SentMessage
}
type Made = { readonly webhook_url: string; readonly secret: string }
/** An account that is connected, set up at the provider, and paid through on a page. */
type Account = {
  readonly type: string
  readonly label: string
  readonly typed: Readonly<Record<string, string>>
  /** A secret that is replaced, by its label and its new value. */
  readonly renewed: readonly [label: string, value: string]
  readonly hasSecret: boolean
  readonly fake: () => Sender
  readonly paste: (made: Made) => void
  readonly pay: () => void
}

describe.runIf(hasChromium)('accounts at every provider', () => {
  let adyen: FakeAdyen
  let cashfree: FakeCashfree
  let flutterwave: FakeFlutterwave
  let moneyhash: FakeMoneyHash
  let journey: Journey
  let place: Place

  beforeAll(async () => {
    adyen = await startAdyen()
    cashfree = await startCashfree()
    flutterwave = await startFlutterwave()
    moneyhash = await startMoneyHash()
    journey = await Journey.start('accounts', {
      WEIR_ALLOW_FAKE_PROVIDERS: '1',
      WEIR_PROVIDER_HOSTS: JSON.stringify({
        adyen: adyen.url,
        cashfree: cashfree.url,
        flutterwave: flutterwave.url,
        moneyhash: moneyhash.url,
      }),
      LAGO_CHECKOUT_AUTO_PAYMENT_DELAY_SECONDS: '0',
    })
    place = await journey.sandbox('Accounts')
    await place.api('POST', '/add_ons', {
      add_on: { name: 'Setup', code: 'setup', amount_cents: 1000, amount_currency: 'EUR' },
    })
  })
  afterAll(async () => {
    await journey?.end()
    for (const fake of [adyen, cashfree, flutterwave, moneyhash]) await fake?.close()
  })

  const deliver = async (fake: Sender) => {
    for (const message of fake.takeMessages()) {
      const { url, body, headers } = fake.sign(message, Date.now())
      expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(200)
    }
  }
  const addCustomer = (external_id: string, others: object = {}) =>
    place.api('POST', '/customers', {
      customer: {
        external_id,
        name: `Customer ${external_id}`,
        currency: 'EUR',
        email: 'c@example.com',
        ...others,
      },
    })
  const bill = async (external_customer_id: string): Promise<string> => {
    const { invoice } = await place.api('POST', '/invoices', {
      invoice: { external_customer_id, currency: 'EUR', fees: [{ add_on_code: 'setup' }] },
    })
    return invoice.lago_id
  }
  const statusesOf = async (invoiceId: string) => {
    const { payments } = await place.api('GET', `/payments?invoice_id=${invoiceId}`)
    return payments.map((each: { payment_status: string }) => each.payment_status)
  }
  const open = (page: Page, path: string) => page.goto(`/${place.slug}${path}`)
  const name = (page: Page) => page.getByRole('textbox', { name: 'Name', exact: false }).first()
  const connect = (page: Page) => page.getByRole('button', { name: 'Connect', exact: true }).click()
  const link = async (page: Page, customer: string, account: RegExp) => {
    await open(page, `/customers/${customer}/payments`)
    await page.getByRole('button', { name: 'Link to a provider' }).click()
    const dialog = page.getByRole('dialog', { name: 'Add a connection' })
    const option = dialog.getByRole('option', { name: account })
    await dialog.getByLabel('Account').selectOption((await option.getAttribute('value')) ?? '')
    return dialog
  }

  it('an account at Adyen is connected, and its webhook afterwards', async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/settings/payment-providers/new`)
    await page.getByRole('radio', { name: /^Adyen/ }).check()
    // A sandbox takes no live account.
    expect(await page.getByLabel('Live prefix').count()).toBe(0)
    await connect(page)
    await page.locator('#field-api_key-error').getByText('Paste what the provider gave you.').waitFor()
    await page.locator('#field-merchant_account-error').waitFor()
    await name(page).fill('Cards')
    await page.getByLabel('API key').fill('AQEunknown')
    await page.getByLabel('Merchant account').fill('SomebodyElse')
    await page.getByLabel('HMAC key of the standard webhook').fill('abc')
    await connect(page)
    await page.locator('#field-hmac_key-error').getByText('An HMAC key has 64').waitFor()
    await journey.look(page, 'adyen-faults')
    await page.getByLabel('HMAC key of the standard webhook').fill('')
    adyen.state.revoke('AQEunknown')
    await connect(page)
    await page.locator('#field-api_key-error').getByText('The provider does not know this key.').waitFor()
    await page.getByLabel('API key').fill('AQEweir00a9f')
    await connect(page)
    await page.getByText('Adyen refuses: Invalid Merchant Account').waitFor()
    await page.getByLabel('Merchant account').fill(adyen.state.merchantAccount)
    await page.getByRole('button', { name: 'Show as API call' }).click()
    const call = page.getByRole('dialog')
    await call.getByText('WeirTest').first().waitFor()
    expect(await call.textContent()).not.toContain('AQEweir00a9f')
    await call.getByRole('button', { name: 'Close' }).click()
    for (const [size, what] of [
      [NARROW, 'adyen-form-narrow'],
      [WIDE, 'adyen-form'],
    ] as const) {
      await page.setViewportSize(size)
      await journey.look(page, what)
    }
    await connect(page)

    const step = page.getByRole('dialog', { name: 'One more step' })
    await step.getByText('Generate its HMAC key there').waitFor()
    await step.getByText('/webhooks/adyen/').waitFor()
    await journey.look(page, 'adyen-step')
    await step.getByRole('button', { name: 'Go on' }).click()
    await page.getByRole('heading', { name: 'Cards', level: 1 }).waitFor()
    await page.getByText('until it has the HMAC key of the webhook').waitFor()
    await page.getByRole('button', { name: 'Test' }).click()
    await page.getByText('It works, with account WeirTest. Its messages are refused').waitFor()
    await journey.look(page, 'adyen-connection')
    await page.setViewportSize(NARROW)
    await journey.look(page, 'adyen-connection-narrow')
    await page.setViewportSize(WIDE)

    await page.getByRole('link', { name: 'Edit', exact: true }).click()
    await page.getByText('Now ••••••••…a9f. Leave it empty to keep it.').waitFor()
    expect(await page.getByLabel('Merchant account').count()).toBe(0)
    await page.getByLabel('HMAC key of the standard webhook').fill(HMAC_KEY)
    await journey.look(page, 'adyen-edit')
    await page.getByRole('button', { name: 'Save connection' }).click()
    await page.getByText('••••••••…DEF').waitFor()
    expect(await page.getByText('until it has the HMAC key of the webhook').count()).toBe(0)
    const { payment_providers: made } = await place.api('GET', PROVIDERS)
    expect(made).toMatchObject([
      { type: 'adyen', code: 'cards', api_key: '••••••••…a9f', token_hmac_key: null },
    ])

    // The key that was pasted is the one that messages are checked with.
    adyen.state.endpoint = { url: made[0].webhook_url, hmacKey: HMAC_KEY, tokenHmacKey: '' }
    await addCustomer('shopper')
    const dialog = await link(page, 'shopper', /^Cards · Adyen/)
    await journey.look(page, 'link-customer')
    await dialog.getByRole('button', { name: 'Add connection' }).click()
    await page.getByText('There is no payment method yet, so nothing can be charged.').waitFor()
    const row = page.getByRole('region', { name: 'payment connections' }).getByRole('row', { name: /cards/ })
    await row.getByText('Made there').waitFor()
    const card = adyen.state.addCard('shopper')
    await deliver(adyen)
    await page.getByRole('row', { name: new RegExp(`${card.id} Default`) }).waitFor()
    const invoice = await bill('shopper')
    await expect.poll(() => statusesOf(invoice)).toEqual(['succeeded'])
  })

  const ACCOUNTS: readonly Account[] = [
    {
      type: 'cashfree',
      label: 'Cashfree',
      typed: { 'Client id': 'CF_test', 'Client secret': 'cfsk_test_old' },
      renewed: ['Client secret', 'cfsk_test_weir'],
      hasSecret: false,
      fake: () => cashfree,
      paste: ({ webhook_url }) => {
        cashfree.endpoint = webhook_url
      },
      pay: () => cashfree.pay([...cashfree.links.keys()].at(-1) ?? ''),
    },
    {
      type: 'flutterwave',
      label: 'Flutterwave',
      typed: { 'Secret key': 'FLWSECK_TEST-old-X' },
      renewed: ['Secret key', 'FLWSECK_TEST-weir-X'],
      hasSecret: true,
      fake: () => flutterwave,
      paste: ({ webhook_url: url, secret }) => {
        flutterwave.endpoint = { url, secret }
      },
      pay: () => void flutterwave.pay([...flutterwave.pages.keys()].at(-1) ?? ''),
    },
    {
      type: 'moneyhash',
      label: 'MoneyHash',
      typed: { 'API key': 'mh_test_weir00a1b', 'Flow id': 'flow_1' },
      renewed: ['API key', 'mh_test_weir00a1b'],
      hasSecret: false,
      fake: () => moneyhash,
      paste: () => undefined,
      pay: () => moneyhash.settle([...moneyhash.intents.keys()].at(-1) ?? '', 'SUCCESSFUL'),
    },
  ]

  it.each(ACCOUNTS)('an account at $label is connected, set up and paid through', async (account) => {
    const { type, label, typed, renewed, hasSecret, fake, paste, pay } = account
    const page = await journey.open({ width: 390 })
    await journey.signIn(page, `/${place.slug}/settings/payment-providers/new`)
    await page.getByRole('radio', { name: new RegExp(`^${label}`) }).check()
    await name(page).fill(label)
    for (const [field, value] of Object.entries(typed)) await page.getByLabel(field).fill(value)
    // Nothing is given back through these providers.
    expect(await page.getByLabel('Give back at once').count()).toBe(0)
    await journey.look(page, `${type}-form-narrow`)
    await page.setViewportSize(WIDE)
    await journey.look(page, `${type}-form`)
    await page.setViewportSize(NARROW)
    await connect(page)
    let secret = ''
    if (type !== 'moneyhash') {
      const step = page.getByRole('dialog', { name: 'One more step' })
      await step.getByText(`/webhooks/${type}/`).waitFor()
      await journey.look(page, `${type}-step`)
      if (hasSecret) {
        secret = (await step.getByTestId('key-value').textContent()) ?? ''
        expect(secret).toMatch(/^[0-9a-f]{64}$/)
      }
      await step.getByRole('button', { name: hasSecret ? 'I stored it' : 'Go on' }).click()
    }
    await page.getByRole('heading', { name: label, level: 1 }).waitFor()
    await page.getByText(type === 'moneyhash' ? 'Asked for by Weir' : 'Set up by hand').waitFor()
    expect(await page.getByRole('button', { name: 'Test' }).count()).toBe(type === 'moneyhash' ? 1 : 0)
    await page.setViewportSize(WIDE)
    await journey.look(page, `${type}-connection`)
    await page.getByRole('link', { name: 'Edit', exact: true }).click()
    await page.getByText('Leave it empty to keep it.').first().waitFor()
    await page.getByLabel(renewed[0]).fill(renewed[1])
    await journey.look(page, `${type}-edit`)
    await page.getByRole('button', { name: 'Save connection' }).click()
    await page.getByRole('heading', { name: label, level: 1 }).waitFor()

    const { payment_providers: made } = await place.api('GET', `${PROVIDERS}?type=${type}`)
    expect(made).toMatchObject([{ type, code: type, mode: 'test' }])
    paste({ webhook_url: made[0].webhook_url, secret })
    await addCustomer(type)
    const dialog = await link(page, type, new RegExp(`^${label}`))
    expect(await dialog.getByLabel(`Id at ${label}`).count()).toBe(type === 'moneyhash' ? 1 : 0)
    await dialog.getByRole('button', { name: 'Add connection' }).click()
    const row = page
      .getByRole('region', { name: 'payment connections' })
      .getByRole('row', { name: /Default/ })
    await row.getByText(type === 'moneyhash' ? 'Made there' : 'Pays on pages alone').waitFor()
    await journey.look(page, `${type}-customer`)
    const invoice = await bill(type)
    await place.api('POST', `/invoices/${invoice}/payment_url`)
    pay()
    await deliver(fake())
    await expect.poll(() => statusesOf(invoice)).toEqual(['succeeded'])
  })

  it('outside of a sandbox, live accounts are told from those for tests', async () => {
    const page = await journey.open()
    await journey.signIn(page)
    const { session } = await (await page.request.get('/api/weir/v1/session')).json()
    const live = session.memberships.find(
      ({ organization }: { organization: { is_sandbox: boolean } }) => !organization.is_sandbox,
    )
    await page.goto(`/${live.organization.slug}/settings/payment-providers/new`)
    await page.getByRole('radio', { name: /^Cashfree/ }).check()
    await name(page).fill('Pages')
    await page.getByLabel('Client id').fill('CF_live')
    await page.getByLabel('Client secret').fill('cfsk_live')
    await connect(page)
    await page.locator('#field-mode-error').getByText('Choose one of them.').waitFor()
    const mode = page.locator('#field-mode')
    expect(await mode.getByRole('option').allTextContents()).toEqual(['Choose test or live', 'Test', 'Live'])
    await mode.selectOption('live')
    await journey.look(page, 'live-cashfree')
    // No live account is connected to a server that only acts as the provider.
    await connect(page)
    await page.locator('#field-mode-error').getByText('This value is not valid.').waitFor()
    await page.getByRole('radio', { name: /^Adyen/ }).check()
    await page.getByLabel('API key').fill('AQElive')
    await page.getByLabel('Merchant account').fill(adyen.state.merchantAccount)
    await page.getByLabel('Live prefix').fill('https://1797a841fbb37ca7-Acme')
    await connect(page)
    await page.locator('#field-live_prefix-error').getByText('not the whole address').waitFor()
    await page.getByLabel('Live prefix').fill('1797a841fbb37ca7-Acme')
    await journey.look(page, 'live-adyen')
    await connect(page)
    await page.locator('#field-live_prefix-error').getByText('This value is not valid.').waitFor()
    await journey.look(page, 'live-adyen-refused')
    page.once('dialog', (asked) => void asked.accept())
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('heading', { name: 'Have invoices paid by themselves' }).waitFor()
  })

  it('all of them are listed, and found by their provider', async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/settings/payment-providers`)
    const list = page.getByRole('region', { name: 'connections' })
    for (const label of ['Adyen', 'Cashfree', 'Flutterwave', 'MoneyHash']) {
      await list.getByRole('cell', { name: label, exact: true }).first().waitFor()
    }
    await journey.look(page, 'list')
    await page.setViewportSize(NARROW)
    await journey.look(page, 'list-narrow')
    await page.getByRole('combobox', { name: 'Provider' }).selectOption('Flutterwave')
    await list.getByText('Adyen', { exact: true }).waitFor({ state: 'detached' })
    expect(await list.getByRole('row').count()).toBe(2)
  })
})
