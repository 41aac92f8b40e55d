import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { dueActions } from '../../src/actions/due/due-actions.ts'
import { runDue } from '../../src/actions/due/run-due.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

// biome-ignore lint/suspicious/noExplicitAny: answers are read freely in tests
type Wire = any

let harness: Harness
let client: Client
beforeAll(async () => {
  harness = await startHarness()
})
afterAll(() => harness.close())
beforeEach(async () => {
  client = await harness.organization()
  await client.clock('2023-07-19T12:12:00Z')
  for (const code of ['a', 'b', 'd']) {
    const addOn = { name: `Add-on ${code}`, code, amount_cents: 500, amount_currency: 'EUR' }
    await ok('POST', '/add_ons', { add_on: addOn })
  }
  await ok('POST', '/customers', { customer: { external_id: 'acme', currency: 'EUR' } })
})

async function ok(method: string, path: string, body?: object): Promise<Wire> {
  const answer = await client.call(method, path, body)
  if (answer.status !== 200) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`)
  return answer.body
}

const fixed = (add_on_code: string, units: number, amount: string, more: object = {}) => ({
  add_on_code,
  units,
  charge_model: 'standard',
  properties: { amount },
  ...more,
})

async function makePlan(code: string, charges: readonly object[], more: object = {}): Promise<Wire> {
  const plan = { name: code, code, interval: 'monthly', amount_cents: 0, amount_currency: 'EUR' }
  const body = { plan: { ...plan, pay_in_advance: false, fixed_charges: charges, ...more } }
  return (await ok('POST', '/plans', body)).plan
}

async function subscribe(plan_code: string, more: object = {}): Promise<Wire> {
  const subscription = { external_customer_id: 'acme', external_id: 'sub', plan_code, ...more }
  return (await ok('POST', '/subscriptions', { subscription })).subscription
}

async function feesOf(): Promise<readonly Wire[]> {
  return (await ok('GET', '/fees?fee_type=fixed_charge&per_page=100')).fees
}

/** `[add-on, cents]` of the fees that were made at an instant, by their add-ons. */
async function billedAt(at: string): Promise<(readonly [string, number])[]> {
  const fees = (await feesOf()).filter((fee) => fee.created_at === at)
  return fees.map((fee) => [fee.item.code, fee.amount_cents] as const).sort()
}

const ADVANCE = { pay_in_advance: true }
const PRORATED = { prorated: true }

describe('bills', () => {
  const planA = (more: object) => [fixed('a', 10, '1', more), fixed('b', 5, '3', more)]
  const planB = (more: object) => [fixed('b', 10, '10', more), fixed('d', 1, '20', more)]

  it('in advance and prorated: the start, a month, an upgrade that takes off what was paid', async () => {
    const both = { ...ADVANCE, ...PRORATED }
    await makePlan('A', planA(both), { pay_in_advance: true })
    await makePlan('B', planB(both), { pay_in_advance: true })
    await subscribe('A')
    expect(await billedAt('2023-07-19T12:12:00Z')).toEqual([
      ['a', 419],
      ['b', 629],
    ])
    const [fee] = await feesOf()
    expect(fee).toMatchObject({
      from_date: '2023-07-19T12:12:00Z',
      to_date: '2023-07-31T23:59:59Z',
      units: expect.stringMatching(/^(10|5)\.0$/),
      pay_in_advance: true,
      item: { type: 'fixed_charge', item_type: 'AddOn' },
    })
    await client.clock('2023-08-21T12:00:00Z')
    expect(await billedAt('2023-08-01T00:00:00Z')).toEqual([
      ['a', 1000],
      ['b', 1500],
    ])
    await subscribe('B')
    expect(await billedAt('2023-08-21T12:00:00Z')).toEqual([
      ['b', 3016],
      ['d', 710],
    ])
    await client.clock('2023-09-01T01:00:00Z')
    expect(await billedAt('2023-09-01T00:00:00Z')).toEqual([
      ['b', 10_000],
      ['d', 2000],
    ])
  })

  it('in advance and not prorated: whole at every start', async () => {
    await makePlan('A', planA(ADVANCE))
    await makePlan('B', planB(ADVANCE))
    await subscribe('A')
    expect(await billedAt('2023-07-19T12:12:00Z')).toEqual([
      ['a', 1000],
      ['b', 1500],
    ])
    await client.clock('2023-08-21T12:00:00Z')
    await subscribe('B', { plan_overrides: { amount_cents: 1 } })
    expect(await billedAt('2023-08-21T12:00:00Z')).toEqual([
      ['b', 10_000],
      ['d', 2000],
    ])
  })

  it('in arrears and prorated: both plans are billed for the day of the upgrade', async () => {
    await makePlan('A', planA(PRORATED))
    await makePlan('B', planB(PRORATED), { amount_cents: 100 })
    await subscribe('A')
    expect(await feesOf()).toEqual([])
    await client.clock('2023-08-21T12:00:00Z')
    expect(await billedAt('2023-08-01T00:00:00Z')).toEqual([
      ['a', 419],
      ['b', 629],
    ])
    await subscribe('B')
    expect(await billedAt('2023-08-21T12:00:00Z')).toEqual([
      ['a', 677],
      ['b', 1016],
    ])
    await client.clock('2023-09-01T01:00:00Z')
    expect(await billedAt('2023-09-01T00:00:00Z')).toEqual([
      ['b', 3548],
      ['d', 710],
    ])
  })

  it('in arrears: a downgrade closes the whole month, a termination the days, or the month unprorated', async () => {
    await makePlan('A', [fixed('a', 10, '1', PRORATED), fixed('b', 5, '3')], { amount_cents: 100 })
    await makePlan('B', planB(PRORATED))
    await subscribe('A')
    await client.clock('2023-08-21T12:00:00Z')
    await subscribe('B')
    await client.clock('2023-09-11T12:00:00Z')
    expect(await billedAt('2023-09-01T00:00:00Z')).toEqual([
      ['a', 1000],
      ['b', 1500],
    ])
    await ok('DELETE', '/subscriptions/sub')
    expect(await billedAt('2023-09-11T12:00:00Z')).toEqual([
      ['b', 3667],
      ['d', 733],
    ])
  })

  it('counts towards the minimum commitment, in arrears and in advance', async () => {
    const charges = [fixed('a', 10, '1'), fixed('b', 5, '3', ADVANCE)]
    await makePlan('A', charges, { minimum_commitment: { amount_cents: 10_000 } })
    await subscribe('A', { billing_time: 'anniversary' })
    await client.clock('2023-08-20T00:00:00Z')
    const { fees } = await ok('GET', '/fees?fee_type=commitment')
    expect(fees.map((fee: Wire) => fee.amount_cents)).toEqual([10_000 - 1000 - 1500])
  })

  it('carries its own taxes, else those of the plan, never those of the add-on', async () => {
    for (const [code, rate] of [
      ['own', 10],
      ['plan', 20],
      ['add-on', 40],
    ] as const) {
      await ok('POST', '/taxes', { tax: { name: code, code, rate } })
    }
    await ok('PUT', '/add_ons/b', { add_on: { tax_codes: ['add-on'] } })
    const charges = [fixed('a', 1, '10', { ...ADVANCE, tax_codes: ['own'] }), fixed('b', 1, '10', ADVANCE)]
    await makePlan('A', charges, { tax_codes: ['plan'] })
    await subscribe('A')
    const rates = (await feesOf()).map((fee) => [fee.item.code, fee.taxes_amount_cents]).sort()
    expect(rates).toEqual([
      ['a', 100],
      ['b', 200],
    ])
  })

  it('a trial holds back the price only, and its end bills nothing twice', async () => {
    const more = { pay_in_advance: true, amount_cents: 3100, trial_period: 3 }
    await makePlan('A', [fixed('a', 10, '1', ADVANCE), fixed('b', 5, '3')], more)
    await subscribe('A')
    expect(await billedAt('2023-07-19T12:12:00Z')).toEqual([['a', 1000]])
    await client.clock('2023-07-30T00:00:00Z')
    expect(await feesOf()).toHaveLength(1)
    const { fees } = await ok('GET', '/fees?fee_type=subscription')
    expect(fees.map((fee: Wire) => fee.amount_cents)).toEqual([1000])
    await client.clock('2023-08-01T01:00:00Z')
    expect(await billedAt('2023-08-01T00:00:00Z')).toEqual([
      ['a', 1000],
      ['b', 1500],
    ])
  })

  it('an upgrade into a trial bills the fixed charges, and the end of the trial the price', async () => {
    await makePlan('A', [fixed('a', 1, '1')])
    const trial = { pay_in_advance: true, amount_cents: 3100, trial_period: 10 }
    await makePlan('B', [fixed('d', 1, '20', ADVANCE)], trial)
    await subscribe('A')
    await client.clock('2023-07-20T12:12:00Z')
    await subscribe('B')
    expect(await billedAt('2023-07-20T12:12:00Z')).toEqual([
      ['a', 100],
      ['d', 2000],
    ])
    await client.clock('2023-07-30T00:00:00Z')
    const { fees } = await ok('GET', '/fees?fee_type=subscription')
    expect(fees.map((fee: Wire) => fee.amount_cents)).toEqual([0, 300])
    expect(await feesOf()).toHaveLength(2)
  })

  it('a draft keeps what it was made for when units change after it', async () => {
    const configuration = { invoice_grace_period: 5 }
    await ok('POST', '/customers', {
      customer: { external_id: 'acme', billing_configuration: configuration },
    })
    const plan = await makePlan('A', [fixed('a', 10, '1', { ...ADVANCE, code: 'a' })], {
      pay_in_advance: true,
    })
    await subscribe('A')
    await client.clock('2023-07-20T00:00:00Z')
    const change = { id: plan.fixed_charges[0].lago_id, units: 15, apply_units_immediately: true }
    await ok('PUT', '/plans/A', { plan: { fixed_charges: [change] } })
    await client.clock('2023-07-28T00:00:00Z')
    const { invoices } = await ok('GET', '/invoices')
    expect(invoices.map((one: Wire) => [one.status, one.fees_amount_cents]).sort()).toEqual([
      ['finalized', 1000],
      ['finalized', 500],
    ])
  })
})

describe('units', () => {
  const put = (units: number, more: object = {}) =>
    ok('PUT', '/subscriptions/sub/fixed_charges/seats', {
      fixed_charge: { units, apply_units_immediately: true, ...more },
    })

  it('of one subscription: less is free, more is paid above what was paid', async () => {
    await makePlan('A', [fixed('a', 10, '10', { ...ADVANCE, code: 'seats' })])
    await subscribe('A')
    await client.clock('2023-07-20T00:00:00Z')
    expect((await put(5)).fixed_charge.units).toBe('5.0')
    await client.clock('2023-07-21T00:00:00Z')
    expect(await billedAt('2023-07-20T00:00:00Z')).toEqual([['a', 0]])
    await put(15)
    await client.clock('2023-07-22T00:00:00Z')
    expect(await billedAt('2023-07-21T00:00:00Z')).toEqual([['a', 5000]])
    const { fixed_charges } = await ok('GET', '/subscriptions/sub/fixed_charges')
    expect(fixed_charges).toMatchObject([{ units: '15.0', lago_parent_id: null }])
    expect((await ok('GET', '/plans/A/fixed_charges/seats')).fixed_charge.units).toBe('10.0')
    // What it has of its own goes into the copy of the plan that other values need, and units change no more.
    const { fixed_charge } = await ok('PUT', '/subscriptions/sub/fixed_charges/seats', {
      fixed_charge: { invoice_display_name: 'Seats' },
    })
    expect(fixed_charge).toMatchObject({ units: '15.0', invoice_display_name: 'Seats' })
    expect(fixed_charge.lago_parent_id).not.toBeNull()
    await client.clock('2023-08-02T00:00:00Z')
    expect(await billedAt('2023-08-01T00:00:00Z')).toEqual([['a', 15_000]])
    expect((await feesOf()).at(-1).item.invoice_display_name).toBe('Seats')
  })

  it('are paid for once when the customer has moved to another time zone', async () => {
    await makePlan('A', [fixed('a', 10, '10', { ...ADVANCE, code: 'seats' })])
    await subscribe('A')
    await ok('POST', '/customers', { customer: { external_id: 'acme', timezone: 'America/New_York' } })
    await client.clock('2023-07-20T00:00:00Z')
    await put(15)
    await client.clock('2023-07-21T00:00:00Z')
    expect(await billedAt('2023-07-20T00:00:00Z')).toEqual([['a', 5000]])
    await client.clock('2023-08-02T00:00:00Z')
    expect(await billedAt('2023-08-01T04:00:00Z')).toEqual([['a', 15_000]])
  })

  it('that wait for the next period, and are replaced before', async () => {
    await makePlan('A', [fixed('a', 10, '10', { ...ADVANCE, code: 'seats' })])
    await subscribe('A')
    await client.clock('2023-07-20T00:00:00Z')
    await put(5, { apply_units_immediately: false })
    await put(7, { apply_units_immediately: false })
    await client.clock('2023-08-02T00:00:00Z')
    expect(await billedAt('2023-08-01T00:00:00Z')).toEqual([['a', 7000]])
    expect(await feesOf()).toHaveLength(2)
  })

  it('in a plan override of a new subscription are its own', async () => {
    const plan = await makePlan('A', [fixed('a', 10, '10', ADVANCE)])
    const overrides = { fixed_charges: [{ id: plan.fixed_charges[0].lago_id, units: 3 }] }
    const made = await subscribe('A', { plan_overrides: overrides })
    expect(made.plan.parent_id).toBeNull()
    expect(await billedAt('2023-07-19T12:12:00Z')).toEqual([['a', 3000]])
  })

  it('that change one after the other before anything is billed are all billed, each once', async () => {
    // On the system's clock, whose due work waits for its runner.
    client = await harness.organization({ sandbox: false })
    for (const code of ['a', 'b']) {
      const addOn = { name: code, code, amount_cents: 500, amount_currency: 'EUR' }
      await ok('POST', '/add_ons', { add_on: addOn })
    }
    await ok('POST', '/customers', { customer: { external_id: 'acme', currency: 'EUR' } })
    const charges = [
      fixed('a', 1, '10', { ...ADVANCE, code: 'a' }),
      fixed('b', 1, '20', { ...ADVANCE, code: 'b' }),
    ]
    await makePlan('A', charges)
    await subscribe('A')
    expect((await feesOf()).map((fee) => fee.amount_cents).sort()).toEqual([1000, 2000])
    const change = (code: string, units: number, amount: string) =>
      ok('PUT', `/plans/A/fixed_charges/${code}`, {
        fixed_charge: { units, properties: { amount }, apply_units_immediately: true },
      })
    await change('a', 2, '10')
    await new Promise((resolve) => setTimeout(resolve, 5))
    await change('b', 3, '20')
    const until = harness.context.systemNow()
    await runDue(harness.context, dueActions, { organizationId: client.organizationId, until, strict: false })
    const amounts = (await feesOf()).map((fee) => fee.amount_cents)
    expect(amounts.sort((x, y) => x - y)).toEqual([1000, 1000, 2000, 4000])
    expect((await ok('GET', '/invoices')).invoices).toHaveLength(3)
  })

  it('are refused to another organization’s add-on', async () => {
    const stranger = await harness.organization()
    const addOn = { name: 'x', code: 'x', amount_cents: 1, amount_currency: 'EUR' }
    const made = await stranger.call('POST', '/add_ons', { add_on: addOn })
    const { add_on_code: _, ...charge } = fixed('x', 1, '1')
    await makePlan('A', [])
    const answer = await client.call('POST', '/plans/A/fixed_charges', {
      fixed_charge: { ...charge, add_on_id: made.body.add_on.lago_id },
    })
    expect([answer.status, answer.body.code]).toEqual([404, 'add_on_not_found'])
  })

  it('cascade to copies that still have the old ones, and not to others', async () => {
    const plan = await makePlan('A', [fixed('a', 10, '10', { ...ADVANCE, code: 'seats' })])
    const id = plan.fixed_charges[0].lago_id
    await subscribe('A', { plan_overrides: { name: 'Own' } })
    await subscribe('A', {
      external_id: 'other',
      plan_overrides: { name: 'Own', fixed_charges: [{ id, units: 2 }] },
    })
    await client.clock('2023-07-20T00:00:00Z')
    const change = {
      units: 12,
      properties: { amount: '10' },
      apply_units_immediately: true,
      cascade_updates: true,
    }
    await ok('PUT', '/plans/A/fixed_charges/seats', { fixed_charge: change })
    await client.clock('2023-07-21T00:00:00Z')
    const fees = (await feesOf()).filter((fee) => fee.created_at === '2023-07-20T00:00:00Z')
    expect(fees.map((fee) => [fee.external_subscription_id, fee.amount_cents])).toEqual([['sub', 2000]])
  })
})

describe('the catalogue', () => {
  const refused = async (charge: object) => {
    const body = { fixed_charge: { ...fixed('a', 1, '1'), ...charge } }
    const answer = await client.call('POST', '/plans/A/fixed_charges', body)
    return [answer.status, answer.body.error_details ?? answer.body.code]
  }

  it('200: creates, shows, changes, lists and deletes', async () => {
    await makePlan('A', [])
    const add = (charge: object) => ok('POST', '/plans/A/fixed_charges', { fixed_charge: charge })
    const first = (await add(fixed('a', 1.5, '1'))).fixed_charge
    expect(first).toMatchObject({
      code: 'a',
      add_on_code: 'a',
      units: '1.5',
      taxes: [],
      lago_parent_id: null,
    })
    expect((await add(fixed('a', 2, '1'))).fixed_charge.code).toBe('a_2')
    const list = await ok('GET', '/plans/A/fixed_charges?per_page=1')
    expect([list.fixed_charges.length, list.meta.total_count]).toEqual([1, 2])
    const changed = await ok('PUT', '/plans/A/fixed_charges/a', {
      fixed_charge: { units: '4', code: 'first', charge_model: 'volume' },
    })
    expect(changed.fixed_charge).toMatchObject({
      code: 'first',
      charge_model: 'volume',
      units: '4.0',
      properties: { volume_ranges: [{ from_value: 0, to_value: null }] },
    })
    await subscribe('A')
    const frozen = { units: 5, code: 'other', charge_model: 'standard', pay_in_advance: true, prorated: true }
    const kept = await ok('PUT', '/plans/A/fixed_charges/first', { fixed_charge: frozen })
    expect(kept.fixed_charge).toMatchObject({
      code: 'first',
      charge_model: 'volume',
      pay_in_advance: false,
      prorated: false,
      units: '5.0',
    })
    await ok('DELETE', '/plans/A/fixed_charges/first')
    expect((await ok('GET', '/plans/A')).plan.fixed_charges.map((one: Wire) => one.code)).toEqual(['a_2'])
    await ok('DELETE', '/add_ons/a')
    expect((await ok('GET', '/plans/A')).plan.fixed_charges).toEqual([])
  })

  it('422, 404 and 403 for what is wrong, and nothing changes', async () => {
    await makePlan('A', [fixed('b', 1, '1', { code: 'b' })])
    const ranges = [{ from_value: 0, to_value: null, per_unit_amount: '1', flat_amount: '0' }]
    const graduated = { charge_model: 'graduated', properties: { graduated_ranges: ranges } }
    const volume = { charge_model: 'volume', properties: { volume_ranges: ranges } }
    expect(await refused({ units: -1 })).toEqual([422, { units: ['value_is_out_of_range'] }])
    expect(await refused({ units: 'many' })).toEqual([422, { units: ['value_is_invalid'] }])
    expect(await refused({ charge_model: 'package' })).toEqual([422, { charge_model: ['value_is_invalid'] }])
    expect(await refused({ charge_model: null })).toEqual([422, { charge_model: ['value_is_mandatory'] }])
    expect(await refused({ properties: { amount: 1 } })).toEqual([422, { properties: ['invalid_amount'] }])
    expect(await refused({ ...volume, ...ADVANCE })).toEqual([
      422,
      { pay_in_advance: ['invalid_charge_model'] },
    ])
    expect(await refused({ ...graduated, ...ADVANCE, ...PRORATED })).toEqual([
      422,
      { prorated: ['invalid_charge_model'] },
    ])
    expect(await refused({ code: 'b' })).toEqual([422, { code: ['value_already_exist'] }])
    expect(await refused({ add_on_code: 'none' })).toEqual([404, 'add_on_not_found'])
    expect(await refused({ tax_codes: ['none'] })).toEqual([404, 'tax_not_found'])
    const update = (body: object) => client.call('PUT', '/plans/A/fixed_charges/b', { fixed_charge: body })
    expect((await update({ properties: { amount: '1' } })).body.error_details).toEqual({
      units: ['value_is_mandatory'],
    })
    const whole = await client.call('PUT', '/plans/A', { plan: { fixed_charges: [fixed('none', 1, '1')] } })
    expect([whole.status, whole.body.code]).toEqual([404, 'add_ons_not_found'])
    await subscribe('A')
    const own = (body: object, code = 'b') =>
      client.call('PUT', `/subscriptions/sub/fixed_charges/${code}`, { fixed_charge: body })
    expect((await own({ units: 1 }, 'none')).body.code).toBe('fixed_charge_not_found')
    expect((await own({ units: -1 })).body.error_details).toEqual({ units: ['value_is_out_of_range'] })
    const model = await own({ charge_model: 'volume' })
    expect([model.status, model.body.code]).toEqual([403, 'cannot_override_charge_model'])
    const { plan } = await ok('GET', '/plans/A')
    expect(plan.fixed_charges).toMatchObject([{ code: 'b', units: '1.0', charge_model: 'standard' }])
  })
})
