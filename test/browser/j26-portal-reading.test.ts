import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, Journey, type Place } from '../support/browser-journey.ts'
import { makeScene, sendEvent } from '../support/browser-scenes.ts'

/** What a customer in Germany who pays by bank transfer reads in the portal. */
describe.runIf(hasChromium)('J26: reading and paying without a provider', () => {
  let journey: Journey
  let place: Place
  let link: string

  beforeAll(async () => {
    journey = await Journey.start('j26r')
    place = await journey.sandbox('Transfers')
    const { billing_entities: entities } = await place.api('GET', '/billing_entities')
    await place.api('PUT', `/billing_entities/${entities[0].code}`, {
      billing_entity: {
        legal_name: 'Acme GmbH',
        bank_account: { iban: 'DE89370400440532013000', bic: 'COBADEFFXXX' },
      },
    })
    const { metricIds } = await makeScene(place, {
      customer: { name: 'Kundin', net_payment_term: 2, billing_configuration: { document_locale: 'de' } },
      plan: { charges: [] },
    })
    const graduated = [
      { from_value: 0, to_value: 1000, per_unit_amount: '0.01', flat_amount: '0' },
      { from_value: 1001, to_value: null, per_unit_amount: '0.00138553473668', flat_amount: '1' },
    ]
    await place.api('POST', '/plans', {
      plan: {
        ...{ name: 'Zahlungen', code: 'pays', interval: 'monthly', amount_cents: 0, amount_currency: 'EUR' },
        charges: [
          {
            ...{ billable_metric_id: metricIds.tokens, charge_model: 'percentage' },
            ...{ properties: { rate: '0.4' }, invoice_display_name: 'Umsatz' },
          },
          {
            ...{ billable_metric_id: metricIds.tokens, charge_model: 'graduated' },
            ...{ properties: { graduated_ranges: graduated }, invoice_display_name: 'Stufen' },
          },
        ],
      },
    })
    await place.api('POST', '/subscriptions', {
      subscription: { external_customer_id: 'c', external_id: 'p', plan_code: 'pays' },
    })
    await sendEvent(place, 'tokens', { tokens: 50_000 }, 'p')
    await place.api('PUT', '/test_clock', { test_clock: { now: '2026-01-03T00:00:00Z' } })
    await place.api('POST', '/wallets', {
      wallet: {
        ...{ external_customer_id: 'c', name: 'Guthaben', currency: 'EUR', rate_amount: '0.5' },
        granted_credits: '10',
      },
    })
    link = (await place.api('GET', '/customers/c/portal_url')).customer.portal_url
  })
  afterAll(() => journey?.end())

  async function enter(width?: number): Promise<Page> {
    const page = await journey.open(width === undefined ? {} : { width })
    await page.goto(link)
    await page.getByRole('heading', { name: 'Übersicht', level: 1 }).waitFor()
    return page
  }
  const fact = async (page: Page, name: string): Promise<string | null> =>
    page
      .locator('dt', { hasText: new RegExp(`^${name}$`) })
      .last()
      .locator('xpath=../dd')
      .textContent()

  it('buys credits with a number as it is written there, and is told how to pay for them', async () => {
    const page = await enter()
    await page.getByRole('link', { name: 'Guthaben' }).first().click()
    const field = page.getByRole('textbox', { name: 'Einheiten' })
    await field.fill('1.5')
    await page.getByRole('button', { name: 'Guthaben kaufen' }).click()
    await page.getByText('Diese Zahl ist nicht eindeutig. Schreiben Sie sie so: 1.234,50.').waitFor()
    await journey.look(page, 'unclear')
    await field.fill('1.500,5')
    await page.getByRole('button', { name: 'Guthaben kaufen' }).click()
    await page.getByText('Ihr Kauf wurde erfasst.').waitFor()
    await page.getByRole('heading', { name: 'Per Überweisung bezahlen' }).waitFor({ timeout: 30_000 })
    const { invoices } = await place.api('GET', '/invoices?invoice_type=credit')
    expect(await fact(page, 'IBAN')).toBe('DE89 3704 0044 0532 0130 00')
    expect(await fact(page, 'Verwendungszweck')).toBe(invoices[0].number)
    expect(await fact(page, 'Noch zu zahlen')).toBe('750,25\u00a0€')
    await journey.look(page, 'bought')
  })

  it('is told on an overdue invoice into which account what is due is paid, and until when', async () => {
    await place.api('PUT', '/test_clock', { test_clock: { now: '2026-02-05T00:00:00Z' } })
    const { invoices } = await place.api('GET', '/invoices?invoice_type=subscription')
    type Listed = { readonly lago_id: string; readonly number: string; readonly fees_amount_cents: number }
    // 29.00 of the one plan, and of the other 0.4 % of 50,000, and 10.00, 67.89 and 1.00 of tiers.
    const usage = invoices.find(({ fees_amount_cents: cents }: Listed) => cents === 30_789)
    const page = await enter(390)
    await page.goto(new URL(`/customer-portal/invoices/${usage.lago_id}`, page.url()).href)
    await page.getByRole('heading', { name: 'Per Überweisung bezahlen' }).waitFor()
    const told = ['Kontoinhaber', 'IBAN', 'BIC', 'Verwendungszweck', 'Noch zu zahlen', 'Fällig']
    expect(await Promise.all(told.map((name) => fact(page, name)))).toEqual([
      'Acme GmbH',
      'DE89 3704 0044 0532 0130 00',
      'COBADEFFXXX',
      usage.number,
      // Less 5.00 of prepaid credits.
      '302,89\u00a0€',
      '03.02.2026',
    ])
    await journey.look(page, 'transfer')
    const lines = page.getByRole('table', { name: 'Posten' }).getByRole('row')
    const printed = async (text: string) =>
      (await lines.filter({ hasText: text }).getByRole('cell').allTextContents()).slice(1)
    // What a part does not have is left out of its card.
    expect(await printed('Umsatz')).toEqual(['50.000', '0,4\u00a0%', '0\u00a0%', '200,00\u00a0€'])
    expect(await printed('Stufen')).toEqual(['0\u00a0%', '78,89\u00a0€'])
    expect(await printed('Bis 1.000')).toEqual(['1.000', '0,01\u00a0€', '10,00\u00a0€'])
    expect(await printed('49.000')).toEqual(['49.000', '0,00138553\u00a0€', '67,89\u00a0€'])
    expect(await printed('Pauschale: Ab 1.001')).toEqual(['1', '1,00\u00a0€', '1,00\u00a0€'])
  })

  it('chooses a language for the session, and saves a file without leaving the page', async () => {
    const page = await enter()
    const choice = (name: string) => page.getByRole('combobox', { name })
    expect(await choice('Sprache dieser Seite').inputValue()).toBe('de')
    await choice('Sprache dieser Seite').selectOption('fr')
    await page.getByRole('heading', { name: 'Aperçu', level: 1 }).waitFor()
    expect(await page.evaluate('document.documentElement.lang')).toBe('fr')
    await page.reload()
    await choice('Langue de cette page').waitFor()
    await choice('Langue de cette page').selectOption('en')
    await page.getByRole('link', { name: 'Invoices' }).first().click()
    await page
      .getByRole('link', { name: /-00\d$/ })
      .first()
      .click()
    await page.getByRole('heading', { name: 'Pay by bank transfer' }).waitFor()
    const { pathname } = new URL(page.url())
    const download = page.waitForEvent('download')
    await expect
      .poll(async () => {
        await page.getByRole('button', { name: 'Download PDF' }).click()
        await page.waitForTimeout(500)
        return Promise.race([download.then(() => true), page.waitForTimeout(500).then(() => false)])
      })
      .toBe(true)
    expect((await download).suggestedFilename()).toMatch(/\.pdf$/)
    expect(new URL(page.url()).pathname).toBe(pathname)
    await page.getByRole('heading', { name: 'Pay by bank transfer' }).waitFor()
    const other = await enter()
    expect(await other.getByRole('combobox', { name: 'Sprache dieser Seite' }).inputValue()).toBe('de')
  })

  it('sees of what the days are', async () => {
    await sendEvent(place, 'tokens', { tokens: 10 }, 'p')
    const page = await enter()
    await page.getByRole('link', { name: 'Verbrauch' }).first().click()
    await page.getByRole('combobox', { name: 'Abonnements' }).selectOption({ label: 'Zahlungen' })
    await page.getByRole('combobox', { name: 'Posten' }).selectOption('Umsatz')
    await page.locator('figcaption', { hasText: 'Einheiten nach Tagen: Umsatz' }).waitFor()
    await journey.look(page, 'days')
  })
})
