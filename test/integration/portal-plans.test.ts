import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { PORTAL_PARTS } from '../../src/core/portal/portal-parts.ts'
import { ok } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'
import { addCustomer } from '../support/payment-fixtures.ts'
import { type Buyer, buyerOf } from '../support/portal-buyer.ts'

const WEIR = '/api/weir/v1'
const NOTHING = '00000000-0000-7000-8000-000000000000'

let harness: Harness
let client: Client
beforeAll(async () => {
  harness = await startHarness()
})
afterAll(() => harness?.close())
beforeEach(async () => {
  client = await harness.organization()
  await client.clock('2025-01-01T00:00:00Z')
  await ok(client, 'POST', '/billable_metrics', {
    billable_metric: { name: 'Calls', code: 'calls', aggregation_type: 'count_agg' },
  })
  await addPlan('small', 1000)
  await addPlan('middle', 3100)
  await addPlan('large', 6200)
})

const addPlan = async (code: string, amount_cents: number, others: object = {}) => {
  const { billable_metric: metric } = await ok(client, 'GET', '/billable_metrics/calls')
  const charges = [
    { billable_metric_id: metric.lago_id, charge_model: 'standard', properties: { amount: '0.5' } },
  ]
  const plan = {
    ...{ name: `The ${code} one`, code, interval: 'monthly', amount_cents, amount_currency: 'EUR' },
    ...{ pay_in_advance: true, charges },
  }
  await ok(client, 'POST', '/plans', { plan: { ...plan, ...others } })
}
const offer = (plan_codes: readonly string[], parts: readonly string[] = PORTAL_PARTS) =>
  ok(client, 'PUT', `${WEIR}/portal_settings`, { portal_settings: { parts, plan_codes } })
const addSubscription = async (external_customer_id: string, others: object = {}) => {
  const subscription = { external_customer_id, external_id: `${external_customer_id}-s`, plan_code: 'middle' }
  await ok(client, 'POST', '/subscriptions', { subscription: { ...subscription, ...others } })
}
const shown = async (externalId: string, status = 'active') =>
  (await ok(client, 'GET', `/subscriptions/${externalId}?status=${status}`)).subscription
const planOf = async (externalId: string) => (await shown(externalId)).plan_code
const invoicesOf = async (externalId: string) =>
  (await ok(client, 'GET', `/invoices?external_customer_id=${externalId}`)).invoices
const use = (transaction_id: string, external_subscription_id: string, at: string) =>
  ok(client, 'POST', '/events', {
    event: {
      ...{ transaction_id, external_subscription_id, code: 'calls' },
      timestamp: Date.parse(at) / 1000,
    },
  })

/** A customer with an open portal and a subscription to the plan in the middle, and how it changes that. */
async function customer(externalId = 'acme', others: object = {}) {
  await addCustomer(client, externalId)
  await addSubscription(externalId, others)
  const buyer = await buyerOf(harness, client, externalId)
  const own = async (): Promise<string> => (await buyer.call('GET', '/overview')).body.subscriptions[0].id
  const choices = async () =>
    (await buyer.call('GET', `/subscriptions/${await own()}/plans`)).body.plan_choices
  const idOf = async (code: string): Promise<string> =>
    (await ok(client, 'GET', `/plans/${code}`)).plan.lago_id
  const look = async (code: string) =>
    buyer.call('GET', `/subscriptions/${await own()}/plans/${await idOf(code)}`)
  const confirm = async (plan_id: unknown, terms: unknown, headers: Record<string, string> = {}) =>
    buyer.call(
      'POST',
      `/subscriptions/${await own()}/plan_change`,
      { plan_change: { plan_id, terms } },
      headers,
    )
  const change = async (code: string) => confirm(await idOf(code), (await look(code)).body.plan_change.terms)
  const withdraw = async () => buyer.call('DELETE', `/subscriptions/${await own()}/plan_change`)
  return { buyer, own, choices, idOf, look, confirm, change, withdraw }
}
const refusal = ({ status, body }: Awaited<ReturnType<Buyer['call']>>) => [
  status,
  body.code,
  body.error_details,
]

