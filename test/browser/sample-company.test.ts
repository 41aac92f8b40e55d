import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, Journey, type Place } from '../support/browser-journey.ts'

type Row = Readonly<Record<string, unknown>>

type Invoice = Row & {
  readonly status: string
  readonly payment_overdue: boolean
  readonly payment_dispute_lost_at: string | null
  readonly total_amount_cents: number
  readonly total_due_amount_cents: number
  readonly total_paid_amount_cents: number
  readonly customer: { readonly external_id: string }
}

type Alert = Row & {
  readonly code: string
  readonly direction: string
  readonly previous_value: string
  readonly thresholds: readonly { readonly value: string }[]
}

/** Where a newcomer looks first, and a text that is there by then. */
const PAGES = [
  ['home', '', '5 of 6'],
  ['customer', '/customers/grove-foods', 'Grove Foods'],
  ['usage', '/subscriptions/cedar-health-1', 'Trial ended'],
  ['invoices', '/invoices', 'Partially paid'],
  ['wallets', '/wallets', 'Monthly credits'],
  ['dunning', '/settings/dunning/late_payers', 'Grove Foods'],
] as const

describe.runIf(hasChromium)('the sample company', () => {
  let journey: Journey
  let place: Place

  beforeAll(async () => {
    journey = await Journey.start('sample')
    place = await journey.sandbox('Sample')
    await place.api('PUT', '/organizations', { organization: { default_currency: 'EUR', country: 'DE' } })
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/start`)
    await page.getByRole('button', { name: 'Make the sample company' }).click()
    await page.getByText('12 customers on four plans').waitFor()
    await page.getByText('5 of 6').waitFor({ timeout: 120_000 })
  })
  afterAll(() => journey?.end())

  /** Every row of a list. */
  const all = async <T extends Row = Row>(path: string, root: string): Promise<readonly T[]> => {
    const joint = path.includes('?') ? '&' : '?'
    const rows: T[] = []
    for (let page = 1; ; page += 1) {
      const answer = await place.api('GET', `${path}${joint}per_page=100&page=${page}`)
      rows.push(...answer[root])
      if (page >= (answer.meta?.total_pages ?? 1)) return rows
    }
  }
  const count = async (path: string): Promise<number> =>
    (await place.api('GET', `${path}${path.includes('?') ? '&' : '?'}per_page=1`)).meta.total_count
  const by = (rows: readonly Row[], key: string): Record<string, number> => {
    const counts: Record<string, number> = {}
    for (const row of rows) counts[String(row[key])] = (counts[String(row[key])] ?? 0) + 1
    return counts
  }

  it('has a catalogue, two sellers, and twelve customers in five countries', async () => {
    const metrics = await all('/billable_metrics', 'billable_metrics')
    expect(Object.keys(by(metrics, 'aggregation_type')).sort()).toEqual([
      ...['count_agg', 'latest_agg', 'max_agg', 'sum_agg', 'unique_count_agg', 'weighted_sum_agg'],
    ])
    expect([metrics.length, await count('/plans'), await count('/coupons'), await count('/add_ons')]).toEqual(
      [...[6, 4, 2, 2]],
    )
    expect(await count('/taxes')).toBe(2)
    const features = (await all('/features', 'features')) as readonly { privileges: Row[] }[]
    expect(features.map(({ privileges }) => privileges.length)).toEqual([1, 1, 1])
    const entities = await all('/billing_entities', 'billing_entities')
    expect(entities.map((row) => row.default_currency).sort()).toEqual(['EUR', 'USD'])
    const customers = await all('/customers', 'customers')
    expect(by(customers, 'country')).toEqual({ DE: 4, FR: 2, SE: 2, GB: 2, US: 2 })
  })
  it('has fourteen subscriptions: one pending, one ended, one with its own price, one in its trial', async () => {
    const statuses = ['pending', 'active', 'terminated', 'canceled'].map((status) => `status[]=${status}`)
    const subscriptions = await all(`/subscriptions?${statuses.join('&')}`, 'subscriptions')
    expect(by(subscriptions, 'status')).toEqual({ pending: 1, active: 12, terminated: 1 })
    const onTrial = subscriptions.filter(
      ({ plan_code, trial_ended_at }) => plan_code === 'scale' && trial_ended_at === null,
    )
    expect(onTrial.map(({ external_id }) => external_id)).toEqual(['amber-labs-1'])
    const { subscription } = await place.api('GET', '/subscriptions/atelier-lumiere-2')
    expect([subscription.plan.name, subscription.plan.amount_cents]).toEqual(['Growth, agreed price', 7900])
  })

  it('has about twenty thousand events of ninety days, all of which match', async () => {
    const total = await count('/events')
    expect(total).toBeGreaterThan(15_000)
    expect(total).toBeLessThan(25_000)
    expect(await count('/events?unmatched=true')).toBe(0)
    const { test_clock } = await place.api('GET', '/test_clock')
    const first = `${test_clock.now.slice(0, 8)}01T00:00:00Z`
    const calls = '/events?external_subscription_id=northwind-robotics-1&code=api_calls'
    expect([await count(calls), await count(`${calls}&timestamp_from=${first}`)]).toEqual([900, 0])
    const { events } = await place.api('GET', `/events?per_page=1&page=${total}`)
    expect(Date.parse(test_clock.now) - Date.parse(events[0].timestamp)).toBeGreaterThan(88 * 86_400_000)
  })

  it('has forty invoices: drafts, void, paid, partly paid, failed, overdue and open', async () => {
    const invoices = await all<Invoice>('/invoices', 'invoices')
    expect(by(invoices, 'status')).toEqual({ draft: 1, finalized: 38, voided: 1 })
    expect(by(invoices, 'invoice_type')).toEqual({ subscription: 35, credit: 3, one_off: 2 })
    expect(by(invoices, 'currency')).toEqual({ EUR: 36, USD: 4 })
    const final = invoices.filter(({ status }) => status === 'finalized')
    expect(by(final, 'payment_status')).toEqual({ succeeded: 31, pending: 6, failed: 1 })
    const overdue = final.filter(({ payment_overdue }) => payment_overdue)
    expect(overdue.map(({ customer }) => customer.external_id).sort()).toEqual([
      ...['grove-foods', 'harbour-freight-data'],
    ])
    const [partly, ...others] = final.filter(
      ({ total_paid_amount_cents: paid, total_due_amount_cents: due }) => paid > 0 && due > 0,
    )
    expect([partly?.customer.external_id, others]).toEqual(['iris-payments', []])
    expect(partly?.total_paid_amount_cents).toBe(Math.floor((partly?.total_amount_cents ?? 0) / 2))
    const totalsOf = (id: string) =>
      invoices
        .filter(({ customer }) => customer.external_id === id)
        .map(({ total_amount_cents }) => total_amount_cents)
    // A coupon of 20 % counts for the first three.
    expect(totalsOf('northwind-robotics')).toEqual([84_835, 62_073, 56_228, 9425])
    expect(totalsOf('ember-energy')).toEqual([5050, 5050, 4555])
    expect(invoices.filter(({ payment_dispute_lost_at: at }) => at !== null)).toHaveLength(1)
  })

  it('has a wallet that is nearly empty, and one that is filled each month', async () => {
    const wallets = await all('/wallets', 'wallets')
    expect(
      wallets.map(({ external_customer_id: id, balance_cents, recurring_transaction_rules: rules }) => [
        ...[id, balance_cents, (rules as unknown[]).length],
      ]),
    ).toEqual([
      ['juniper-games', 412, 0],
      ['fjord-analytics', 6600, 1],
    ])
  })

  it('has a credit note of each kind, and dunning under way', async () => {
    const notes = await all('/credit_notes', 'credit_notes')
    const [refund, credit, offset] = notes.map((note) => [
      ...[note.credit_amount_cents, note.refund_amount_cents, note.offset_amount_cents],
    ])
    expect([refund, credit, offset?.slice(0, 2), notes.length]).toEqual([
      ...[[0, 1900, 0], [2500, 0, 0], [0, 0], 3],
    ])
    const { invoice } = await place.api('GET', `/invoices/${notes[2]?.lago_invoice_id}`)
    expect([offset?.[2], invoice.total_due_amount_cents]).toEqual([invoice.total_amount_cents, 0])
    const { funnel } = await place.api('GET', '/api/weir/v1/dunning_campaigns/late_payers/funnel')
    expect(funnel).toMatchObject({ asked: 1, paid: 0, exhausted: 0, in_progress: 1 })
  })

  it('has five alerts, of which one is raised', async () => {
    const targets = [
      ...['northwind-robotics-1', 'fjord-analytics-1', 'cedar-health-1', 'iris-payments-1'].map(
        (id) => `/subscriptions/${id}/alerts`,
      ),
      '/customers/juniper-games/wallets/prepaid/alerts',
    ]
    const alerts = (await Promise.all(targets.map((path) => all<Alert>(path, 'alerts')))).flat()
    expect(alerts).toHaveLength(5)
    const raised = alerts.filter(({ direction, previous_value, thresholds: [threshold] }) =>
      direction === 'increasing'
        ? Number(previous_value) >= Number(threshold?.value)
        : Number(previous_value) <= Number(threshold?.value),
    )
    expect(raised.map(({ code, previous_value }) => [code, previous_value])).toEqual([
      ['nearly_empty', '4.12'],
    ])
  })

  it('has an endpoint whose five deliveries failed', async () => {
    const [endpoint, ...others] = await all('/webhook_endpoints', 'webhook_endpoints')
    expect([endpoint?.webhook_url, others]).toEqual([`${journey.url}/nobody-listens-here`, []])
    const deliveries = await all(`/webhook_endpoints/${endpoint?.lago_id}/webhooks`, 'webhooks')
    expect(by(deliveries, 'webhook_type')).toEqual({
      ...{ 'alert.triggered': 1, 'credit_note.created': 3, 'invoice.voided': 1 },
    })
    await expect
      .poll(async () =>
        by(await all(`/webhook_endpoints/${endpoint?.lago_id}/webhooks`, 'webhooks'), 'status'),
      )
      .toEqual({ retrying: 5 })
  })

  it('looks well where a newcomer looks', async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}`)
    const narrow = await journey.open({ width: 390, dark: true })
    await journey.signIn(narrow, `/${place.slug}`)
    for (const [name, path, text] of PAGES) {
      for (const [window, shot] of [
        [page, name],
        [narrow, `${name}-narrow`],
      ] as const) {
        await window.goto(`/${place.slug}${path}`)
        await window.getByRole('main').getByText(text).first().waitFor()
        await journey.look(window, shot)
      }
    }
  })

  it('is removed from the settings, and nothing else is', async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/settings`)
    await page.getByRole('button', { name: 'Remove sample data' }).click()
    const dialog = page.getByRole('dialog', { name: 'Remove the sandbox “Sample”?' })
    await dialog.getByText('Only this sandbox is removed').waitFor()
    const remove = dialog.getByRole('button', { name: 'Remove sandbox' })
    expect(await remove.isDisabled()).toBe(true)
    await dialog.getByLabel(`Type ${place.slug} to go on`).fill(place.slug)
    await journey.look(page, 'removal')
    await remove.click()
    await page.getByRole('heading', { name: 'Home' }).waitFor()
    expect(new URL(page.url()).pathname).toMatch(/^\/acme/)
    await expect(place.api('GET', '/organizations')).rejects.toThrow('401')
    await page.goto(`/${place.slug}`)
    await page.getByRole('heading', { name: 'There is no such organization' }).waitFor()
  })
})
