import type { Answer, Client } from './harness.ts'

/** An organization with one of everything and a billed month. */
export type LivedIn = {
  readonly client: Client
  /** A word in the codes and names of all its objects. */
  readonly mark: string
  /** For each part of a path that has an identifier after it, one that exists: `plans` has a plan's code. */
  readonly names: Readonly<Record<string, string>>
  /** Ids (`lago_id`) of its objects. */
  readonly ids: readonly string[]
}

async function ask(client: Client, method: string, path: string, body?: unknown): Promise<Answer['body']> {
  const answer = await client.call(method, path, body)
  if (answer.status !== 200) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`)
  return answer.body
}

function planOf(mark: string, metricIds: readonly string[]): object {
  const properties = { amount: '0.5' }
  return {
    name: `Plan ${mark}`,
    code: `${mark}-plan`,
    interval: 'monthly',
    amount_cents: 2000,
    amount_currency: 'EUR',
    pay_in_advance: false,
    tax_codes: [`${mark}-tax`],
    fixed_charges: [
      {
        add_on_code: `${mark}-add-on`,
        code: `${mark}-fixed`,
        charge_model: 'standard',
        units: 3,
        properties,
      },
    ],
    charges: [
      {
        billable_metric_id: metricIds[0],
        code: `${mark}-charge`,
        charge_model: 'standard',
        properties,
        filters: [{ values: { region: ['eu'] }, properties: { amount: '0.25' } }],
      },
      // Billed at once and on no invoice: a fee that can be deleted.
      {
        billable_metric_id: metricIds[1],
        code: `${mark}-advance`,
        charge_model: 'standard',
        pay_in_advance: true,
        invoiceable: false,
        properties,
      },
    ],
  }
}

async function makeCatalogue(client: Client, mark: string): Promise<void> {
  await ask(client, 'POST', '/taxes', { tax: { name: `Tax ${mark}`, code: `${mark}-tax`, rate: 20 } })
  const entity = { name: `Entity ${mark}`, code: `${mark}-entity` }
  await ask(client, 'POST', '/billing_entities', { billing_entity: entity })
  const addOn = { name: `Add-on ${mark}`, code: `${mark}-add-on`, amount_cents: 900, amount_currency: 'EUR' }
  await ask(client, 'POST', '/add_ons', { add_on: addOn })
  const section = { code: `${mark}-section`, name: `Section ${mark}`, details: 'Thank you' }
  await ask(client, 'POST', '/invoice_custom_sections', { invoice_custom_section: section })
  const privileges = [{ code: `${mark}-privilege`, name: `Seats ${mark}`, value_type: 'integer' }]
  const feature = { name: `Feature ${mark}`, code: `${mark}-feature`, privileges }
  await ask(client, 'POST', '/features', { feature })
  const sum = await ask(client, 'POST', '/billable_metrics', {
    billable_metric: {
      name: `Tokens ${mark}`,
      code: `${mark}-metric`,
      aggregation_type: 'sum_agg',
      field_name: 'tokens',
      filters: [{ key: 'region', values: ['eu', 'us'] }],
    },
  })
  const count = await ask(client, 'POST', '/billable_metrics', {
    billable_metric: { name: `Calls ${mark}`, code: `${mark}-calls`, aggregation_type: 'count_agg' },
  })
  const metricIds = [sum.billable_metric.lago_id, count.billable_metric.lago_id]
  await ask(client, 'POST', '/plans', { plan: planOf(mark, metricIds) })
  await ask(client, 'POST', `/plans/${mark}-plan/metadata`, { metadata: { [`${mark}-key`]: mark } })
  const entitlements = { [`${mark}-feature`]: { [`${mark}-privilege`]: 5 } }
  await ask(client, 'POST', `/plans/${mark}-plan/entitlements`, { entitlements })
}

/** Two customers, one of whom has a grace period, so that one invoice is final and one a draft. */
async function makeCustomers(client: Client, mark: string): Promise<void> {
  for (const [suffix, graceDays] of [
    ['', 0],
    ['-later', 5],
  ]) {
    const customer = {
      external_id: `${mark}-customer${suffix}`,
      name: `Customer ${mark}`,
      currency: 'EUR',
      metadata: [{ key: 'mark', value: mark, display_in_invoice: true }],
      billing_configuration: { invoice_grace_period: graceDays },
    }
    await ask(client, 'POST', '/customers', { customer })
    await ask(client, 'POST', '/subscriptions', {
      subscription: {
        external_customer_id: customer.external_id,
        external_id: `${mark}-subscription${suffix}`,
        name: `Subscription ${mark}`,
        plan_code: `${mark}-plan`,
      },
    })
  }
}

async function useAndBill(client: Client, mark: string): Promise<void> {
  const coupon = {
    name: `Coupon ${mark}`,
    code: `${mark}-coupon`,
    coupon_type: 'percentage',
    percentage_rate: '1',
    frequency: 'forever',
    expiration: 'no_expiration',
    applies_to: { plan_codes: [`${mark}-plan`] },
  }
  await ask(client, 'POST', '/coupons', { coupon })
  const applied = { external_customer_id: `${mark}-customer`, coupon_code: coupon.code }
  await ask(client, 'POST', '/applied_coupons', { applied_coupon: applied })
  for (const code of ['metric', 'calls']) {
    await ask(client, 'POST', '/events', {
      event: {
        transaction_id: `${mark}-event-${code}`,
        external_subscription_id: `${mark}-subscription`,
        code: `${mark}-${code}`,
        properties: { tokens: 7, region: 'eu', mark },
      },
    })
  }
  const alert = {
    alert_type: 'current_usage_amount',
    code: `${mark}-alert`,
    thresholds: [{ code: 'warn', value: '999999' }],
  }
  await ask(client, 'POST', `/subscriptions/${mark}-subscription/alerts`, { alert })
  await client.clock('2024-02-01T00:10:00Z')
}

/** Asks for the payment of an invoice once it is overdue, a day after it was issued, and records a part of it. */
async function payOverdue(client: Client, mark: string, invoiceId: string): Promise<void> {
  await client.clock('2024-02-02T00:10:00Z')
  const request = { external_customer_id: `${mark}-customer`, lago_invoice_ids: [invoiceId] }
  await ask(client, 'POST', '/payment_requests', { payment_request: request })
  const payment = { invoice_id: invoiceId, amount_cents: 1, reference: `Reference ${mark}` }
  await ask(client, 'POST', '/payments', { payment })
}

/** A campaign for overdue payments, which is assigned to nobody. */
async function makeCampaign(client: Client, mark: string): Promise<void> {
  const dunning_campaign = {
    name: `Campaign ${mark}`,
    code: `${mark}-campaign`,
    days_between_attempts: 3,
    max_attempts: 2,
    thresholds: [{ amount_cents: 100, currency: 'EUR' }],
  }
  await ask(client, 'POST', '/api/weir/v1/dunning_campaigns', { dunning_campaign })
}

/** A wallet with credits, whose code is its id, so that either names it in a path. */
async function makeWallet(client: Client, mark: string): Promise<{ wallet: string; transaction: string }> {
  const { wallet } = await ask(client, 'POST', '/wallets', {
    wallet: {
      external_customer_id: `${mark}-customer`,
      name: `Wallet ${mark}`,
      rate_amount: '1',
      currency: 'EUR',
    },
  })
  const id: string = wallet.lago_id
  await ask(client, 'PUT', `/wallets/${id}`, { wallet: { code: id, metadata: { [`${mark}-key`]: mark } } })
  const { wallet_transactions: moved } = await ask(client, 'POST', '/wallet_transactions', {
    wallet_transaction: { wallet_id: id, granted_credits: '10', paid_credits: '5', name: `Top-up ${mark}` },
  })
  const alert = { alert_type: 'wallet_balance_amount', code: `${mark}-alert`, thresholds: [{ value: '1' }] }
  await ask(client, 'POST', `/customers/${mark}-customer/wallets/${id}/alerts`, { alert })
  return { wallet: id, transaction: moved[1].lago_id }
}

/** Lives a month of an organization (a sandbox, its clock not yet moved) through the API. */
export async function liveIn(client: Client, mark: string): Promise<LivedIn> {
  await client.clock('2024-01-01T00:00:00Z')
  const webhook = { webhook_url: `http://127.0.0.1:9/${mark}`, name: `Endpoint ${mark}` }
  const endpoint = await ask(client, 'POST', '/webhook_endpoints', { webhook_endpoint: webhook })
  await makeCatalogue(client, mark)
  await makeCustomers(client, mark)
  await useAndBill(client, mark)
  const { wallet, transaction } = await makeWallet(client, mark)
  const endpointId: string = endpoint.webhook_endpoint.lago_id
  const { invoices } = await ask(client, 'GET', '/invoices')
  const final = invoices.find((one: { status: string }) => one.status === 'finalized')
  await payOverdue(client, mark, final.lago_id)
  await makeCampaign(client, mark)
  const { webhooks } = await ask(client, 'GET', `/webhook_endpoints/${endpointId}/webhooks`)
  const { fees } = await ask(client, 'GET', '/fees')
  const draft = invoices.find((one: { status: string }) => one.status === 'draft')
  const adjusted = await ask(client, 'POST', `/api/weir/v1/invoices/${draft.lago_id}/adjusted_fees`, {
    adjusted_fee: { fee_id: await feeOn(client, draft.lago_id), invoice_display_name: mark },
  })
  const loose = fees.find((one: { lago_invoice_id: string | null }) => one.lago_invoice_id === null)
  const payments = await ask(client, 'GET', '/payments')
  const receipts = await ask(client, 'GET', '/payment_receipts')
  const requests = await ask(client, 'GET', '/payment_requests')
  const activities = await ask(client, 'GET', '/activity_logs')
  const calls = await ask(client, 'GET', '/api_logs')
  const plan = await ask(client, 'GET', `/plans/${mark}-plan`)
  await ask(client, 'POST', '/api/weir/v1/api_keys', { api_key: { name: `Key ${mark}` } })
  const security = await ask(client, 'GET', '/api/weir/v1/security_logs')
  const { applied_coupons: coupons } = await ask(client, 'GET', '/applied_coupons')
  const note = await creditSomething(client, mark, invoices, fees)
  return {
    client,
    mark,
    ids: [
      ...new Set([
        ...idsIn([webhooks, invoices, fees, coupons, note, payments, receipts, requests, plan]),
        wallet,
        transaction,
      ]),
    ],
    names: {
      adjusted_fees: adjusted.adjusted_fee.lago_id,
      add_ons: `${mark}-add-on`,
      invoice_custom_sections: `${mark}-section`,
      activity_logs: activities.activity_logs[0].activity_id,
      api_logs: calls.api_logs[0].request_id,
      payments: payments.payments[0].lago_id,
      // Only payment providers make methods, and nobody answers as one here: these are ids of something else.
      payment_methods: endpointId,
      payment_connections: endpointId,
      payment_providers: endpointId,
      provider_messages: endpointId,
      refunds: endpointId,
      payment_receipts: receipts.payment_receipts[0].lago_id,
      payment_requests: requests.payment_requests[0].lago_id,
      alerts: `${mark}-alert`,
      applied_coupons: coupons[0].lago_id,
      billable_metrics: `${mark}-metric`,
      billing_entities: `${mark}-entity`,
      charges: `${mark}-charge`,
      coupons: `${mark}-coupon`,
      credit_notes: note.lago_id,
      customers: `${mark}-customer`,
      dunning_campaigns: `${mark}-campaign`,
      entitlements: `${mark}-feature`,
      events: `${mark}-event-metric`,
      features: `${mark}-feature`,
      fees: loose.lago_id,
      filters: plan.plan.charges.find((one: { code: string }) => one.code === `${mark}-charge`).filters[0]
        .lago_id,
      fixed_charges: `${mark}-fixed`,
      invoices: draft.lago_id,
      metadata: `${mark}-key`,
      plans: `${mark}-plan`,
      privileges: `${mark}-privilege`,
      security_logs: security.security_logs[0].log_id,
      subscriptions: `${mark}-subscription`,
      taxes: `${mark}-tax`,
      versions: '1',
      wallet_transactions: transaction,
      wallets: wallet,
      webhook_endpoints: endpointId,
      webhooks: webhooks[0].lago_id,
    },
  }
}