describe('the plans between which customers may change', () => {
  it('are none at first, and every route of a change is 403 portal_part_off', async () => {
    const { portal_settings: settings } = await ok(client, 'GET', `${WEIR}/portal_settings`)
    expect(settings.plan_codes).toEqual([])
    expect(settings.parts).not.toContain('plan_changes')
    const { buyer, own } = await customer()
    const path = `/subscriptions/${await own()}`
    const answers = [
      await buyer.call('GET', `${path}/plans`),
      await buyer.call('GET', `${path}/plans/${NOTHING}`),
      await buyer.call('POST', `${path}/plan_change`, { plan_change: { plan_id: NOTHING, terms: 'x' } }),
      await buyer.call('DELETE', `${path}/plan_change`),
    ]
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual(
      answers.map(() => [403, 'portal_part_off']),
    )
    expect(await planOf('acme-s')).toBe('middle')
  })

  it('are set as a whole, stay when they are not sent, and are 404 plans_not_found when unknown', async () => {
    await offer(['small', 'middle', 'small'])
    const { portal_settings: kept } = await ok(client, 'PUT', `${WEIR}/portal_settings`, {
      portal_settings: { parts: ['plan'] },
    })
    expect(kept).toMatchObject({ parts: ['plan'], plan_codes: ['small', 'middle'] })
    const wrong = await client.call('PUT', `${WEIR}/portal_settings`, {
      portal_settings: { parts: [], plan_codes: ['small', 'none'] },
    })
    expect([wrong.status, wrong.body.code]).toEqual([404, 'plans_not_found'])
    for (const plan_codes of ['small', 7, [{}]]) {
      const { status, body } = await client.call('PUT', `${WEIR}/portal_settings`, {
        portal_settings: { parts: [], plan_codes },
      })
      expect([status, Object.keys(body.error_details)]).toEqual([422, ['plan_codes']])
    }
    await ok(client, 'DELETE', '/plans/small')
    expect((await ok(client, 'GET', `${WEIR}/portal_settings`)).portal_settings).toMatchObject({
      parts: ['plan'],
      plan_codes: ['middle'],
    })
    await offer([])
    expect((await ok(client, 'GET', `${WEIR}/portal_settings`)).portal_settings.plan_codes).toEqual([])
  })

  it('are shown with their prices and with when each would take over, the cheapest first', async () => {
    await addPlan('dollars', 100, { amount_currency: 'USD' })
    await ok(client, 'POST', '/add_ons', {
      add_on: { name: 'Seats', code: 'seats', amount_cents: 400, amount_currency: 'EUR' },
    })
    const fixed = { add_on_code: 'seats', charge_model: 'standard', units: 3, properties: { amount: '4' } }
    await addPlan('seated', 7000, {
      fixed_charges: [{ ...fixed, code: 'seats' }],
      minimum_commitment: { amount_cents: 9900 },
    })
    await offer(['large', 'middle', 'small', 'dollars', 'seated'])
    const { choices, buyer, own, change } = await customer()
    const { plans, waiting } = await choices()
    expect(waiting).toBeNull()
    expect(plans).toMatchObject([
      {
        ...{ name: 'The small one', amount_cents: 1000, interval: 'monthly', currency: 'EUR' },
        ...{ kind: 'downgrade', takes_effect_on: '2025-02-01', is_paid_in_advance: true },
        charges: [{ name: 'Calls', prices: { amount: '0.5' } }],
      },
      { name: 'The large one', kind: 'upgrade', takes_effect_on: null, minimum_amount_cents: null },
      {
        ...{ name: 'The seated one', minimum_amount_cents: 9900 },
        fixed_charges: [{ name: 'Seats', model: 'standard', units: '3.0', prices: { amount: '4' } }],
      },
    ])
    await change('seated')
    const seats = { fixed_charge: { units: 5, apply_units_immediately: true } }
    await ok(client, 'PUT', '/subscriptions/acme-s/fixed_charges/seats', seats)
    const { subscription } = (await buyer.call('GET', `/subscriptions/${await own()}`)).body
    expect(subscription).toMatchObject({
      minimum_amount_cents: 9900,
      fixed_charges: [{ name: 'Seats', units: '5.0' }],
    })
  })
})

