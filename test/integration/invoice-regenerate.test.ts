import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listen, receivedBy } from '../support/announcements.ts'
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

const regenerate = (client: Client, id: string, invoice?: object) =>
  client.call('POST', `/api/weir/v1/invoices/${id}/regenerate`, invoice && { invoice })

const voidIt = (client: Client, id: string) => ok(client, 'POST', `/invoices/${id}/void`)

const refusalOf = async (client: Client, id: string, invoice?: object) => {
  const { status, body } = await regenerate(client, id, invoice)
  return [status, body.error_details ?? body.code]
}

/** A sandbox on 1 February 2024 whose first month is billed: a plan at 31.00 and 12 units at 1.00, with 10 % tax. */
async function billed(plan: object = {}): Promise<{ client: Client; id: string }> {
  const client = await harness.organization()
  await client.clock('2024-01-01T00:00:00Z')
  await ok(client, 'POST', '/taxes', {
    tax: { name: 'VAT', code: 'vat', rate: 10, applied_to_organization: true },
  })
  await subscribe(client, {
    metrics: [{ code: 'gb', aggregation_type: 'sum_agg', field_name: 'n' }],
    charges: [{ metric: 'gb', properties: { amount: '1' }, min_amount_cents: 1500 }],
    plan: { amount_cents: 3100, ...plan },
    customer: { net_payment_term: 10 },
  })
  await send(client, { code: 'gb', transaction_id: 'a', properties: { n: 12 } })
  await client.clock('2024-02-01T00:10:00Z')
  const { invoices } = await ok(client, 'GET', '/invoices?invoice_type=subscription')
  return { client, id: invoices[0].lago_id }
}

const invoiceOf = async (client: Client, id: string): Promise<Wire> =>
  (await ok(client, 'GET', `/invoices/${id}`)).invoice

