import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ok, send, subscribe } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

let harness: Harness

beforeAll(async () => {
  harness = await startHarness()
})

afterAll(async () => {
  await harness?.close()
})

// biome-ignore lint/suspicious/noExplicitAny: answers are read freely in tests
type Wire = any

const WEIR = '/api/weir/v1'
const TIERS = [
  { from_value: 0, to_value: 10, per_unit_amount: '2', flat_amount: '0' },
  { from_value: 11, to_value: null, per_unit_amount: '1', flat_amount: '0' },
]

/** A sandbox on 1 February 2024 with a draft: a plan at 31.00, usage of three charges, and two seats at 5.00. */
async function drafted(more: object = {}): Promise<{ client: Client; id: string }> {
  const client = await harness.organization()
  await client.clock('2024-01-01T00:00:00Z')
  await ok(client, 'POST', '/taxes', {
    tax: { name: 'VAT', code: 'vat', rate: 10, applied_to_organization: true },
  })
  await ok(client, 'POST', '/add_ons', {
    add_on: { name: 'Seat', code: 'seat', amount_cents: 100, amount_currency: 'EUR' },
  })
  await subscribe(client, {
    metrics: [
      { code: 'gb', aggregation_type: 'sum_agg', field_name: 'n' },
      { code: 'share', aggregation_type: 'sum_agg', field_name: 'n' },
      { code: 'calls', aggregation_type: 'count_agg' },
    ],
    charges: [
      { metric: 'gb', charge_model: 'graduated', properties: { graduated_ranges: TIERS } },
      { metric: 'share', charge_model: 'percentage', properties: { rate: '10' } },
      { metric: 'calls', properties: { amount: '1', pricing_group_keys: ['region'] }, min_amount_cents: 600 },
    ],
    plan: {
      amount_cents: 3100,
      fixed_charges: [
        { add_on_code: 'seat', units: 2, charge_model: 'standard', properties: { amount: '5' } },
      ],
      ...more,
    },
    customer: { billing_configuration: { invoice_grace_period: 3 } },
  })
  await send(client, { code: 'gb', transaction_id: 'a', properties: { n: 12 } })
  await send(client, { code: 'share', transaction_id: 'b', properties: { n: 50 } })
  await send(client, { code: 'calls', transaction_id: 'c', properties: { region: 'eu' } })
  await client.clock('2024-02-01T00:10:00Z')
  const { invoices } = await ok(client, 'GET', '/invoices?status=draft')
  return { client, id: invoices[0].lago_id }
}

const invoiceOf = async (client: Client, id: string): Promise<Wire> =>
  (await ok(client, 'GET', `/invoices/${id}`)).invoice

async function feeOf(client: Client, id: string, code: string): Promise<Wire> {
  const { fees } = await invoiceOf(client, id)
  return fees.find((fee: Wire) => fee.item.code === code && fee.lago_true_up_parent_fee_id === null)
}

const adjust = (client: Client, id: string, adjusted_fee: object) =>
  client.call('POST', `${WEIR}/invoices/${id}/adjusted_fees`, { adjusted_fee })

/** `[code, units, cents]` of the fees of an invoice. */
const linesOf = (invoice: Wire) =>
  invoice.fees.map((fee: Wire) => [
    fee.lago_true_up_parent_fee_id === null ? fee.item.code : 'true-up',
    fee.units,
    fee.amount_cents,
  ])