describe('a change of plan by the customer', () => {
  it('to a dearer plan happens at once, with the bill that was shown', async () => {
    await offer(['small', 'middle', 'large'])
    const { own, look, confirm, idOf } = await customer('acme', { name: 'Team' })
    const before = await own()
    await client.clock('2025-01-16T12:00:00Z')
    await use('t1', 'acme-s', '2025-01-16T11:00:00Z')
    const { plan_change: preview } = (await look('large')).body
    expect(preview.plan).toMatchObject({ kind: 'upgrade', takes_effect_on: null })
    const { status, body } = await confirm(await idOf('large'), preview.terms)
    expect([status, body.subscription]).toMatchObject([
      200,
      { name: 'Team', plan_name: 'The large one', status: 'active', amount_cents: 6200 },
    ])
    expect(body.subscription.id).not.toBe(before)
    expect(await planOf('acme-s')).toBe('large')
    const [invoice, first] = await invoicesOf('acme')
    expect(first.total_amount_cents).toBe(3100)
    // 16 of 31 days of the new plan, a call, and what is left of what the old one was paid.
    expect(preview.invoice).toMatchObject({
      total_amount_cents: invoice.total_amount_cents,
      credit_notes_amount_cents: invoice.credit_notes_amount_cents,
      issuing_date: invoice.issuing_date,
      currency: 'EUR',
    })
    expect(invoice.fees_amount_cents).toBe(3200 + 50)
    expect(invoice.credit_notes_amount_cents).toBe(1600)
    expect(preview.invoice.fees).toEqual(
      expect.arrayContaining([expect.objectContaining({ name: 'The large one', amount_cents: 3200 })]),
    )
    const { activity_logs: activities } = await ok(client, 'GET', '/activity_logs?activity_sources[]=portal')
    const types = activities.map((each: { activity_type: string }) => each.activity_type)
    expect(types).toEqual(expect.arrayContaining(['subscription.terminated', 'subscription.started']))
  })

  it('comes to the same as POST /subscriptions', async () => {
    await offer(['small', 'middle', 'large'])
    const { change } = await customer('portal')
    await addCustomer(client, 'api')
    await addSubscription('api')
    await client.clock('2025-01-10T08:30:00Z')
    await change('large')
    await addSubscription('api', { plan_code: 'large' })
    await client.clock('2025-01-20T08:30:00Z')
    await change('small')
    await addSubscription('api', { plan_code: 'small' })
    await client.clock('2025-03-02T00:00:00Z')
    const bills = async (externalId: string) =>
      (await invoicesOf(externalId)).map((each: Record<string, unknown>) => [
        each.issuing_date,
        each.fees_amount_cents,
        each.credit_notes_amount_cents,
        each.total_amount_cents,
      ])
    expect(await bills('portal')).toEqual(await bills('api'))
    expect(await bills('portal')).toHaveLength(4)
    expect(await planOf('portal-s')).toBe('small')
  })

  it('to a cheaper plan waits for the end of the period, and can be taken back until then', async () => {
    await offer(['small', 'middle', 'large'])
    const { choices, change, withdraw, look } = await customer()
    const { plan_change: preview } = (await look('small')).body
    expect(preview.plan).toMatchObject({ kind: 'downgrade', takes_effect_on: '2025-02-01' })
    expect(preview.invoice).toMatchObject({ issuing_date: '2025-02-01', total_amount_cents: 1000 })
    expect((await change('small')).body.subscription.plan_name).toBe('The middle one')
    const waiting = { plan_name: 'The small one', takes_effect_on: '2025-02-01', can_be_withdrawn: true }
    expect((await choices()).waiting).toEqual(waiting)
    expect(await shown('acme-s')).toMatchObject({ plan_code: 'middle', next_plan_code: 'small' })
    expect((await withdraw()).status).toBe(200)
    expect((await choices()).waiting).toBeNull()
    expect(refusal(await withdraw())).toEqual([404, 'subscription_not_found', undefined])
    expect((await shown('acme-s')).next_plan_code).toBeNull()
    await change('small')
    await client.clock('2025-02-01T01:00:00Z')
    expect(await planOf('acme-s')).toBe('small')
    const [invoice] = await invoicesOf('acme')
    expect(invoice).toMatchObject({ issuing_date: '2025-02-01', total_amount_cents: 1000 })
    // The time for it is over.
    expect((await withdraw()).status).toBe(404)
  })

  it('is billed once for one key, however often it is sent', async () => {
    await offer(['middle', 'large'])
    const { buyer, own, look, idOf } = await customer()
    const path = `/subscriptions/${await own()}/plan_change`
    const { terms } = (await look('large')).body.plan_change
    const body = { plan_change: { plan_id: await idOf('large'), terms } }
    const first = await buyer.call('POST', path, body, { 'idempotency-key': 'k' })
    const second = await buyer.call('POST', path, body, { 'idempotency-key': 'k' })
    expect([first.status, second.body]).toEqual([200, first.body])
    expect(second.headers['idempotent-replayed']).toBe('true')
    // Without a key, the subscription that was meant is over.
    expect((await buyer.call('POST', path, body)).status).toBe(404)
    expect(await invoicesOf('acme')).toHaveLength(2)
  })

  it('is made once by several at the same time', async () => {
    await offer(['middle', 'large'])
    const { buyer, own, look, idOf } = await customer()
    const path = `/subscriptions/${await own()}/plan_change`
    const { terms } = (await look('large')).body.plan_change
    const body = { plan_change: { plan_id: await idOf('large'), terms } }
    const answers = await Promise.all([1, 2, 3, 4].map(() => buyer.call('POST', path, body)))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 404, 404, 404])
    expect(await invoicesOf('acme')).toHaveLength(2)
  })
})

