import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listen, receivedBy } from '../support/announcements.ts'
import { ok } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

let harness: Harness

beforeAll(async () => {
  harness = await startHarness()
})

afterAll(async () => {
  await harness?.close()
})

/** A sandbox on 2 May 2024 with a customer `c` and an add-on `setup` of 100.00 EUR. */
async function shop(customer: object = {}, addOn: object = {}): Promise<Client> {
  const client = await harness.organization()
  await client.clock('2024-05-02T10:00:00Z')
  await ok(client, 'POST', '/add_ons', {
    add_on: { name: 'Setup', code: 'setup', amount_cents: 10_000, amount_currency: 'EUR', ...addOn },
  })
  await ok(client, 'POST', '/customers', { customer: { external_id: 'c', currency: 'EUR', ...customer } })
  return client
}

const sell = (client: Client, fees: unknown, invoice: object = {}) =>
  client.call('POST', '/invoices', { invoice: { external_customer_id: 'c', fees, ...invoice } })

async function sold(client: Client, fees: unknown, invoice: object = {}) {
  const { status, body } = await sell(client, fees, invoice)
  if (status !== 200) throw new Error(JSON.stringify(body))
  return body.invoice
}

const preview = (client: Client, fees: unknown, invoice: object = {}) =>
  client.call('POST', '/api/weir/v1/one_off_previews', {
    invoice: { external_customer_id: 'c', fees, ...invoice },
  })

const tax = (client: Client, code: string, rate: number, applied = false) =>
  ok(client, 'POST', '/taxes', { tax: { name: code, code, rate, applied_to_organization: applied } })