describe('POST /invoices/:id/adjusted_fees', () => {
  it('200: units are priced by the charge, units at a price multiplied, and the invoice adds up anew', async () => {
    const { client, id } = await drafted()
    const before = await invoiceOf(client, id)
    expect(linesOf(before)).toEqual([
      ['p', '1.0', 3100],
      ['gb', '12.0', 2200],
      ['share', '50.0', 500],
      ['calls', '1.0', 100],
      ['true-up', '1.0', 500],
      ['seat', '2.0', 1000],
    ])
    for (const [code, change] of [
      ['gb', { units: '15' }],
      ['share', { units: 3, unit_precise_amount: '1.255', invoice_display_name: 'Commission' }],
      ['seat', { units: 7 }],
      ['p', { units: '0.5' }],
    ] as const) {
      const { lago_id: fee_id } = await feeOf(client, id, code)
      const { status, body } = await adjust(client, id, { fee_id, ...change })
      expect([status, body?.adjusted_fee?.lago_invoice_id]).toEqual([200, id])
      expect(body.adjusted_fee.lago_fee_id).toBe((await feeOf(client, id, code)).lago_id)
    }
    const after = await invoiceOf(client, id)
    expect(linesOf(after)).toEqual([
      ['p', '0.5', 1550],
      ['gb', '15.0', 2500],
      ['share', '3.0', 377],
      ['calls', '1.0', 100],
      ['true-up', '1.0', 500],
      ['seat', '7.0', 3500],
    ])
    expect(after).toMatchObject({ status: 'draft', fees_amount_cents: 8527, taxes_amount_cents: 853 })
    expect((await feeOf(client, id, 'share')).item.invoice_display_name).toBe('Commission')
  })

  it('200: refreshes and late events leave it, and the final invoice has it', async () => {
    const { client, id } = await drafted()
    const { lago_id: fee_id } = await feeOf(client, id, 'gb')
    await adjust(client, id, { fee_id, units: 1 })
    await send(client, { code: 'gb', transaction_id: 'z', timestamp: '1706600000', properties: { n: 99 } })
    await send(client, {
      code: 'calls',
      transaction_id: 'y',
      timestamp: '1706600000',
      properties: { region: 'us' },
    })
    await ok(client, 'PUT', `/invoices/${id}/refresh`)
    expect(await feeOf(client, id, 'gb')).toMatchObject({ units: '1.0', amount_cents: 200, events_count: 0 })
    await client.clock('2024-02-04T00:10:00Z')
    const final = await invoiceOf(client, id)
    expect(final.status).toBe('finalized')
    expect(linesOf(final)).toContainEqual(['gb', '1.0', 200])
    const { adjusted_fees, meta } = await ok(client, 'GET', `${WEIR}/invoices/${id}/adjusted_fees`)
    expect(meta.total_count).toBe(1)
    expect(adjusted_fees[0]).toMatchObject({
      lago_fee_id: final.fees.find((fee: Wire) => fee.item.code === 'gb').lago_id,
      units: '1.0',
      unit_precise_amount: null,
    })
    const late = await adjust(client, id, { fee_id: adjusted_fees[0].lago_fee_id, units: 2 })
    expect([late.status, late.body.code]).toEqual([405, 'invalid_status'])
  })

  it('200: adds the fee of a charge that nobody used; a minimum is topped up less', async () => {
    const { client, id } = await drafted()
    const { subscription } = await ok(client, 'GET', '/subscriptions/s')
    const charge = subscription.plan.charges.find((each: Wire) => each.code === 'calls_charge')
    const target = { subscription_id: subscription.lago_id, charge_id: charge.lago_id }
    const { status, body } = await adjust(client, id, { ...target, units: 4 })
    expect(status).toBe(200)
    const added = (await invoiceOf(client, id)).fees.find(
      (fee: Wire) => fee.lago_id === body.adjusted_fee.lago_fee_id,
    )
    expect([added.units, added.amount_cents, added.item.grouped_by]).toEqual(['4.0', 400, { region: null }])
    expect(linesOf(await invoiceOf(client, id))).toContainEqual(['true-up', '1.0', 100])
    expect((await adjust(client, id, { ...target, units: 5 })).body.error_details).toEqual({
      adjusted_fee: ['already_exists'],
    })
  })

  it('422: percentages by units alone; a second time; 404: fees and charges that it has not; nothing changes', async () => {
    const { client, id } = await drafted()
    const before = await invoiceOf(client, id)
    const { lago_id: share } = await feeOf(client, id, 'share')
    const refused = async (body: object) => {
      const answer = await adjust(client, id, body)
      return [answer.status, answer.body.error_details ?? answer.body.code]
    }
    expect(await refused({ fee_id: share, units: 1 })).toEqual([422, { charge: ['invalid_charge_model'] }])
    expect(await refused({ fee_id: 'nonsense', units: 1 })).toEqual([404, 'fee_not_found'])
    const { subscription } = await ok(client, 'GET', '/subscriptions/s')
    const own = { subscription_id: subscription.lago_id, units: 1 }
    expect(await refused({ ...own, charge_id: subscription.lago_id })).toEqual([404, 'charge_not_found'])
    expect(await refused({ ...own, charge_id: 'x', charge_filter_id: 'y' })).toEqual([
      404,
      'charge_not_found',
    ])
    expect(await refused({ ...own, fixed_charge_id: share })).toEqual([404, 'fixed_charge_not_found'])
    expect(await refused({ fee_id: share, units: -1 })).toEqual([422, { units: ['value_is_out_of_range'] }])
    expect(await invoiceOf(client, id)).toEqual(before)
    const nobody = await adjust(client, '00000000-0000-4000-8000-000000000000', { units: 1 })
    expect([nobody.status, nobody.body.code]).toEqual([404, 'invoice_not_found'])
  })

  it('50 at once adjust a fee once', async () => {
    const { client, id } = await drafted()
    const subject = { subscription_id: '', charge_id: '' }
    const { subscription } = await ok(client, 'GET', '/subscriptions/s')
    subject.subscription_id = subscription.lago_id
    subject.charge_id = subscription.plan.charges[0].lago_id
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) => adjust(client, id, { ...subject, units: n })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(49).fill(422)])
  })

  it('a minimum commitment counts what was adjusted, and can be adjusted itself', async () => {
    const { client, id } = await drafted({ minimum_commitment: { amount_cents: 10_000 } })
    const commitment = async () =>
      (await invoiceOf(client, id)).fees.find((fee: Wire) => fee.item.type === 'commitment')
    expect((await commitment()).amount_cents).toBe(10_000 - 7400)
    await adjust(client, id, { fee_id: (await feeOf(client, id, 'gb')).lago_id, units: 0 })
    expect((await commitment()).amount_cents).toBe(10_000 - 5200)
    await adjust(client, id, { fee_id: (await commitment()).lago_id, units: 1, unit_precise_amount: 3 })
    expect((await commitment()).amount_cents).toBe(300)
  })
})