describe('a change of plan that is not the customer’s to make', () => {
  it('404s to a plan that is not offered, in another currency, of nobody, or the same', async () => {
    await addPlan('dollars', 100, { amount_currency: 'USD' })
    await offer(['small', 'middle', 'dollars'])
    const { look, confirm, idOf } = await customer()
    const { terms } = (await look('small')).body.plan_change
    for (const code of ['large', 'dollars', 'middle']) {
      expect([code, ...refusal(await look(code))]).toEqual([code, 404, 'plan_not_found', undefined])
      expect((await confirm(await idOf(code), terms)).body.code).toBe('plan_not_found')
    }
    for (const id of [NOTHING, 'no-id', 'middle']) {
      expect(refusal(await confirm(id, terms))).toEqual([404, 'plan_not_found', undefined])
    }
    expect(await shown('acme-s')).toMatchObject({ plan_code: 'middle', next_plan_code: null })
  })

  it('404s from a plan that is not offered, and from one with prices of its own', async () => {
    await offer(['small', 'large'])
    const { choices, look } = await customer()
    expect(await choices()).toEqual({ plans: [], waiting: null })
    expect((await look('large')).status).toBe(404)
    await offer(['small', 'middle', 'large'])
    const other = await customer('globex', { plan_overrides: { amount_cents: 2000 } })
    expect(await other.choices()).toEqual({ plans: [], waiting: null })
    expect((await other.look('large')).status).toBe(404)
  })

  it('404s for what has not started, and for what belongs to somebody else', async () => {
    await offer(['small', 'middle', 'large'])
    const owner = await customer()
    const { terms } = (await owner.look('large')).body.plan_change
    const later = await customer('later', { subscription_at: '2025-06-01T00:00:00Z' })
    expect((await later.choices()).plans).toEqual([])
    expect((await later.confirm(await later.idOf('large'), terms)).status).toBe(404)
    const path = `/subscriptions/${await owner.own()}`
    const body = { plan_change: { plan_id: await owner.idOf('large'), terms } }
    const answers = [
      await later.buyer.call('GET', `${path}/plans`),
      await later.buyer.call('GET', `${path}/plans/${await owner.idOf('large')}`),
      await later.buyer.call('POST', `${path}/plan_change`, body),
      await later.buyer.call('DELETE', `${path}/plan_change`),
    ]
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404])
    expect(await planOf('acme-s')).toBe('middle')
  })

  it('422s what is missing, and plan_has_changed when a plan is not what was shown', async () => {
    await offer(['small', 'middle', 'large'])
    const { look, confirm, idOf } = await customer()
    const details = { plan_id: ['value_is_mandatory'], terms: ['value_is_mandatory'] }
    expect(refusal(await confirm(undefined, ''))).toEqual([422, 'validation_errors', details])
    const { terms } = (await look('large')).body.plan_change
    const outdated = [422, 'validation_errors', { terms: ['plan_has_changed'] }]
    expect(refusal(await confirm(await idOf('large'), 'x'))).toEqual(outdated)
    expect(refusal(await confirm(await idOf('small'), terms))).toEqual(outdated)
    for (const code of ['large', 'middle']) {
      const { terms: shownTerms } = (await look('large')).body.plan_change
      await ok(client, 'PUT', `/plans/${code}`, { plan: { amount_cents: code === 'large' ? 9000 : 3200 } })
      expect([code, ...refusal(await confirm(await idOf('large'), shownTerms))]).toEqual([code, ...outdated])
    }
    expect(await planOf('acme-s')).toBe('middle')
    expect((await confirm(await idOf('large'), (await look('large')).body.plan_change.terms)).status).toBe(
      200,
    )
  })

  it('403s to a member who only looks, who sees what the customer sees', async () => {
    await offer(['small', 'middle', 'large'])
    const { own, idOf, look } = await customer()
    const member = await buyerOf(harness, client, 'acme', true)
    const path = `/subscriptions/${await own()}`
    const { plan_change: preview } = (await member.call('GET', `${path}/plans/${await idOf('large')}`)).body
    expect(preview.terms).toBe((await look('large')).body.plan_change.terms)
    const body = { plan_change: { plan_id: await idOf('large'), terms: preview.terms } }
    const answer = await member.call('POST', `${path}/plan_change`, body)
    expect([answer.status, answer.body.code]).toEqual([403, 'portal_is_read_only'])
    expect((await member.call('DELETE', `${path}/plan_change`)).status).toBe(403)
    expect(await planOf('acme-s')).toBe('middle')
  })

  it('404s the withdrawal of a change that only the organization can have made', async () => {
    await offer(['middle', 'large'])
    const { choices, withdraw } = await customer()
    await addSubscription('acme', { plan_code: 'small' })
    expect((await choices()).waiting).toMatchObject({ plan_name: 'The small one', can_be_withdrawn: false })
    expect((await withdraw()).status).toBe(404)
    expect((await shown('acme-s')).next_plan_code).toBe('small')
  })

  it('shows no bill where money beside usage is hidden', async () => {
    await offer(
      ['middle', 'large'],
      PORTAL_PARTS.filter((part) => part !== 'amounts'),
    )
    const { look } = await customer()
    expect((await look('large')).body.plan_change).toMatchObject({
      invoice: null,
      plan: { amount_cents: 6200 },
    })
  })
})
