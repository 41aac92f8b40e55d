import { each, get, moveTo, post, postOwn, put, putOwn } from './calls.ts'
import {
  ADD_ONS,
  COUPONS,
  DUNNING,
  DUNNING_FROM_CENTS,
  FEATURES,
  METRICS,
  PLANS,
  SELLER,
  SELLER_ABROAD,
  TAXES,
} from './catalogue.ts'
import { SAMPLE_CUSTOMERS, sampleSubscriptions } from './company.ts'
import { billedAt, MONTHS, type SampleDates, sampleDates } from './dates.ts'
import {
  creditAndRefund,
  loseADispute,
  offsetAnOutage,
  sellAndVoid,
  sellOnboarding,
  settle,
} from './settle.ts'
import { inBatches, sampleEvents } from './usage.ts'

/** The currency of the sample's first seller, and the one of its second. */
type Currencies = { readonly home: string; readonly abroad: string }

async function makeSellers({ home, abroad }: Currencies): Promise<void> {
  const { billing_entities } = await get('/billing_entities')
  const entity = `/billing_entities/${billing_entities[0].code}`
  await Promise.all([
    put(entity, { billing_entity: SELLER }),
    post('/billing_entities', { billing_entity: { ...SELLER_ABROAD, default_currency: abroad } }),
    postOwn('/dunning_campaigns', {
      dunning_campaign: {
        ...DUNNING,
        thresholds: [home, abroad].map((currency) => ({ currency, amount_cents: DUNNING_FROM_CENTS })),
      },
    }),
  ])
  await putOwn(`${entity}/dunning`, { dunning: { dunning_campaign_code: DUNNING.code } })
}

async function makePlans({ home, abroad }: Currencies): Promise<void> {
  const ids = new Map<string, unknown>()
  const features = each(FEATURES, (feature) => post('/features', { feature }))
  await each(METRICS, async (metric) => {
    const { billable_metric } = await post('/billable_metrics', { billable_metric: metric })
    ids.set(metric.code, billable_metric.lago_id)
  })
  await each(PLANS, async ({ body, charges, entitlements, isAbroad }) => {
    const drafts = charges.map(({ metric, ...charge }) => ({
      ...charge,
      billable_metric_id: ids.get(metric),
    }))
    const amount_currency = isAbroad ? abroad : home
    await post('/plans', { plan: { ...body, amount_currency, charges: drafts } })
    await features
    await post(`/plans/${body.code}/entitlements`, { entitlements })
  })
}

const makeAddOns = ({ home }: Currencies): Promise<void> =>
  each(ADD_ONS, (add_on) => post('/add_ons', { add_on: { ...add_on, amount_currency: home } }))

const makeCoupons = ({ home }: Currencies): Promise<void> =>
  each(COUPONS, (coupon) => {
    const amount = coupon.coupon_type === 'fixed_amount' ? { amount_currency: home } : {}
    return post('/coupons', { coupon: { ...coupon, ...amount } })
  })

/** Everything that is sold, and who sells it. What does not need each other is made at the same time. */
async function makeCatalogue(currencies: Currencies): Promise<void> {
  await Promise.all([
    makePlans(currencies),
    makeAddOns(currencies),
    makeCoupons(currencies),
    each(TAXES, (tax) => post('/taxes', { tax })),
    makeSellers(currencies),
  ])
}

async function makeCustomers(dates: SampleDates, { home, abroad }: Currencies): Promise<void> {
  // One after the other: their order is in the numbers of their invoices.
  for (const customer of SAMPLE_CUSTOMERS) {
    await post('/customers', {
      customer: { ...customer, currency: customer.country === 'US' ? abroad : home },
    })
  }
  const coupons = [
    ['northwind-robotics', 'launch'],
    ['harbour-freight-data', 'welcome'],
  ] as const
  await Promise.all([
    each(coupons, ([external_customer_id, coupon_code]) =>
      post('/applied_coupons', { applied_coupon: { external_customer_id, coupon_code } }),
    ),
    makeWallets(home),
  ])
  await each(sampleSubscriptions(dates), ({ body }) => post('/subscriptions', { subscription: body }))
}

/** One after the other: a list has them in this order. */
async function makeWallets(currency: string): Promise<void> {
  const wallet = { name: 'Prepaid', rate_amount: '1', currency }
  await post('/wallets', {
    wallet: { ...wallet, external_customer_id: 'juniper-games', granted_credits: PREPAID_CREDITS },
  })
  const rule = { trigger: 'interval', interval: 'monthly', paid_credits: '60', granted_credits: '6' }
  await post('/wallets', {
    wallet: {
      ...{ ...wallet, name: 'Monthly credits', external_customer_id: 'fjord-analytics' },
      granted_credits: '25',
      recurring_transaction_rules: [rule],
    },
  })
}