describe('POST /invoices/:id/regenerate', () => {
  it('200: all fees under a new number, dated as the voided one, which names it', async () => {
    const { client, id } = await billed()
    const endpoint = await listen(client)
    const before = await invoiceOf(client, id)
    await client.clock('2024-02-05T10:00:00Z')
    await voidIt(client, id)
    const { status, body } = await regenerate(client, id)
    expect(status).toBe(200)
    const { invoice } = body
    expect(invoice).toMatchObject({
      status: 'finalized',
      invoice_type: 'subscription',
      voided_invoice_id: id,
      number: before.number.replace(/001$/, '002'),
      sequential_id: 2,
      issuing_date: '2024-02-01',
      payment_due_date: '2024-02-11',
      created_at: '2024-02-05T10:00:00Z',
      total_amount_cents: before.total_amount_cents,
      taxes_amount_cents: before.taxes_amount_cents,
      billing_periods: before.billing_periods,
    })
    expect(invoice.fees.map((fee: Wire) => fee.lago_original_fee_id)).toEqual(
      before.fees.map((fee: Wire) => fee.lago_id),
    )
    const figures = (fee: Wire) => [
      fee.item.code,
      fee.units,
      fee.amount_cents,
      fee.taxes_amount_cents,
      fee.from_date,
    ]
    expect(invoice.fees.map(figures)).toEqual(before.fees.map(figures))
    expect((await invoiceOf(client, id)).regenerated_invoice_id).toBe(invoice.lago_id)
    const told = await receivedBy(client, endpoint, 'invoice.created')
    expect(told.map((each) => each.invoice)).toEqual([invoice])
    await client.clock('2024-02-12T00:10:00Z')
    expect((await invoiceOf(client, invoice.lago_id)).payment_overdue).toBe(true)
  })

  it('200: chosen fees, changed, with taxes and coupons as they are today; the first fee stays the original', async () => {
    const { client, id } = await billed()
    const before = await invoiceOf(client, id)
    await voidIt(client, id)
    await ok(client, 'PUT', '/taxes/vat', { tax: { rate: 20 } })
    await ok(client, 'POST', '/coupons', {
      coupon: {
        name: 'Ten',
        code: 'ten',
        coupon_type: 'fixed_amount',
        amount_cents: 1000,
        amount_currency: 'EUR',
        frequency: 'once',
        expiration: 'no_expiration',
      },
    })
    await ok(client, 'POST', '/applied_coupons', {
      applied_coupon: { external_customer_id: 'c', coupon_code: 'ten' },
    })
    const [plan, usage, trueUp] = before.fees
    const { body } = await regenerate(client, id, {
      fees: [
        { id: plan.lago_id, units: '0.5', invoice_display_name: 'Half' },
        { id: usage.lago_id, units: 20 },
        { id: trueUp.lago_id, units: 1, unit_precise_amount: '0.01' },
      ],
    })
    const { invoice } = body
    expect(invoice.fees.map((fee: Wire) => [fee.units, fee.amount_cents])).toEqual([
      ['0.5', 1550],
      ['20.0', 2000],
      ['1.0', 1],
    ])
    expect(invoice.fees[0].item.invoice_display_name).toBe('Half')
    expect(invoice.fees[2].lago_true_up_parent_fee_id).toBe(invoice.fees[1].lago_id)
    expect(invoice).toMatchObject({
      fees_amount_cents: 3551,
      coupons_amount_cents: 1000,
      taxes_amount_cents: 510,
      total_amount_cents: 3061,
    })
    await voidIt(client, invoice.lago_id)
    const again = (await regenerate(client, invoice.lago_id, { fees: [{ id: invoice.fees[0].lago_id }] }))
      .body
    expect(again.invoice.fees.map((fee: Wire) => fee.lago_original_fee_id)).toEqual([plan.lago_id])
    expect(again.invoice.coupons_amount_cents).toBe(1000)
  })

  it('200: the period stays billed, what was billed in advance counts, and no window is billed twice', async () => {
    const { client, id } = await billed({
      pay_in_advance: true,
      minimum_commitment: { amount_cents: 20_000 },
    })
    const [start] = (await ok(client, 'GET', '/invoices?issuing_date_to=2024-01-01')).invoices
    for (const each of [start.lago_id, id]) {
      await voidIt(client, each)
      expect((await regenerate(client, each)).status).toBe(200)
    }
    await client.clock('2024-03-01T00:10:00Z')
    const [march, ...others] = (await ok(client, 'GET', '/invoices?status=finalized')).invoices
    expect(others).toHaveLength(2)
    const bill = await invoiceOf(client, march.lago_id)
    const amounts = bill.fees.map((fee: Wire) => [fee.item.type, fee.amount_cents])
    // The price of February, which the regenerated invoice billed, and its minimum of usage count.
    expect(amounts).toEqual([
      ['subscription', 3100],
      ['charge', 0],
      ['charge', 1500],
      ['commitment', 20_000 - 3100 - 1500],
    ])
  })

  it('200: a one-off invoice keeps its lines, their taxes and sections, and uses no coupon', async () => {
    const { client } = await billed()
    await ok(client, 'POST', '/taxes', { tax: { name: 'Low', code: 'low', rate: 5 } })
    await ok(client, 'POST', '/add_ons', {
      add_on: { name: 'Setup', code: 'setup', amount_cents: 999, amount_currency: 'EUR' },
    })
    await ok(client, 'POST', '/invoice_custom_sections', {
      invoice_custom_section: { code: 'thanks', name: 'Thanks', details: 'Thank you' },
    })
    const { invoice } = await ok(client, 'POST', '/invoices', {
      invoice: {
        external_customer_id: 'c',
        currency: 'EUR',
        fees: [{ add_on_code: 'setup', units: 2, tax_codes: ['low'] }],
        invoice_custom_section: { invoice_custom_section_codes: ['thanks'] },
      },
    })
    await voidIt(client, invoice.lago_id)
    const fees = [{ id: invoice.fees[0].lago_id, units: 3 }]
    const made = (await regenerate(client, invoice.lago_id, { fees })).body.invoice
    expect(made).toMatchObject({
      invoice_type: 'one_off',
      fees_amount_cents: 2997,
      taxes_amount_cents: 150,
      applied_invoice_custom_sections: [{ code: 'thanks' }],
    })
    await voidIt(client, made.lago_id)
    const named = [{ id: made.fees[0].lago_id, tax_codes: ['vat'] }]
    const renamed = (await regenerate(client, made.lago_id, { fees: named })).body.invoice
    expect(renamed.taxes_amount_cents).toBe(300)
  })

  it('200: a progressive invoice counts again: the bill of the period credits it', async () => {
    const client = await harness.organization()
    await client.clock('2024-01-01T00:00:00Z')
    await subscribe(client, {
      metrics: [{ code: 'gb', aggregation_type: 'sum_agg', field_name: 'n' }],
      charges: [{ metric: 'gb', properties: { amount: '1' } }],
      plan: { usage_thresholds: [{ amount_cents: 1000 }] },
    })
    await send(client, { code: 'gb', transaction_id: 'a', properties: { n: 12 } })
    await client.clock('2024-01-02T00:00:00Z')
    const [progressive] = (await ok(client, 'GET', '/invoices?invoice_type=progressive_billing')).invoices
    await voidIt(client, progressive.lago_id)
    const { invoice } = (await regenerate(client, progressive.lago_id)).body
    expect(invoice.invoice_type).toBe('progressive_billing')
    expect(invoice.applied_usage_thresholds).toHaveLength(1)
    await client.clock('2024-02-01T00:10:00Z')
    const [bill] = (await ok(client, 'GET', '/invoices?invoice_type=subscription')).invoices
    expect([bill.progressive_billing_credit_amount_cents, bill.total_amount_cents]).toEqual([1200, 0])
  })

  it('200: an event that was charged in advance keeps its event', async () => {
    const client = await harness.organization()
    await client.clock('2024-01-01T00:00:00Z')
    await subscribe(client, {
      metrics: [{ code: 'gb', aggregation_type: 'sum_agg', field_name: 'n' }],
      charges: [{ metric: 'gb', properties: { amount: '1' }, pay_in_advance: true }],
    })
    await send(client, { code: 'gb', transaction_id: 'a', properties: { n: 12 } })
    await client.clock('2024-01-01T01:00:00Z')
    const [invoice] = (await ok(client, 'GET', '/invoices')).invoices
    await voidIt(client, invoice.lago_id)
    const made = (await regenerate(client, invoice.lago_id)).body.invoice
    expect(made.fees).toMatchObject([{ event_transaction_id: 'a', amount_cents: 1200, pay_in_advance: true }])
  })

  it('405 not_regenerable: an invoice that is not voided, and one that was replaced', async () => {
    const { client, id } = await billed()
    expect(await refusalOf(client, id)).toEqual([405, 'not_regenerable'])
    await voidIt(client, id)
    await regenerate(client, id)
    expect(await refusalOf(client, id)).toEqual([405, 'not_regenerable'])
  })

  it('404 and 422: unknown fees and taxes, none, one twice, nonsense; nothing changes', async () => {
    const { client, id } = await billed()
    await voidIt(client, id)
    const { fees } = await invoiceOf(client, id)
    const own = fees[0].lago_id
    const ask = (list: unknown) => refusalOf(client, id, { fees: list })
    expect(await ask([])).toEqual([404, 'fees_not_found'])
    expect(await ask([{ id: id }])).toEqual([404, 'fee_not_found'])
    expect(await ask([{ id: own, tax_codes: ['none'] }])).toEqual([404, 'tax_not_found'])
    await ok(client, 'POST', '/taxes', { tax: { name: 'Low', code: 'low', rate: 5 } })
    expect(await ask([{ id: own, tax_codes: ['low'] }])).toEqual([
      422,
      { tax_codes: ['value_must_be_blank'] },
    ])
    expect(await ask([{ id: own }, { id: own }])).toEqual([422, { fees: ['value_is_duplicated'] }])
    expect(await ask({ id: own })).toEqual([422, { fees: ['value_is_invalid'] }])
    const tooMuch = [{ id: own, units: '999999999999999', unit_precise_amount: '99999' }]
    expect(await ask(tooMuch)).toEqual([422, { fees: ['value_is_out_of_range'] }])
    expect(await refusalOf(client, '00000000-0000-4000-8000-000000000000')).toEqual([
      404,
      'invoice_not_found',
    ])
    expect((await ok(client, 'GET', '/invoices')).meta.total_count).toBe(1)
  })

  it('50 at once make one', async () => {
    const { client, id } = await billed()
    await voidIt(client, id)
    const answers = await Promise.all(Array.from({ length: 50 }, () => regenerate(client, id)))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(49).fill(405)])
  })
})
