import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FakeStripe, startStripe } from '../fakes/stripe.ts'
import { hasChromium, Journey, type Place } from '../support/browser-journey.ts'
import { makeScene, sendEvent } from '../support/browser-scenes.ts'

const PORTAL = '/customer-portal'
/** Of the first page, compressed. */
const SCRIPT_BYTES_MAX = 90 * 1000
const PAGES = [
  '',
  '/usage',
  '/invoices',
  '/wallets',
  '/credit-notes',
  '/payment-methods',
  '/plan',
  '/alerts',
  '/information',
]

const TIERS = [
  { from_value: 0, to_value: 1000, per_unit_amount: '0.01', flat_amount: '0' },
  { from_value: 1001, to_value: null, per_unit_amount: '0.005', flat_amount: '1' },
]

describe.runIf(hasChromium)('J26: the portal', () => {
  let journey: Journey
  let stripe: FakeStripe
  let place: Place
  let invoiceId: string

  beforeAll(async () => {
    stripe = await startStripe()
    journey = await Journey.start('j26', {
      WEIR_ALLOW_FAKE_PROVIDERS: '1',
      WEIR_PROVIDER_HOSTS: JSON.stringify({ stripe: stripe.url }),
    })
    place = await journey.sandbox('Portal')
    await place.api('POST', '/api/weir/v1/payment_providers', {
      payment_provider: { type: 'stripe', code: 'main', name: 'Stripe', secret_key: 'sk_test_weir00a1b' },
    })
    const scene = await makeScene(place, {
      customer: {
        name: 'Kundin Eins',
        email: 'kundin@example.com',
        timezone: 'Europe/Berlin',
        billing_configuration: {
          document_locale: 'de',
          invoice_grace_period: 10,
          payment_provider: 'stripe',
          sync_with_provider: true,
        },
      },
    })
    await place.api('POST', '/plans', {
      plan: {
        ...{ name: 'Stufen', code: 'tiers', interval: 'monthly', amount_cents: 0, amount_currency: 'EUR' },
        charges: [
          {
            billable_metric_id: scene.metricIds.tokens,
            charge_model: 'graduated',
            properties: { graduated_ranges: TIERS },
          },
        ],
      },
    })
    await place.api('POST', '/subscriptions', {
      subscription: { external_customer_id: 'c', external_id: 't', plan_code: 'tiers' },
    })
    await place.api('POST', '/wallets', {
      wallet: {
        ...{ external_customer_id: 'c', name: 'Vorrat', currency: 'EUR', rate_amount: '0.5' },
        ...{ paid_credits: '0', granted_credits: '10', paid_top_up_min_amount_cents: 500 },
      },
    })
    await sendEvent(place, 'tokens', { tokens: 120 })
    await place.api('PUT', '/test_clock', { test_clock: { now: '2026-02-03T23:30:00Z' } })
    await place.api('POST', '/events', {
      event: {
        ...{ transaction_id: 'tiers', external_subscription_id: 't', code: 'tokens' },
        properties: { tokens: 400 },
        timestamp: Date.parse('2026-02-03T23:30:00Z') / 1000,
      },
    })
    await place.api('POST', '/add_ons', {
      add_on: { name: 'Einrichtung', code: 'setup', amount_cents: 10_000, amount_currency: 'EUR' },
    })
    const { invoice } = await place.api('POST', '/invoices', {
      invoice: { external_customer_id: 'c', currency: 'EUR', fees: [{ add_on_code: 'setup' }] },
    })
    invoiceId = invoice.lago_id
    await untilLinked(place)
  })
  afterAll(async () => {
    await journey?.end()
    await stripe?.close()
  })

  const linkOf = async (): Promise<string> =>
    (await place.api('GET', '/customers/c/portal_url')).customer.portal_url
  const enter = async (options: { dark?: boolean; width?: number } = {}): Promise<Page> => {
    const page = await journey.open(options)
    await page.goto(await linkOf())
    await page.getByRole('heading', { name: 'Übersicht', level: 1 }).waitFor()
    return page
  }
  /** What happens at Stripe while a page of it is open: somebody pays, or leaves a card. */
  const actAtStripe = async (mode: 'payment' | 'setup') => {
    const session = [...stripe.state.sessions.values()].filter((each) => each.mode === mode).at(-1)
    if (!session) throw new Error(`no page for a ${mode}`)
    if (mode === 'setup') stripe.state.addMethod(session.customer)
    else stripe.state.pay(session.id)
    for (const message of stripe.takeMessages()) {
      const { url, headers, body } = stripe.sign(message, Date.now())
      expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(200)
    }
    return session.success_url ?? ''
  }

  it('a member looks at it from the page of the customer, and changes nothing', async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/customers/c`)
    await page.getByRole('button', { name: 'Open portal' }).click()
    const dialog = page.getByRole('dialog', { name: 'Customer portal' })
    const link = dialog.getByRole('link', { name: 'Open the portal in a new tab' })
    await link.waitFor()
    await dialog.getByText(/customer-portal/).waitFor()
    await journey.look(page, 'dialog')
    const [tab] = await Promise.all([page.context().waitForEvent('page'), link.click()])
    await tab.getByText('Sie sehen, was der Kunde sieht. Hier lässt sich nichts ändern.').waitFor()
    expect(new URL(tab.url()).pathname).toBe(PORTAL)
    await tab.getByRole('link', { name: 'Ihre Angaben' }).click()
    await tab.getByRole('textbox', { name: 'Ort' }).first().waitFor()
    expect(await tab.getByRole('button', { name: 'Speichern' }).count()).toBe(0)
    await journey.look(tab, 'member')
    // What is switched off is gone at once.
    await page.goto(`/${place.slug}/settings/portal`)
    const plan = page.getByRole('switch', { name: 'Plan', exact: true })
    await plan.uncheck()
    await page.waitForLoadState('networkidle')
    await journey.look(page, 'settings')
    await tab.reload()
    await tab.getByRole('link', { name: 'Ihre Angaben' }).waitFor()
    expect(await tab.getByRole('link', { name: 'Tarif' }).count()).toBe(0)
    await plan.check()
    await page.waitForLoadState('networkidle')
  })

  it('has the color, corners and links of the organization, in a shade that can be read', async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/settings/portal`)
    await page.getByRole('link', { name: 'Change the look' }).click()
    const color = page.getByRole('textbox', { name: 'Accent color', exact: true })
    await color.fill('#ff6600')
    await page.getByRole('radio', { name: /Round/ }).check()
    await page.getByRole('textbox', { name: 'Terms' }).fill('https://example.com/agb')
    await page.getByRole('button', { name: 'Save look' }).click()
    await page.getByText('Text in this color could not be read.').first().waitFor()
    await journey.look(page, 'look')
    await page.getByRole('button', { name: 'Use #ba4a00' }).click()
    await page.getByRole('button', { name: 'Save look' }).click()
    await page.getByText('The look of the portal was saved.').waitFor()
    await page.getByText('#ba4a00').waitFor()
    const { portal_settings: settings } = await place.api('GET', '/api/weir/v1/portal_settings')
    for (const [theme, accent] of [
      ['light', settings.accents.light.accent],
      ['dark', settings.accents.dark.accent],
    ]) {
      const portal = await journey.open({ dark: theme === 'dark' })
      await portal.goto(await linkOf())
      await portal.getByRole('link', { name: 'AGB' }).waitFor()
      expect(await portal.getByRole('link', { name: 'AGB' }).getAttribute('href')).toBe(
        'https://example.com/agb',
      )
      const shown = `getComputedStyle(document.querySelector('.portal-nav [aria-current]')).color`
      expect(await portal.evaluate(shown)).toBe(rgb(accent))
      await portal.locator('.portal-card').first().waitFor()
      const corner = `getComputedStyle(document.querySelector('.portal-card')).borderRadius`
      expect(await portal.evaluate(corner)).toBe('18px')
      await journey.look(portal, `brand-${theme}`)
    }
  })

  it('in German and dark: usage, a payment, a purchase and a new address', async () => {
    const page = await journey.open({ dark: true })
    const answers: string[] = []
    const scripts = new Map<string, number>()
    page.on('response', async (answer) => {
      if (answer.url().includes('/api/')) answers.push(await answer.text().catch(() => ''))
      if (answer.url().endsWith('.js')) scripts.set(answer.url(), gzipSync(await answer.body()).length)
    })
    const link = await linkOf()
    await page.goto(link)
    await page.getByRole('heading', { name: 'Übersicht', level: 1 }).waitFor()
    await page.waitForLoadState('networkidle')
    expect([...scripts.values()].reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(SCRIPT_BYTES_MAX)
    // Neither the address nor the history has the token, and no script reads the cookie.
    expect(new URL(page.url()).pathname).toBe(PORTAL)
    expect(await page.evaluate('document.cookie')).toBe('')
    expect(await page.evaluate('history.length')).toBeLessThanOrEqual(2)
    expect(await page.evaluate('document.documentElement.lang')).toBe('de')
    await page.getByText('100,00\u00a0€', { exact: true }).first().waitFor()
    await page.getByText('Europe/Berlin').waitFor()
    await journey.look(page, 'home')

    await page.getByRole('link', { name: 'Verbrauch', exact: true }).click()
    await page.getByRole('combobox', { name: 'Abonnements' }).selectOption('Stufen')
    await page.getByText('Noch 600 zum jetzigen Preis').waitFor()
    // Half past midnight in Berlin is a day later than in UTC.
    await page.getByText(/01\.[^0]*28\.02\.2026/).waitFor()
    const byDay = page.getByRole('img', { name: /^Einheiten nach Tagen: Tokens/ })
    expect(await byDay.getAttribute('aria-label')).toMatch(/03\.02\.2026: 0; 04\.02\.2026: 400$/)
    await journey.look(page, 'usage')
    const save = page.getByRole('button', { name: 'Als CSV speichern' }).first()
    const [file] = await Promise.all([page.waitForEvent('download'), save.click()])
    expect(file.suggestedFilename()).toBe('01-28-02-2026.csv')
    const lines = (await readFile(await file.path(), 'utf8')).split('\r\n')
    expect(lines).toEqual(['\ufeffPosten,Menge,Betrag (EUR)', 'Tokens,400.0,4.00', ''])

    await pay(page)
    await buy(page)
    await move(page)
    await page.getByRole('link', { name: 'Zahlungsmittel' }).click()
    await page.route('https://checkout.stripe.test/**', (route) => route.fulfill({ body: 'Stripe' }))
    await page.getByRole('button', { name: 'Zahlungsmittel hinzufügen' }).click()
    await page.waitForURL('https://checkout.stripe.test/**')
    await page.goto(await actAtStripe('setup'))
    await page.getByRole('link', { name: 'Zahlungsmittel' }).click()
    // The card of the payment was kept too, and is the default.
    const cards = page.getByRole('heading', { name: /Visa •••• \d{4}/ })
    await cards.nth(1).waitFor()
    const second = page.getByRole('listitem').filter({ hasText: 'Als Standard verwenden' })
    await second.getByRole('button', { name: /^Entfernen/ }).click()
    const ask = page.getByRole('dialog', { name: /Visa •••• \d{4} entfernen\?/ })
    await journey.look(page, 'methods')
    await ask.getByRole('button', { name: 'Entfernen' }).click()
    await second.waitFor({ state: 'detached' })
    expect(await cards.count()).toBe(1)

    const { invoices } = await place.api('GET', '/invoices?status=draft')
    expect(invoices.length).toBeGreaterThan(0)
    const all = answers.join('\n')
    expect(answers.length).toBeGreaterThan(10)
    expect(all).not.toContain(invoices[0].lago_id)
    expect(all).not.toMatch(/"draft"|external_id|lago_|metadata/)
    expect(all).not.toContain(link.split('/').at(-1))
    const { activity_logs: activities } = await place.api('GET', '/activity_logs?activity_sources[]=portal')
    const types = activities.map((each: { activity_type: string }) => each.activity_type)
    expect(types).toEqual(expect.arrayContaining(['customer.updated', 'wallet_transaction.created']))
    await page.getByRole('button', { name: 'Abmelden' }).click()
    await page.getByRole('heading', { name: 'Sie haben sich abgemeldet' }).waitFor()
    await page.goto(at(page, '/invoices'))
    await page.getByRole('heading', { name: 'This link does not work any more' }).waitFor()
    await journey.look(page, 'over')
  })

  async function pay(page: Page): Promise<void> {
    await page.getByRole('link', { name: 'Rechnungen' }).first().click()
    const { invoice } = await place.api('GET', `/invoices/${invoiceId}`)
    await page.getByRole('heading', { name: 'Rechnungen', level: 1 }).waitFor()
    await journey.look(page, 'invoices')
    await page.getByRole('link', { name: invoice.number }).click()
    await page.getByRole('cell', { name: /Einrichtung/ }).waitFor()
    await journey.look(page, 'invoice')
    await page.route('https://checkout.stripe.test/**', (route) => route.fulfill({ body: 'Stripe' }))
    await page.getByRole('button', { name: 'Jetzt bezahlen' }).click()
    await page.waitForURL('https://checkout.stripe.test/**')
    const back = await actAtStripe('payment')
    await untilPaid(place, invoiceId)
    await page.goto(back)
    await page.getByText('Nichts zu zahlen').waitFor()
    await page.goto(at(page, `/invoices/${invoiceId}`))
    await page.getByText('Bezahlt', { exact: true }).waitFor()
    expect(await page.getByRole('button', { name: 'Jetzt bezahlen' }).count()).toBe(0)
  }

  async function buy(page: Page): Promise<void> {
    await page.getByRole('link', { name: 'Guthaben' }).first().click()
    const field = page.getByRole('textbox', { name: 'Einheiten' })
    await field.fill('2')
    await page.getByRole('button', { name: 'Guthaben kaufen' }).click()
    await page.getByText('Das ist weniger als der kleinste Kauf.').waitFor()
    await field.fill('20,5')
    await page.getByRole('button', { name: 'Guthaben kaufen' }).click()
    await page.getByText('Ihr Kauf wurde erfasst.').waitFor()
    await page.getByRole('cell', { name: '10,25\u00a0€' }).waitFor()
    await journey.look(page, 'wallet')
  }

  async function move(page: Page): Promise<void> {
    await page.getByRole('link', { name: 'Ihre Angaben' }).click()
    const own = page.getByRole('group', { name: 'Rechnungsadresse' })
    await own.getByRole('textbox', { name: 'Ort' }).fill('Köln')
    await own.getByRole('combobox', { name: 'Land' }).selectOption({ label: 'Deutschland' })
    await page.getByRole('textbox', { name: 'E-Mail' }).fill('keine Adresse')
    await page.getByRole('button', { name: 'Speichern' }).click()
    await page.getByText('Das ist keine E-Mail-Adresse.').waitFor()
    await journey.look(page, 'refused')
    await page.getByRole('textbox', { name: 'E-Mail' }).fill('neu@example.com')
    await page.getByRole('button', { name: 'Speichern' }).click()
    await page.getByText('Ihre Angaben wurden gespeichert.').waitFor()
    const { customer } = await place.api('GET', '/customers/c')
    expect(customer).toMatchObject({ city: 'Köln', country: 'DE', email: 'neu@example.com' })
  }

  it.each([
    ['light', false, 1440],
    ['dark on a telephone', true, 390],
  ] as const)('every page has nothing for axe to find and fits its window, %s', async (name, dark, width) => {
    const { portal_settings: settings } = await place.api('GET', '/api/weir/v1/portal_settings')
    const parts = [...new Set([...settings.parts, 'alerts'])]
    await place.api('PUT', '/api/weir/v1/portal_settings', { portal_settings: { parts } })
    const page = await enter({ dark, width })
    for (const path of [...PAGES, `/invoices/${invoiceId}`, '/invoices/none', '/usage/more/than-that']) {
      await page.goto(at(page, path))
      await page.getByRole('navigation', { name: 'Seiten' }).waitFor()
      await page.getByRole('heading', { level: 1 }).first().waitFor()
      await journey.look(page, `${name.replaceAll(' ', '-')}${path.replaceAll(/\W+/g, '_').slice(0, 20)}`)
      expect([path, await overflow(page)]).toEqual([path, 0])
    }
    // Written from right to left, nothing leaves the window either.
    await page.goto(at(page, ''))
    await page.getByRole('heading', { name: 'Übersicht', level: 1 }).waitFor()
    await page.evaluate("document.documentElement.dir = 'rtl'")
    await journey.look(page, `${name.replaceAll(' ', '-')}-rtl`)
    expect(await overflow(page)).toBe(0)
  })

  it('in each of its languages, with the keyboard alone', async () => {
    const titles: Record<string, string> = {
      ...{ en: 'Invoices', fr: 'Factures', es: 'Facturas', it: 'Fatture', nb: 'Fakturaer', sv: 'Fakturor' },
      ...{ 'pt-BR': 'Faturas', 'zh-TW': '發票', de: 'Rechnungen' },
    }
    for (const [locale, title] of Object.entries(titles)) {
      await place.api('POST', '/customers', {
        customer: { external_id: 'c', billing_configuration: { document_locale: locale } },
      })
      const page = await journey.open({ width: 320 })
      await page.goto(await linkOf())
      const link = page.getByRole('link', { name: title, exact: true }).first()
      await link.waitFor()
      for (let n = 0; n < 12; n += 1) {
        await page.keyboard.press('Tab')
        if ((await page.evaluate('document.activeElement.textContent')) === title) break
      }
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { name: title, level: 1 }).waitFor()
      expect(await page.evaluate('document.activeElement.tagName')).toBe('H1')
      expect([locale, await page.evaluate('document.documentElement.lang'), await overflow(page)]).toEqual([
        locale,
        locale,
        0,
      ])
      await journey.look(page, `language-${locale}`)
      await page.context().close()
    }
  })

  it('a link that is none tells nothing', async () => {
    const page = await journey.open()
    await page.goto(`${PORTAL}/${'A'.repeat(92)}`)
    await page.getByRole('heading', { name: 'This link does not work any more' }).waitFor()
    expect(new URL(page.url()).pathname).toBe(PORTAL)
    expect(await page.textContent('body')).not.toMatch(/Portal|Kundin/)
    // No mail is sent from here, so there is nothing to ask for.
    await page.getByText('Please ask whoever sent you the link for a new one.').waitFor()
    expect(await page.getByRole('button').count()).toBe(0)
    await journey.look(page, 'none')
  })
})

/** An address of the portal where the page is: its cookie is for that name of the server. */
function at(page: Page, path: string): string {
  return new URL(`${PORTAL}${path}`, page.url()).href
}

/** A color as a browser tells it. */
function rgb(color: string): string {
  const [red, green, blue] = [1, 3, 5].map((from) => Number.parseInt(color.slice(from, from + 2), 16))
  return `rgb(${red}, ${green}, ${blue})`
}

/** How far the page is wider than its window. */
function overflow(page: Page): Promise<number> {
  return page.evaluate('Math.max(0, document.documentElement.scrollWidth - window.innerWidth)')
}

async function untilLinked({ api }: Place): Promise<void> {
  for (let n = 0; n < 300; n += 1) {
    const { customer } = await api('GET', '/customers/c')
    if (customer.billing_configuration.provider_customer_id) return
    await sleep(100)
  }
  throw new Error('the customer is not at Stripe')
}

async function untilPaid({ api }: Place, id: string): Promise<void> {
  for (let n = 0; n < 300; n += 1) {
    const { invoice } = await api('GET', `/invoices/${id}`)
    if (invoice.payment_status === 'succeeded') return
    await sleep(100)
  }
  throw new Error('the invoice is not paid')
}