describe('DELETE /invoices/:id/adjusted_fees/:adjusted_fee_id', () => {
  it('200: the fee is what it would have been; 404 the second time', async () => {
    const { client, id } = await drafted()
    const before = await invoiceOf(client, id)
    const { lago_id: fee_id } = await feeOf(client, id, 'gb')
    const { body } = await adjust(client, id, { fee_id, units: 1 })
    const path = `${WEIR}/invoices/${id}/adjusted_fees/${body.adjusted_fee.lago_id}`
    expect((await client.call('DELETE', path)).status).toBe(200)
    const after = await invoiceOf(client, id)
    expect([linesOf(after), after.total_amount_cents]).toEqual([linesOf(before), before.total_amount_cents])
    const again = await client.call('DELETE', path)
    expect([again.status, again.body.code]).toEqual([404, 'adjusted_fee_not_found'])
  })

  it('405 invalid_status: when the invoice is final', async () => {
    const { client, id } = await drafted()
    const { lago_id: fee_id } = await feeOf(client, id, 'gb')
    const { body } = await adjust(client, id, { fee_id, units: 1 })
    await ok(client, 'PUT', `/invoices/${id}/finalize`)
    const path = `${WEIR}/invoices/${id}/adjusted_fees/${body.adjusted_fee.lago_id}`
    const answer = await client.call('DELETE', path)
    expect([answer.status, answer.body.code]).toEqual([405, 'invalid_status'])
  })
})
