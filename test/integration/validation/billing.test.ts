import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ok, subscribe } from '../../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../../support/harness.ts'
import { itRefuses, type RefusedCase } from '../../support/refusals.ts'

// Every refusal of plans, subscriptions, fixed charges, coupons and invoices, requested over the API.

let harness: Harness
let client: Client
/** Ids of a final and a draft invoice, and of a fee of the draft. */
const ids = { final: '', draft: '', fee: '' }

const COUPON = {
  name: 'Ten',
  code: 'ten',
  coupon_type: 'fixed_amount',
  amount_cents: 10,
  amount_currency: 'EUR',
  frequency: 'once',
  expiration: 'no_expiration',
  reusable: false,
}
const PLAN = {
  name: 'Q',
  code: 'q',
  interval: 'monthly',
  amount_cents: 1,
  amount_currency: 'EUR',
  pay_in_advance: false,
}
const SEAT = { add_on_code: 'seat', charge_model: 'standard', properties: { amount: '1' }, units: 1 }

beforeAll(async () => {
  harness = await startHarness()
  client = await harness.organization()
  await client.clock('2024-01-01T00:00:00Z')
  await ok(client, 'POST', '/add_ons', {
    add_on: { name: 'Seat', code: 'seat', amount_cents: 1, amount_currency: 'EUR' },
  })
  await subscribe(client, {
    metrics: [
      {
        code: 'gb',
        aggregation_type: 'sum_agg',
        field_name: 'n',
        filters: [{ key: 'r', values: ['a', 'b'] }],
      },
    ],
    charges: [
      {
        metric: 'gb',
        properties: { amount: '1' },
        filters: [{ values: { r: ['a'] }, properties: { amount: '1' } }],
      },
    ],
    plan: { amount_cents: 100, fixed_charges: [{ ...SEAT, code: 'seat' }] },
  })
  await ok(client, 'POST', '/customers', {
    customer: { external_id: 'd', currency: 'EUR', billing_configuration: { invoice_grace_period: 9 } },
  })
  await ok(client, 'POST', '/subscriptions', {
    subscription: { external_customer_id: 'd', external_id: 'sd', plan_code: 'p' },
  })
  await ok(client, 'POST', '/subscriptions', {
    subscription: {
      external_customer_id: 'c',
      external_id: 'later',
      plan_code: 'p',
      subscription_at: '2025-01-01',
    },
  })
  for (const [code, applies_to] of [
    ['ten', null],
    ['of-plan', { plan_codes: ['p'] }],
    ['of-metric', { billable_metric_codes: ['gb'] }],
  ] as const) {
    await ok(client, 'POST', '/coupons', { coupon: { ...COUPON, code, applies_to, frequency: 'forever' } })
  }
  for (const coupon_code of ['ten', 'of-plan']) {
    await ok(client, 'POST', '/applied_coupons', {
      applied_coupon: { external_customer_id: 'c', coupon_code },
    })
  }
  await client.clock('2024-02-01T00:10:00Z')
  const { invoices } = await ok(client, 'GET', '/invoices')
  const idOf = (status: string) => invoices.find((one: { status: string }) => one.status === status).lago_id
  ids.final = idOf('finalized')
  ids.draft = idOf('draft')
  const { invoice } = await ok(client, 'GET', `/invoices/${ids.draft}`)
  ids.fee = invoice.fees[0].lago_id
})
afterAll(() => harness?.close())

const plan = (name: string, more: object, says: unknown, status = 422): RefusedCase => ({
  name: `plan: ${name}`,
  to: 'POST /plans',
  body: { plan: { ...PLAN, ...more } },
  says,
  status,
})
const fixed = (name: string, more: object, says: unknown, status = 422): RefusedCase => ({
  name: `fixed charge: ${name}`,
  to: 'POST /plans/p/fixed_charges',
  body: { fixed_charge: { ...SEAT, ...more } },
  says,
  status,
})
const subscription = (name: string, more: object, says: unknown, status = 422): RefusedCase => ({
  name: `subscription: ${name}`,
  to: 'POST /subscriptions',
  body: { subscription: { external_customer_id: 'c', external_id: 'new', plan_code: 'p', ...more } },
  says,
  status,
})
const update = (name: string, more: object, says: unknown, status = 422): RefusedCase => ({
  name: `update of a subscription: ${name}`,
  to: 'PUT /subscriptions/s',
  body: { subscription: more },
  says,
  status,
})
const coupon = (name: string, more: object, says: unknown, status = 422): RefusedCase => ({
  name: `coupon: ${name}`,
  to: 'POST /coupons',
  body: { coupon: { ...COUPON, code: 'new', ...more } },
  says,
  status,
})
const applied = (name: string, more: object, says: unknown, status = 422): RefusedCase => ({
  name: `applied coupon: ${name}`,
  to: 'POST /applied_coupons',
  body: { applied_coupon: { external_customer_id: 'c', ...more } },
  says,
  status,
})
const oneOff = (name: string, more: object, says: unknown, status = 422): RefusedCase => ({
  name: `one-off invoice: ${name}`,
  to: 'POST /invoices',
  body: { invoice: { external_customer_id: 'c', currency: 'EUR', fees: [{ add_on_code: 'seat' }], ...more } },
  says,
  status,
})

