import { getLagoError } from 'lago-javascript-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Listening, startListening } from '../support/listening.ts'

// Lago's official client against the server, method by method. The tests run in order on one organization; only the
// base URL differs.

let server: Listening
let client: Awaited<ReturnType<Listening['organization']>>
let metricId: string

beforeAll(async () => {
  server = await startListening()
  client = await server.organization()
  await client.clock('2024-01-01T00:00:00Z')
})
afterAll(() => server?.harness.close())

/** The response that the client throws for an error. */
async function refusalOf(request: Promise<unknown>): Promise<unknown> {
  const thrown = await request.then(
    () => null,
    (error: unknown) => error,
  )
  expect(thrown).not.toBeNull()
  return getLagoError(thrown)
}

describe('the catalogue', () => {
  it('taxes', async () => {
    const { taxes } = client.lago
    const made = await taxes.createTax({ tax: { name: 'VAT', code: 'vat', rate: '20' } })
    expect(made.data.tax).toMatchObject({ code: 'vat', rate: 20 })
    const changed = await taxes.updateTax('vat', { tax: { name: 'Value added tax' } })
    expect(changed.data.tax.name).toBe('Value added tax')
    expect((await taxes.findTax('vat')).data.tax.lago_id).toBe(made.data.tax.lago_id)
    await taxes.createTax({ tax: { name: 'Old', code: 'old', rate: '5' } })
    await taxes.destroyTax('old')
    expect((await taxes.findAllTaxes()).data.meta.total_count).toBe(1)
    expect(await refusalOf(taxes.findTax('old'))).toMatchObject({ status: 404, code: 'tax_not_found' })
  })

  it('billing entities and the organization', async () => {
    const { billingEntities, organizations } = client.lago
    await billingEntities.createBillingEntity({ billing_entity: { code: 'branch', name: 'Branch' } })
    await billingEntities.updateBillingEntity('branch', { billing_entity: { country: 'FR' } })
    expect((await billingEntities.getBillingEntity('branch')).data.billing_entity.country).toBe('FR')
    expect((await billingEntities.listBillingEntities()).data.billing_entities).toHaveLength(2)
    const changed = await organizations.updateOrganization({
      organization: { timezone: 'UTC', country: 'DE' },
    })
    expect(changed.data.organization).toMatchObject({ country: 'DE', timezone: 'UTC' })
  })

  it('billable metrics', async () => {
    const { billableMetrics } = client.lago
    const made = await billableMetrics.createBillableMetric({
      billable_metric: {
        name: 'Tokens',
        code: 'tokens',
        aggregation_type: 'sum_agg',
        field_name: 'count',
        filters: [{ key: 'model', values: ['small', 'large'] }],
      },
    })
    metricId = made.data.billable_metric.lago_id
    await billableMetrics.updateBillableMetric('tokens', { billable_metric: { description: 'All of them' } })
    const found = (await billableMetrics.findBillableMetric('tokens')).data.billable_metric
    expect(found).toMatchObject({
      lago_id: metricId,
      description: 'All of them',
      aggregation_type: 'sum_agg',
    })
    const evaluated = await billableMetrics.evaluateBillableMetricExpression({
      expression: 'round(event.properties.count * 2)',
      event: { code: 'tokens', timestamp: 1_704_067_200, properties: { count: 21 } },
    })
    expect(Number(evaluated.data.expression_result.value)).toBe(42)
    await billableMetrics.createBillableMetric({
      billable_metric: { name: 'Calls', code: 'calls', aggregation_type: 'count_agg' },
    })
    await billableMetrics.destroyBillableMetric('calls')
    expect((await billableMetrics.findAllBillableMetrics()).data.meta.total_count).toBe(1)
    const again = { name: 'Tokens', code: 'tokens', aggregation_type: 'count_agg' as const }
    expect(await refusalOf(billableMetrics.createBillableMetric({ billable_metric: again }))).toMatchObject({
      status: 422,
      code: 'validation_errors',
      error_details: { code: ['value_already_exist'] },
    })
  })

  it('features', async () => {
    const { features } = client.lago
    await features.createFeature({
      feature: {
        name: 'Seats',
        code: 'seats',
        privileges: [
          { code: 'max', name: 'Most', value_type: 'integer' },
          { code: 'sso', value_type: 'boolean' },
        ],
      },
    })
    await features.updateFeature('seats', { feature: { description: 'People who may log in' } })
    await features.deleteFeaturePrivilege('seats', 'sso')
    const { feature } = (await features.findFeature('seats')).data
    expect(feature.description).toBe('People who may log in')
    expect(feature.privileges.map((one) => one.code)).toEqual(['max'])
    expect((await features.findAllFeatures()).data.features).toHaveLength(1)
  })

  it('plans with charges and filters', async () => {
    const { plans } = client.lago
    await plans.createPlan({
      plan: {
        name: 'Pro',
        code: 'pro',
        interval: 'monthly',
        amount_cents: 3100,
        amount_currency: 'EUR',
        pay_in_advance: false,
        tax_codes: ['vat'],
        charges: [
          {
            billable_metric_id: metricId,
            code: 'tokens',
            charge_model: 'standard',
            properties: { amount: '0.01' },
          },
        ],
      },
    })
    await plans.createPlanChargeFilter('pro', 'tokens', {
      filter: { values: { model: ['large'] }, properties: { amount: '0.05' } },
    })
    const filters = (await plans.findAllPlanChargeFilters('pro', 'tokens')).data
    expect(filters.meta.total_count).toBe(1)
    await plans.createPlanCharge('pro', {
      charge: {
        billable_metric_id: metricId,
        code: 'packs',
        charge_model: 'package',
        properties: { amount: '1', free_units: 100, package_size: 100 },
      },
    })
    await plans.updatePlanCharge('pro', 'packs', { charge: { invoice_display_name: 'Packs' } })
    expect((await plans.findPlanCharge('pro', 'packs')).data.charge.invoice_display_name).toBe('Packs')
    await plans.destroyPlanCharge('pro', 'packs', {})
    expect((await plans.findAllPlanCharges('pro')).data.charges.map((one) => one.code)).toEqual(['tokens'])
    await plans.updatePlan('pro', { plan: { name: 'Professional', code: 'pro' } })
    expect((await plans.findPlan('pro')).data.plan).toMatchObject({
      name: 'Professional',
      amount_cents: 3100,
    })
    expect((await plans.findAllPlans()).data.plans).toHaveLength(1)
  })

  it('entitlements and metadata of plans', async () => {
    const { plans } = client.lago
    await plans.createEntitlement('pro', { entitlements: { seats: { max: 5 } } })
    await plans.updateEntitlement('pro', { entitlements: { seats: { max: 10 } } })
    const { entitlement } = (await plans.findEntitlement('pro', 'seats')).data
    expect(entitlement.privileges[0]).toMatchObject({ code: 'max', value: 10 })
    expect((await plans.findAllEntitlements('pro')).data.entitlements).toHaveLength(1)
    await plans.replacePlanMetadata('pro', { metadata: { tier: 'gold', region: 'eu' } })
    await plans.mergePlanMetadata('pro', { metadata: { tier: 'silver' } })
    const left = await plans.deletePlanMetadataKey('pro', 'region')
    expect(left.data.metadata).toEqual({ tier: 'silver' })
  })
})