describe('POST /invoices', () => {
  it('200: sells add-ons, at their own price or another, rounded once for each line', async () => {
    const client = await shop({ net_payment_term: 7 }, { description: 'At your place' })
    const endpoint = await listen(client)
    const invoice = await sold(
      client,
      [
        { add_on_code: 'setup' },
        {
          add_on_code: 'setup',
          units: '2.5',
          unit_amount_cents: 333,
          invoice_display_name: 'Hours',
          description: 'On Tuesday',
          from_datetime: '2024-04-30T08:00:00Z',
          to_datetime: '2024-04-30T10:30:00Z',
        },
      ],
      { purchase_order_number: 'PO-7', skip_psp: true },
    )
    expect(invoice).toMatchObject({
      invoice_type: 'one_off',
      status: 'finalized',
      payment_status: 'pending',
      issuing_date: '2024-05-02',
      payment_due_date: '2024-05-09',
      purchase_order_number: 'PO-7',
      currency: 'EUR',
      // 2.5 times 3.33 is 8.325, half away from zero.
      fees_amount_cents: 10_833,
      total_amount_cents: 10_833,
      subscriptions: [],
      billing_periods: [],
      sequential_id: 1,
    })
    const [setup, hours] = invoice.fees
    expect(setup).toMatchObject({
      item: {
        type: 'add_on',
        code: 'setup',
        name: 'Setup',
        item_type: 'AddOn',
        invoice_display_name: 'Setup',
      },
      units: '1.0',
      amount_cents: 10_000,
      description: 'At your place',
      from_date: '2024-05-02T10:00:00Z',
      to_date: '2024-05-02T10:00:00Z',
      lago_customer_id: null,
    })
    expect(hours).toMatchObject({
      item: { invoice_display_name: 'Hours' },
      units: '2.5',
      amount_cents: 833,
      precise_amount: '8.325',
      precise_unit_amount: '3.33',
      description: 'On Tuesday',
      from_date: '2024-04-30T08:00:00Z',
      to_date: '2024-04-30T10:30:00Z',
    })
    const told = await receivedBy(client, endpoint, 'invoice.one_off_created')
    expect(told.map((each) => each.invoice)).toEqual([invoice])
    expect(await receivedBy(client, endpoint, 'invoice.created')).toEqual([])
  })

  it('200: later changes of the add-on leave the fee as it is', async () => {
    const client = await shop({}, { invoice_display_name: 'Installation' })
    const { lago_id, fees } = await sold(client, [{ add_on_code: 'setup' }])
    await ok(client, 'PUT', '/add_ons/setup', {
      add_on: { amount_cents: 1, invoice_display_name: 'Other', description: 'New' },
    })
    const { invoice } = await ok(client, 'GET', `/invoices/${lago_id}`)
    expect(invoice.fees).toEqual([{ ...fees[0], item: { ...fees[0].item, description: 'New' } }])
  })

  it('200: taxes of the line, else of the add-on, the customer, the billing entity', async () => {
    const client = await shop()
    const rates = async (line: object = {}) => {
      const { fees } = await sold(client, [{ add_on_code: 'setup', ...line }])
      return fees[0].applied_taxes.map((each: { tax_rate: number }) => each.tax_rate)
    }
    expect(await rates()).toEqual([])
    await tax(client, 'entity', 25, true)
    await tax(client, 'customer', 8)
    await tax(client, 'own', 5)
    await tax(client, 'line', 3)
    expect(await rates()).toEqual([25])
    await ok(client, 'POST', '/customers', { customer: { external_id: 'c', tax_codes: ['customer'] } })
    expect(await rates()).toEqual([8])
    await ok(client, 'PUT', '/add_ons/setup', { add_on: { tax_codes: ['own'] } })
    expect(await rates()).toEqual([5])
    expect(await rates({ tax_codes: ['line', 'entity'] })).toEqual([25, 3])
    expect(await rates({ tax_codes: [] })).toEqual([5])
  })

  it('200: no grace period holds it back, and it is dated by the customer’s day', async () => {
    const client = await shop({
      timezone: 'Pacific/Auckland',
      billing_configuration: { invoice_grace_period: 5 },
    })
    await client.clock('2024-05-02T20:00:00Z')
    const { status, issuing_date } = await sold(client, [{ add_on_code: 'setup' }])
    expect([status, issuing_date]).toEqual(['finalized', '2024-05-03'])
  })

  it('200: gives a customer without a currency its own, and keeps another', async () => {
    const client = await shop({ currency: null })
    const none = await sell(client, [{ add_on_code: 'setup' }])
    expect([none.status, none.body.error_details]).toEqual([422, { currency: ['value_is_mandatory'] }])
    expect((await sold(client, [{ add_on_code: 'setup' }], { currency: 'USD' })).currency).toBe('USD')
    expect((await sold(client, [{ add_on_code: 'setup' }], { currency: 'EUR' })).currency).toBe('EUR')
    expect((await ok(client, 'GET', '/customers/c')).customer.currency).toBe('USD')
  })

  it('200: another billing entity issues it, and the customer’s own still gives the taxes', async () => {
    const client = await shop()
    await tax(client, 'main', 20, true)
    await ok(client, 'POST', '/billing_entities', { billing_entity: { code: 'second', name: 'Second' } })
    const invoice = await sold(client, [{ add_on_code: 'setup' }], { billing_entity_code: 'second' })
    expect([invoice.billing_entity_code, invoice.taxes_amount_cents]).toEqual(['second', 2000])
  })

  it('200: is previewed without being made, to the cent', async () => {
    const client = await shop()
    await tax(client, 'vat', 20)
    await tax(client, 'city', 3.5)
    const fees = [
      { add_on_code: 'setup', units: '2.5', unit_amount_cents: 333, invoice_display_name: 'Days' },
      { add_on_code: 'setup', tax_codes: ['vat', 'city'] },
    ]
    const { body } = await preview(client, fees)
    const { one_off_preview: shown } = body
    expect((await ok(client, 'GET', '/invoices')).meta.total_count).toBe(0)
    const made = await sold(client, fees)
    expect(shown).toMatchObject({
      currency: 'EUR',
      fees: [
        { name: 'Days', units: '2.5', amount_cents: 833, taxes_amount_cents: 0 },
        { name: 'Setup', add_on_code: 'setup', amount_cents: 10_000, taxes_amount_cents: 2350 },
      ],
      fees_amount_cents: made.fees_amount_cents,
      taxes_amount_cents: made.taxes_amount_cents,
      total_amount_cents: made.total_amount_cents,
    })
    expect(shown.applied_taxes).toMatchObject([{ amount_cents: 2000 }, { amount_cents: 350 }])
  })

  it('200: an invoice of zero is final and paid, or closed where those are skipped', async () => {
    const client = await shop()
    const free = [{ add_on_code: 'setup', unit_amount_cents: 0 }]
    expect(await sold(client, free)).toMatchObject({ status: 'finalized', payment_status: 'succeeded' })
    await ok(client, 'POST', '/customers', {
      customer: { external_id: 'c', finalize_zero_amount_invoice: 'skip' },
    })
    expect((await sold(client, free)).sequential_id).toBeNull()
    expect((await ok(client, 'GET', '/invoices')).meta.total_count).toBe(1)
  })

  it('200: to a partner, as its own invoice', async () => {
    const client = await shop({ account_type: 'partner' })
    const invoice = await sold(client, [{ add_on_code: 'setup' }])
    expect([invoice.self_billed, invoice.fees[0].self_billed]).toEqual([true, true])
    await client.clock('2024-08-01T00:00:00Z')
    const late = (await ok(client, 'GET', `/invoices/${invoice.lago_id}`)).invoice
    expect(late.payment_overdue).toBe(true)
  })

  it('422: more than an invoice holds, and nothing is written', async () => {
    const client = await shop()
    const absurd = [
      { add_on_code: 'setup', units: '999999999999999', unit_amount_cents: 9_007_199_254_740_991 },
    ]
    const answer = await sell(client, absurd)
    expect([answer.status, answer.body.error_details]).toEqual([422, { fees: ['value_is_out_of_range'] }])
    expect((await ok(client, 'GET', '/invoices')).meta.total_count).toBe(0)
    expect((await sold(client, [{ add_on_code: 'setup' }])).sequential_id).toBe(1)
  })

  it.each([
    ['customer_not_found', [{ add_on_code: 'setup' }], { external_customer_id: 'ghost' }],
    ['customer_not_found', [{ add_on_code: 'setup' }], { external_customer_id: null }],
    ['fees_not_found', [], {}],
    ['add_on_not_found', [{ add_on_code: 'ghost' }], {}],
    ['add_on_not_found', [{ units: 1 }], {}],
    ['tax_not_found', [{ add_on_code: 'setup', tax_codes: ['ghost'] }], {}],
    ['billing_entity_not_found', [{ add_on_code: 'setup' }], { billing_entity_code: 'ghost' }],
  ])('404 %s: fees %o, %o', async (code, fees, invoice) => {
    const client = await shop()
    const answer = await sell(client, fees, invoice)
    expect([answer.status, answer.body.code]).toEqual([404, code])
    const shown = await preview(client, fees, invoice)
    expect([shown.status, shown.body.code]).toEqual([404, code])
  })

  it('422: values_are_invalid for boundaries, and 400 without its root', async () => {
    const client = await shop()
    const half = [{ add_on_code: 'setup', from_datetime: '2024-05-01T00:00:00Z' }]
    const answer = await sell(client, half)
    expect([answer.status, answer.body.error_details]).toEqual([422, { boundaries: ['values_are_invalid'] }])
    expect((await client.call('POST', '/invoices', {})).status).toBe(400)
  })
})