describe('plans, fixed charges and subscriptions', () => {
  itRefuses(
    [
      plan(
        'value_is_mandatory',
        { name: null, amount_cents: null },
        {
          name: ['value_is_mandatory'],
          amount_cents: ['value_is_mandatory'],
        },
      ),
      plan(
        'an interval of no kind, value_is_invalid',
        { interval: 'hourly' },
        { interval: ['value_is_invalid'] },
      ),
      plan('no interval, value_is_invalid', { interval: null }, { interval: ['value_is_invalid'] }),
      plan('value_already_exist', { code: 'p' }, { code: ['value_already_exist'] }),
      plan('tax_not_found', { tax_codes: ['none'] }, 'tax_not_found', 404),
      plan(
        'billable_metrics_not_found',
        { charges: [{ billable_metric_id: ids.final, charge_model: 'standard' }] },
        'billable_metrics_not_found',
        404,
      ),
      plan(
        'add_ons_not_found',
        { fixed_charges: [{ ...SEAT, add_on_code: 'none' }] },
        'add_ons_not_found',
        404,
      ),
      fixed(
        'volume in advance, invalid_charge_model',
        {
          charge_model: 'volume',
          pay_in_advance: true,
          properties: {
            volume_ranges: [{ from_value: 0, to_value: null, per_unit_amount: '1', flat_amount: '0' }],
          },
        },
        { pay_in_advance: ['invalid_charge_model'] },
      ),
      fixed(
        'graduated, prorated and in advance, invalid_charge_model',
        {
          charge_model: 'graduated',
          pay_in_advance: true,
          prorated: true,
          properties: {
            graduated_ranges: [{ from_value: 0, to_value: null, per_unit_amount: '1', flat_amount: '0' }],
          },
        },
        { prorated: ['invalid_charge_model'] },
      ),
      fixed('units below zero, value_is_out_of_range', { units: -1 }, { units: ['value_is_out_of_range'] }),
      fixed('of an add-on that is not there', { add_on_code: 'none' }, 'add_on_not_found', 404),
      subscription(
        'no customer, value_is_mandatory',
        { external_customer_id: null },
        {
          external_customer_id: ['value_is_mandatory'],
        },
      ),
      subscription('plan_not_found', { plan_code: 'none' }, 'plan_not_found', 404),
      subscription(
        'another customer has it, value_already_exist',
        { external_id: 'sd' },
        {
          external_id: ['value_already_exist'],
        },
      ),
      subscription(
        'billing_time of no kind',
        { billing_time: 'hourly' },
        { billing_time: ['value_is_invalid'] },
      ),
      subscription(
        'a start that is no date',
        { subscription_at: 'soon' },
        { subscription_at: ['invalid_date'] },
      ),
      subscription('an end before the start', { ending_at: '2024-01-31' }, { ending_at: ['invalid_date'] }),
      subscription('an end today', { ending_at: '2024-02-01T23:00:00Z' }, { ending_at: ['invalid_date'] }),
      subscription(
        'a payment method of no kind',
        { payment_method: { payment_method_type: 'barter' } },
        {
          payment_method: ['invalid_payment_method'],
        },
      ),
      subscription(
        'thresholds twice, incompatible_params',
        {
          usage_thresholds: [{ amount_cents: 1 }],
          plan_overrides: { usage_thresholds: [{ amount_cents: 1 }] },
        },
        { usage_thresholds: ['incompatible_params'], plan_overrides: ['incompatible_params'] },
      ),
      subscription(
        'billing_entity_not_found',
        { billing_entity_code: 'none' },
        'billing_entity_not_found',
        404,
      ),
      subscription(
        'rules that are no list, invalid_format',
        { activation_rules: 'pay' },
        {
          activation_rules: ['invalid_format'],
        },
      ),
      subscription(
        'a rule of no kind, invalid_type',
        { activation_rules: [{ type: 'pray' }] },
        {
          activation_rules: ['invalid_type'],
        },
      ),
      subscription(
        'duplicated_type',
        { activation_rules: [{ type: 'payment' }, { type: 'payment' }] },
        {
          activation_rules: ['duplicated_type'],
        },
      ),
      subscription(
        'value_must_be_positive_or_zero',
        { activation_rules: [{ type: 'payment', timeout_hours: -1 }] },
        {
          timeout_hours: ['value_must_be_positive_or_zero'],
        },
      ),
      subscription(
        'no_linked_payment_provider',
        { activation_rules: [{ type: 'payment' }] },
        {
          customer: ['no_linked_payment_provider'],
        },
      ),
      subscription(
        'manual_payment_method_invalid_for_payment_activation_rules',
        {
          activation_rules: [{ type: 'payment' }],
          payment_method: { payment_method_type: 'manual' },
        },
        { customer: ['manual_payment_method_invalid_for_payment_activation_rules'] },
      ),
      update(
        'subscription_not_pending',
        { activation_rules: [] },
        { activation_rules: ['subscription_not_pending'] },
      ),
      update(
        'what follows its end, invalid_value',
        { on_termination_invoice: 'maybe' },
        {
          on_termination_invoice: ['invalid_value'],
        },
      ),
      update(
        'cannot_override_charge_model',
        {
          plan_overrides: { charges: [{ code: 'gb_charge', charge_model: 'package' }] },
        },
        'cannot_override_charge_model',
        403,
      ),
      {
        name: 'a filter twice: value_already_exists',
        to: 'POST /subscriptions/s/charges/gb_charge/filters',
        body: { filter: { values: { r: ['a'] }, properties: { amount: '1' } } },
        says: { values: ['value_already_exists'] },
      },
      {
        name: 'a filter without values: value_is_mandatory',
        to: 'POST /subscriptions/s/charges/gb_charge/filters',
        body: { filter: { properties: { amount: '1' } } },
        says: { values: ['value_is_mandatory'] },
      },
      {
        name: 'fixed_charge_not_found',
        to: 'PUT /subscriptions/s/fixed_charges/none',
        body: { fixed_charge: { units: 1 } },
        status: 404,
        says: 'fixed_charge_not_found',
      },
    ],
    () => client,
  )
})

