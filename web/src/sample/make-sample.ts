import { send } from '../api/client.ts'
import { ADD_ONS, COUPONS, FEATURES, METRICS, PLANS, TAXES } from './catalogue.ts'
import { SAMPLE_CUSTOMERS, sampleEvents } from './company.ts'

const MONTHS = 3
const API = '/api/v1'
const HALF_HOUR_MS = 1_800_000
const AT_ONCE = 4

type Post = (path: string, body: object) => Promise<Record<string, Record<string, unknown>>>

const post: Post = (path, body) => send('POST', `${API}${path}`, body)

/** Runs jobs a few at a time. */
async function each<T>(
  items: readonly T[],
  run: (item: T, place: number) => Promise<unknown>,
): Promise<void> {
  let next = 0
  const lane = async () => {
    while (next < items.length) {
      const place = next++
      await run(items[place] as T, place)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
}

const moveTo = (atMs: number): Promise<unknown> =>
  send('PUT', `${API}/test_clock`, { test_clock: { now: new Date(atMs).toISOString() } })

async function makeCatalogue(currency: string): Promise<void> {
  const ids = new Map<string, unknown>()
  for (const tax of TAXES) await post('/taxes', { tax })
  for (const metric of METRICS) {
    const { billable_metric } = await post('/billable_metrics', { billable_metric: metric })
    ids.set(metric.code, billable_metric?.lago_id)
  }
  for (const add_on of ADD_ONS) await post('/add_ons', { add_on: { ...add_on, amount_currency: currency } })
  for (const coupon of COUPONS) {
    const amount = coupon.coupon_type === 'fixed_amount' ? { amount_currency: currency } : {}
    await post('/coupons', { coupon: { ...coupon, ...amount } })
  }
  for (const feature of FEATURES) await post('/features', { feature })
  for (const { body, charges } of PLANS) {
    const drafts = charges.map(({ metric, ...charge }) => ({
      ...charge,
      billable_metric_id: ids.get(metric),
    }))
    await post('/plans', { plan: { ...body, amount_currency: currency, charges: drafts } })
  }
}

async function makeCustomers(currency: string): Promise<void> {
  await each(SAMPLE_CUSTOMERS, async ({ body, plan }) => {
    await post('/customers', { customer: { ...body, currency } })
    const id = body.external_id
    await post('/subscriptions', {
      subscription: {
        external_customer_id: id,
        external_id: `${id}-1`,
        plan_code: plan,
        name: `${body.name}`,
      },
    })
  })
  const [first, second, third] = SAMPLE_CUSTOMERS.map(({ body }) => body.external_id)
  await post('/applied_coupons', { applied_coupon: { external_customer_id: first, coupon_code: 'launch' } })
  await post('/subscriptions', {
    subscription: {
      external_customer_id: second,
      external_id: `${second}-2`,
      plan_code: 'growth',
      name: 'Special prices',
      plan_overrides: { amount_cents: 7900 },
    },
  })
  for (const [customer, credits] of [
    [second, '20'],
    [third, '400'],
  ] as const) {
    await post('/wallets', {
      wallet: {
        external_customer_id: customer,
        name: 'Prepaid',
        rate_amount: '1',
        currency,
        granted_credits: credits,
      },
    })
  }
}

/** Half of the invoices of past months are paid. */
async function payInvoices(): Promise<void> {
  const { invoices } = await send<{ invoices: { lago_id: string; total_due_amount_cents: number }[] }>(
    'GET',
    `${API}/invoices?status=finalized&payment_status=pending&per_page=100`,
  )
  const due = invoices.filter(({ total_due_amount_cents }) => total_due_amount_cents > 0)
  await each(
    due.filter((_, place) => place % 4 !== 0),
    ({ lago_id, total_due_amount_cents: amount_cents }, place) =>
      post('/payments', {
        payment: { invoice_id: lago_id, amount_cents, reference: `transfer-${place + 1}` },
      }),
  )
}

export type SampleStep = { readonly label: string; readonly run: () => Promise<void> }

/**
 * The steps that fill a new sandbox with a working company by the public API: catalogue, customers, three months of
 * usage with their bills, payments. `nowMs` is the present; the company began three months before.
 */
export function sampleSteps(nowMs: number, currency: string): readonly SampleStep[] {
  const today = new Date(nowMs)
  const monthAt = (month: number) => Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - MONTHS + month)
  const month = (n: number): SampleStep => ({
    label: `Usage and bills of ${new Intl.DateTimeFormat(navigator.language, { month: 'long', timeZone: 'UTC' }).format(monthAt(n))}`,
    run: async () => {
      await each(SAMPLE_CUSTOMERS, (_, place) =>
        send('POST', `${API}/events/batch`, { events: sampleEvents(place, n, monthAt(n)) }),
      )
      await moveTo(monthAt(n + 1) + HALF_HOUR_MS)
    },
  })
  return [
    {
      label: 'Metrics, plans, coupons and features',
      run: async () => {
        await moveTo(monthAt(0))
        await makeCatalogue(currency)
      },
    },
    { label: `${SAMPLE_CUSTOMERS.length} customers on four plans`, run: () => makeCustomers(currency) },
    ...Array.from({ length: MONTHS }, (_, n) => month(n)),
    {
      label: 'Payments',
      run: async () => {
        await moveTo(nowMs)
        await payInvoices()
      },
    },
  ]
}