/** What Juniper Games spends in three months, and a little more. */
const PREPAID_CREDITS = '180'

/** Far above the usage; made last, because usage that is watched is looked at with each event. */
async function makeUsageAlerts(): Promise<void> {
  const alerts = [
    ['northwind-robotics-1', 'billable_metric_current_usage_units', 'Many API calls', '10000', 'api_calls'],
    ['fjord-analytics-1', 'current_usage_amount', 'A dear month', '250000'],
    ['cedar-health-1', 'current_usage_amount', 'Above the budget', '300000'],
    ['iris-payments-1', 'billable_metric_current_usage_amount', 'Much custody', '200000', 'funds'],
  ] as const
  await each(alerts, ([id, alert_type, name, value, metric]) =>
    post(`/subscriptions/${id}/alerts`, {
      alert: {
        ...{ alert_type, name, code: id, thresholds: [{ code: 'warning', value }] },
        ...(metric ? { billable_metric_code: metric } : {}),
      },
    }),
  )
}

/** Is raised when the last bill has nearly emptied the wallet. */
const makeWalletAlert = (): Promise<unknown> =>
  post('/customers/juniper-games/wallets/prepaid/alerts', {
    alert: {
      ...{ alert_type: 'wallet_credits_balance', code: 'nearly_empty', name: 'Nearly empty' },
      thresholds: [{ code: 'warning', value: '10' }],
    },
  })

/** An endpoint at which nothing listens: an address of this server that takes no messages. */
const makeEndpoint = (): Promise<unknown> =>
  post('/webhook_endpoints', {
    webhook_endpoint: {
      webhook_url: `${location.origin}/nobody-listens-here`,
      name: 'Accounting',
      event_types: ['alert.triggered', 'credit_note.created', 'invoice.voided'],
    },
  })

/**
 * Events that arrive together are stored together: as many as a browser has connections to one server, but for the one
 * by which everything else goes on.
 */
const BATCHES_AT_ONCE = 5

const sendUsage = (month: number, dates: SampleDates): Promise<void> =>
  each(inBatches(sampleEvents(month, dates)), (events) => post('/events/batch', { events }), BATCHES_AT_ONCE)

/** What is done on the first of a month, counted from the company's first, once its bills are made. */
async function onFirst(month: number, dates: SampleDates): Promise<void> {
  if (month === 0) await sellOnboarding()
  if (month === MONTHS - 1) {
    await Promise.all([makeEndpoint(), makeWalletAlert()])
    // Settled is what is still open afterwards; the dispute is about an invoice that was paid long ago.
    await Promise.all([offsetAnOutage(dates), sellAndVoid()])
    await Promise.all([settle(dates), loseADispute(dates)])
  } else if (month === MONTHS) await Promise.all([settle(dates), creditAndRefund(dates)])
  else await settle(dates)
}

export type SampleStep = { readonly label: string; readonly run: () => Promise<void> }

/**
 * The steps that fill a new sandbox with a working company by the public API: catalogue, customers, three months of
 * usage with their bills, this month so far. `nowMs` is the present; the company began three months before.
 */
export function sampleSteps(nowMs: number, currency: string): readonly SampleStep[] {
  const dates = sampleDates(nowMs)
  const { firsts, presentMs } = dates
  const currencies = { home: currency, abroad: currency === 'USD' ? 'EUR' : 'USD' }
  const named = new Intl.DateTimeFormat(navigator.language, { month: 'long', timeZone: 'UTC' })
  const nameOf = (month: number) => named.format(firsts[month])
  /** The events of a month do not wait for what is done on its first day. */
  const live = (n: number) => Promise.all([sendUsage(n, dates), onFirst(n, dates)])
  const month = (n: number): SampleStep => ({
    label: `Usage and bills of ${nameOf(n)}`,
    run: async () => {
      await live(n)
      await moveTo(billedAt(firsts[n + 1] ?? 0))
    },
  })
  return [
    {
      label: 'Metrics, plans, coupons and features',
      run: async () => {
        await moveTo(firsts[0] ?? 0)
        await makeCatalogue(currencies)
      },
    },
    {
      label: `${SAMPLE_CUSTOMERS.length} customers on four plans`,
      run: () => makeCustomers(dates, currencies),
    },
    ...Array.from({ length: MONTHS }, (_, n) => month(n)),
    {
      label: `${nameOf(MONTHS)} so far`,
      run: async () => {
        await live(MONTHS)
        await moveTo(presentMs)
        await Promise.all([settle(dates), makeUsageAlerts()])
      },
    },
  ]
}