describe('coupons and one-off invoices', () => {
  itRefuses(
    [
      coupon('value_already_exist', { code: 'ten' }, { code: ['value_already_exist'] }),
      coupon(
        'no amount, value_is_mandatory',
        { amount_cents: null },
        { amount_cents: ['value_is_mandatory'] },
      ),
      coupon(
        'an amount of nothing, value_is_out_of_range',
        { amount_cents: 0 },
        {
          amount_cents: ['value_is_out_of_range'],
        },
      ),
      coupon(
        'an end in the past, invalid_date',
        { expiration: 'time_limit', expiration_at: '2024-01-01' },
        {
          expiration_at: ['invalid_date'],
        },
      ),
      coupon('plans_not_found', { applies_to: { plan_codes: ['none'] } }, 'plans_not_found', 404),
      coupon(
        'billable_metrics_not_found',
        { applies_to: { billable_metric_codes: ['none'] } },
        'billable_metrics_not_found',
        404,
      ),
      coupon(
        'only_one_limitation_type_per_coupon_allowed',
        {
          applies_to: { plan_codes: ['p'], billable_metric_codes: ['gb'] },
        },
        'only_one_limitation_type_per_coupon_allowed',
        405,
      ),
      applied('coupon_is_not_reusable', { coupon_code: 'ten' }, { coupon: ['coupon_is_not_reusable'] }),
      applied('plan_overlapping', { coupon_code: 'of-metric' }, 'plan_overlapping', 405),
      applied('coupon_not_found', { coupon_code: 'none' }, 'coupon_not_found', 404),
      applied(
        'customer_not_found',
        { external_customer_id: 'none', coupon_code: 'ten' },
        'customer_not_found',
        404,
      ),
      oneOff('customer_not_found', { external_customer_id: 'none' }, 'customer_not_found', 404),
      oneOff('fees_not_found', { fees: [] }, 'fees_not_found', 404),
      oneOff('add_on_not_found', { fees: [{ add_on_code: 'none' }] }, 'add_on_not_found', 404),
      oneOff('tax_not_found', { fees: [{ add_on_code: 'seat', tax_codes: ['none'] }] }, 'tax_not_found', 404),
      oneOff(
        'one bound, values_are_invalid',
        { fees: [{ add_on_code: 'seat', from_datetime: '2024-01-01' }] },
        {
          boundaries: ['values_are_invalid'],
        },
      ),
      oneOff(
        'invoice_custom_section_not_found',
        {
          invoice_custom_section: { invoice_custom_section_codes: ['none'] },
        },
        'invoice_custom_section_not_found',
        404,
      ),
      oneOff(
        'skip_sections_and_selected_ids_sent_together',
        {
          invoice_custom_section: { skip_invoice_custom_sections: true, invoice_custom_section_codes: ['x'] },
        },
        { invoice_custom_section: ['skip_sections_and_selected_ids_sent_together'] },
      ),
      {
        name: 'EU taxes of an entity outside of it: billing_entity_must_be_in_eu',
        to: 'POST /billing_entities',
        body: { billing_entity: { code: 'x', name: 'X', country: 'US', eu_tax_management: true } },
        says: { eu_tax_management: ['billing_entity_must_be_in_eu'] },
      },
    ],
    () => client,
  )
})