/** The price of the plan on an invoice. */
async function feeOn(client: Client, invoiceId: string): Promise<string> {
  const { invoice } = await ask(client, 'GET', `/invoices/${invoiceId}`)
  return invoice.fees.find((fee: { item: { type: string } }) => fee.item.type === 'subscription').lago_id
}

/** A credit note on a final invoice, with metadata. */
async function creditSomething(
  client: Client,
  mark: string,
  invoices: readonly { lago_id: string; status: string }[],
  fees: readonly { lago_id: string; lago_invoice_id: string | null; amount_cents: number }[],
) {
  const final = new Set(invoices.filter((one) => one.status === 'finalized').map((one) => one.lago_id))
  const fee = fees.find((one) => final.has(one.lago_invoice_id ?? '') && one.amount_cents > 1)
  const input = {
    invoice_id: fee?.lago_invoice_id,
    items: [{ fee_id: fee?.lago_id, amount_cents: fee?.amount_cents }],
  }
  const { estimated_credit_note: estimate } = await ask(client, 'POST', '/credit_notes/estimate', {
    credit_note: input,
  })
  const { credit_note: note } = await ask(client, 'POST', '/credit_notes', {
    credit_note: {
      ...input,
      credit_amount_cents: estimate.max_creditable_amount_cents,
      description: `Note ${mark}`,
      metadata: { [`${mark}-key`]: mark },
    },
  })
  return note
}

/** Every `lago_id` in an answer, however deep. */
function idsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(idsIn)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, item]) =>
    key === 'lago_id' && typeof item === 'string' ? [item] : idsIn(item),
  )
}
