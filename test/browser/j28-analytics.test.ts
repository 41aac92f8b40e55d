import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, Journey, type Place } from '../support/browser-journey.ts'
import { makeScene, sendEvent } from '../support/browser-scenes.ts'

type Sum = { readonly month: string; readonly amount_cents: number; readonly currency: string }

const PAGES = [
  ['', 'gross_revenue', 'gross_revenues'],
  ['/mrr', 'mrr', 'mrrs'],
  ['/overdue', 'overdue_balance', 'overdue_balances'],
  ['/usage', 'invoiced_usage', 'invoiced_usages'],
  ['/collection', 'invoice_collection', 'invoice_collections'],
] as const

const money = (cents: number, currency: string) =>
  new Intl.NumberFormat('en-US', { style: 'currency', currency }).format(Math.round(cents) / 100)

describe.runIf(hasChromium)('J28: analytics agree', () => {
  let journey: Journey
  let place: Place

  beforeAll(async () => {
    journey = await Journey.start('j28')
    place = await journey.sandbox('Analytics')
    await makeScene(place, { customer: { net_payment_term: 0 } })
    await place.api('POST', '/plans', {
      plan: {
        name: 'Year',
        code: 'year',
        interval: 'yearly',
        amount_cents: 100_000,
        amount_currency: 'USD',
        pay_in_advance: true,
      },
    })
    await place.api('POST', '/customers', {
      customer: { external_id: 'd', name: 'Customer Two', currency: 'USD' },
    })
    await place.api('POST', '/subscriptions', {
      subscription: { external_customer_id: 'd', external_id: 't', plan_code: 'year' },
    })
    for (const month of ['02', '03', '04']) {
      await sendEvent(place, 'tokens', { tokens: 1000 * Number(month) })
      await sendEvent(place, 'calls', {})
      await place.api('PUT', '/test_clock', { test_clock: { now: `2026-${month}-02T00:00:00Z` } })
    }
    const { invoices } = await place.api('GET', '/invoices?currency=EUR')
    await place.api('POST', '/payments', {
      payment: {
        invoice_id: invoices.at(-1).lago_id,
        amount_cents: invoices.at(-1).total_amount_cents,
        reference: 'Transfer',
      },
    })
  })
  afterAll(() => journey?.end())

  const sums = async (path: string, key: string): Promise<Sum[]> =>
    (await place.api('GET', `/analytics/${path}?months=12`))[key]
  const rowsOf = (page: Page, name: string) =>
    page.getByRole('region', { name, exact: true }).getByRole('row').allTextContents()

  it('every figure is the API’s, in one currency at a time, and opens its invoices', async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/analytics`)
    for (const [tab, path, key] of PAGES) {
      const all = await sums(path, key)
      const currencies = [...new Set(all.flatMap(({ currency }) => currency ?? []))].sort()
      expect(currencies).toContain('EUR')
      for (const currency of currencies) {
        await page.goto(`/${place.slug}/analytics${tab}?currency=${currency}`)
        await page.getByRole('heading', { name: `By month, in ${currency}` }).waitFor()
        const amounts = all
          .filter((sum) => sum.currency === currency)
          .map((sum) => money(sum.amount_cents, currency))
        const rows = (await rowsOf(page, 'sums')).slice(1)
        expect(rows).toHaveLength(amounts.length)
        for (const amount of amounts) expect(rows.some((row) => row.endsWith(amount))).toBe(true)
        await journey.look(page, `${path}-${currency}`)
        await page.getByRole('button', { name: 'Show table' }).click()
        const table = await page.locator('.chart-table').getByRole('row').allTextContents()
        expect(table).toHaveLength(amounts.length + 1)
        for (const amount of amounts) expect(table.some((row) => row.endsWith(amount))).toBe(true)
        expect(table.join()).not.toContain(currency === 'EUR' ? '$' : '€')
      }
    }

    // What the page of overdue invoices asks for has the same without naming every invoice.
    const asked: string[] = []
    page.on('request', (request) => asked.push(new URL(request.url()).pathname))
    await page.goto(`/${place.slug}/analytics/overdue?currency=EUR`)
    await page.getByRole('button', { name: 'Show as API call' }).click()
    const code = await page.getByRole('region', { name: 'Code of the API call' }).textContent()
    const [, path = ''] = /"https?:\/\/[^/]+([^"]+)"/.exec(code ?? '') ?? []
    expect(path).toBe('/api/weir/v1/analytics/overdue_totals?by=month&currency=EUR&months=12')
    expect(asked).toContain('/api/weir/v1/analytics/overdue_totals')
    expect(asked).not.toContain('/api/v1/analytics/overdue_balance')
    const balances = await sums('overdue_balance', 'overdue_balances')
    const amountsOf = (rows: readonly Sum[]) =>
      rows.filter(({ currency }) => currency === 'EUR').map((row) => [row.month, row.amount_cents])
    expect(amountsOf((await place.api('GET', path)).overdue_totals)).toEqual(amountsOf(balances))

    const [first] = (await sums('gross_revenue', 'gross_revenues')).filter(
      ({ currency }) => currency === 'EUR',
    )
    await page.goto(`/${place.slug}/analytics?currency=EUR`)
    await page.getByRole('region', { name: 'sums' }).getByRole('link').last().click()
    await page.getByRole('heading', { name: 'Invoices', level: 1 }).waitFor()
    await page.getByRole('region', { name: 'invoices' }).waitFor()
    const { searchParams } = new URL(page.url())
    const { invoices } = await place.api(
      'GET',
      `/invoices?currency=EUR&issuing_date_from=${searchParams.get('from')}&issuing_date_to=${searchParams.get('to')}`,
    )
    const listed = await rowsOf(page, 'invoices')
    expect(listed).toHaveLength(invoices.length + 1)
    const total = invoices.reduce(
      (sum: number, each: { total_amount_cents: number }) => sum + each.total_amount_cents,
      0,
    )
    expect(total).toBe(first?.amount_cents)
    await journey.look(page, 'invoices-of-a-month')

    const narrow = await journey.open({ width: 390 })
    await journey.signIn(narrow, `/${place.slug}/analytics/collection?currency=EUR`)
    await narrow.getByRole('heading', { name: 'By month, in EUR' }).waitFor()
    await journey.look(narrow, 'narrow')
  })
})