describe('invoices', () => {
  it.each([
    [
      'PUT',
      'draft',
      '',
      { invoice: { payment_status: 'succeeded' } },
      'payment_status_update_on_draft_invoice',
    ],
    ['PUT', 'draft', '', { invoice: { metadata: [{ key: 'a', value: 'b' }] } }, 'metadata_on_draft_invoice'],
    ['POST', 'draft', '/void', {}, 'not_voidable'],
    ['POST', 'draft', '/lose_dispute', {}, 'not_disputable'],
    ['POST', 'draft', '/retry', {}, 'invalid_status'],
    ['POST', 'draft', '/retry_payment', {}, 'invalid_status'],
    ['DELETE', 'final', '', undefined, 'not_deletable'],
  ] as const)('405 %s of a %s invoice%s with %j: %s', async (method, which, path, body, code) => {
    const before = await ok(client, 'GET', `/invoices/${ids[which]}`)
    const answer = await client.call(method, `/invoices/${ids[which]}${path}`, body)
    expect([answer.status, answer.body.code]).toEqual([405, code])
    expect(await ok(client, 'GET', `/invoices/${ids[which]}`)).toEqual(before)
  })

  it.each([
    ['a payment status of no kind', { payment_status: 'paid' }, { payment_status: ['value_is_invalid'] }],
    [
      'six entries of metadata, invalid_count',
      { metadata: Array.from({ length: 6 }, (_, n) => ({ key: `${n}`, value: 'x' })) },
      { metadata: ['invalid_count'] },
    ],
    [
      'a key of 21 characters, value_is_too_long',
      { metadata: [{ key: 'k'.repeat(21), value: 'x' }] },
      { key: ['value_is_too_long'] },
    ],
  ])('422 %s', async (_, invoice, details) => {
    const answer = await client.call('PUT', `/invoices/${ids.final}`, { invoice })
    expect([answer.status, answer.body.error_details]).toEqual([422, details])
  })

  it('404 invoice_not_found: finalize of a final and of a voided invoice', async () => {
    const { invoice } = await ok(client, 'POST', '/invoices', {
      invoice: { external_customer_id: 'c', currency: 'EUR', fees: [{ add_on_code: 'seat' }] },
    })
    const finalize = () => client.call('PUT', `/invoices/${invoice.lago_id}/finalize`)
    expect((await finalize()).body.code).toBe('invoice_not_found')
    await ok(client, 'POST', `/invoices/${invoice.lago_id}/void`)
    const answer = await finalize()
    expect([answer.status, answer.body.code]).toEqual([404, 'invoice_not_found'])
    const changed = await client.call('PUT', `/invoices/${invoice.lago_id}`, {
      invoice: { payment_status: 'succeeded' },
    })
    expect([changed.status, changed.body.code]).toEqual([405, 'update_on_voided_invoice'])
  })
})