describe('a month of a customer', () => {
  it('webhook endpoints and keys', async () => {
    const { webhookEndpoints, webhooks } = client.lago
    const made = await webhookEndpoints.createWebhookEndpoint({
      webhook_endpoint: { webhook_url: 'http://127.0.0.1:9/hooks', signature_algo: 'hmac' },
    })
    const id = made.data.webhook_endpoint.lago_id
    await webhookEndpoints.updateWebhookEndpoint(id, {
      webhook_endpoint: { webhook_url: 'http://127.0.0.1:9/other' },
    })
    const found = (await webhookEndpoints.findWebhookEndpoint(id)).data.webhook_endpoint
    expect(found).toMatchObject({ webhook_url: 'http://127.0.0.1:9/other', signature_algo: 'hmac' })
    expect((await webhookEndpoints.findAllWebhookEndpoints()).data.webhook_endpoints).toHaveLength(1)
    expect((await webhooks.fetchJsonPublicKey()).data.webhook.public_key).toMatch(/^[A-Za-z0-9+/=\s]+$/)
    await webhookEndpoints.destroyWebhookEndpoint(id)
    expect((await webhookEndpoints.findAllWebhookEndpoints()).data.webhook_endpoints).toHaveLength(0)
  })

  it('customers', async () => {
    const { customers } = client.lago
    await customers.createCustomer({ customer: { external_id: 'acme', name: 'Acme', currency: 'EUR' } })
    await customers.createCustomer({ customer: { external_id: 'acme', name: 'Acme Ltd' } })
    await customers.createCustomer({ customer: { external_id: 'gone', name: 'Gone' } })
    await customers.destroyCustomer('gone')
    expect((await customers.findCustomer('acme')).data.customer.name).toBe('Acme Ltd')
    expect((await customers.findAllCustomers()).data.meta.total_count).toBe(1)
  })

  it('subscriptions', async () => {
    const { customers, subscriptions } = client.lago
    const made = await subscriptions.createSubscription({
      subscription: { external_customer_id: 'acme', external_id: 'sub', plan_code: 'pro' },
    })
    expect(made.data.subscription).toMatchObject({ status: 'active', plan_code: 'pro' })
    await subscriptions.updateSubscription('sub', {
      subscription: { name: 'Main', ending_at: '2030-01-01T00:00:00Z' },
    })
    expect((await subscriptions.findSubscription('sub')).data.subscription.name).toBe('Main')
    expect((await subscriptions.findAllSubscriptions()).data.subscriptions).toHaveLength(1)
    expect((await customers.findAllCustomerSubscriptions('acme')).data.meta.total_count).toBe(1)
    await subscriptions.updateSubscriptionEntitlements('sub', { entitlements: { seats: { max: 50 } } })
    const { entitlements } = (await subscriptions.findAllSubscriptionEntitlements('sub')).data
    expect(entitlements[0]?.privileges[0]).toMatchObject({ code: 'max', plan_value: 10, value: 50 })
    const charges = (await subscriptions.findAllSubscriptionCharges('sub')).data.charges
    expect(charges.map((one) => one.code)).toEqual(['tokens'])
  })

  it('events', async () => {
    const { events } = client.lago
    const event = (id: string, count: number, model: string) => ({
      transaction_id: id,
      external_subscription_id: 'sub',
      code: 'tokens',
      timestamp: 1_704_900_000,
      properties: { count, model },
    })
    await events.createEvent({ event: event('t1', 1000, 'small') })
    const batch = await events.createBatchEvents({
      events: [event('t2', 500, 'small'), event('t3', 100, 'large')],
    })
    expect(batch.data.events.map((one) => one.transaction_id)).toEqual(['t2', 't3'])
    expect(await refusalOf(events.createBatchEvents({ events: [event('t3', 1, 'small')] }))).toMatchObject({
      status: 422,
      error_details: { 0: { transaction_id: ['value_already_exist'] } },
    })
    expect((await events.findEvent('t1')).data.event.properties).toEqual({ count: 1000, model: 'small' })
    expect((await events.findAllEvents()).data.meta.total_count).toBe(3)
  })

  it('usage', async () => {
    const { customers } = client.lago
    const query = { external_subscription_id: 'sub' }
    const usage = (await customers.findCustomerCurrentUsage('acme', query)).data.customer_usage
    // 1,500 at 0.01 and 100 at 0.05 are 20.00; 20 % of it is 4.00.
    expect(usage).toMatchObject({ amount_cents: 2000, taxes_amount_cents: 400, total_amount_cents: 2400 })
    const projected = await customers.findCustomerProjectedUsage('acme', query)
    expect(projected.data.customer_projected_usage).toMatchObject({ amount_cents: 2000 })
  })

  it('estimates, alerts and lifetime usage', async () => {
    const { events, subscriptions } = client.lago
    const estimate = events.eventEstimateFees({
      event: { code: 'tokens', external_subscription_id: 'sub', properties: { count: 10, model: 'small' } },
    })
    // No charge of the plan is paid in advance.
    expect(await refusalOf(estimate)).toMatchObject({
      status: 422,
      error_details: { code: expect.any(Array) },
    })
    await subscriptions.createSubscriptionAlert('sub', {
      alert: {
        alert_type: 'current_usage_amount',
        code: 'half',
        thresholds: [{ code: 'warn', value: '5000' }],
      },
    })
    await subscriptions.updateSubscriptionAlert('sub', 'half', { alert: { name: 'Half of it' } })
    const { alert } = (await subscriptions.getSubscriptionAlert('sub', 'half')).data
    expect(alert).toMatchObject({ name: 'Half of it', alert_type: 'current_usage_amount' })
    expect((await subscriptions.getSubscriptionAlerts('sub')).data.alerts).toHaveLength(1)
    await subscriptions.deleteSubscriptionAlert('sub', 'half')
    expect((await subscriptions.getSubscriptionAlerts('sub')).data.alerts).toHaveLength(0)
    await subscriptions.updateSubscriptionLifetimeUsage('sub', {
      lifetime_usage: { external_historical_usage_amount_cents: 700 },
    })
    expect((await subscriptions.getSubscriptionLifetimeUsage('sub')).data.lifetime_usage).toMatchObject({
      external_historical_usage_amount_cents: 700,
      current_usage_amount_cents: 2000,
      invoiced_usage_amount_cents: 0,
    })
  })

  it('invoices and fees', async () => {
    await client.clock('2024-02-01T00:10:00Z')
    const { customers, fees, invoices } = client.lago
    const listed = (await invoices.findAllInvoices()).data
    expect(listed.meta.total_count).toBe(1)
    const id = listed.invoices[0]?.lago_id ?? ''
    const { invoice } = (await invoices.findInvoice(id)).data
    // 31.00 for the month and 20.00 of usage, with 20 %.
    expect(invoice).toMatchObject({
      status: 'finalized',
      issuing_date: '2024-02-01',
      fees_amount_cents: 5100,
      taxes_amount_cents: 1020,
      total_amount_cents: 6120,
    })
    await invoices.updateInvoice(id, { invoice: { payment_status: 'succeeded' } })
    expect((await invoices.findInvoice(id)).data.invoice.payment_status).toBe('succeeded')
    expect((await customers.findAllCustomerInvoices('acme')).data.meta.total_count).toBe(1)
    const all = (await fees.findAllFees()).data.fees
    expect(all.map((fee) => [fee.item.type, fee.amount_cents]).sort()).toEqual([
      ['charge', 1500],
      ['charge', 500],
      ['subscription', 3100],
    ])
    const [first] = all
    expect((await fees.findFee(first?.lago_id ?? '')).data.fee.lago_invoice_id).toBe(id)
    const past = await customers.findAllCustomerPastUsage('acme', { external_subscription_id: 'sub' })
    expect(past.data.usage_periods[0]).toMatchObject({ amount_cents: 5100, lago_invoice_id: id })
    expect(past.data.usage_periods[0]?.charges_usage[0]).toMatchObject({
      units: '1600.0',
      amount_cents: 2000,
    })
  })

  it('the end of a subscription', async () => {
    const { subscriptions, invoices } = client.lago
    await client.clock('2024-02-10T12:00:00Z')
    const ended = await subscriptions.destroySubscription('sub')
    expect(ended.data.subscription.status).toBe('terminated')
    await client.clock('2024-02-10T12:10:00Z')
    const { data } = await invoices.findAllInvoices()
    expect(data.meta.total_count).toBe(2)
    // 10 of 29 days of 31.00 are 10.69, with 20 % 12.83.
    const last = data.invoices.find((one) => one.issuing_date === '2024-02-10')
    expect(last).toMatchObject({ fees_amount_cents: 1069, taxes_amount_cents: 214, total_amount_cents: 1283 })
  })

  it('a plan that goes', async () => {
    await client.lago.plans.destroyEntitlement('pro', 'seats')
    await client.lago.plans.destroyPlan('pro')
    // Its bills are created first, then it is deleted.
    await client.clock('2024-02-10T13:00:00Z')
    expect(await refusalOf(client.lago.plans.findPlan('pro'))).toMatchObject({ code: 'plan_not_found' })
  })
})
