import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FrozenInvoice, FrozenTax } from '../../src/core/documents/frozen.ts'
import type { RenderDocument, RenderOrder } from '../../src/core/documents/rendering.ts'
import { renderDocument } from '../../src/documents/render-document.ts'
import { ok, send } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

let harness: Harness
/** What was rendered, newest last. */
const orders: RenderOrder[] = []

beforeAll(async () => {
  harness = await startHarness()
  const context = harness.context as { renderDocument: RenderDocument }
  context.renderDocument = (order) => {
    orders.push(order)
    return renderDocument(order)
  }
})

afterAll(async () => {
  await harness?.close()
})

/** A sandbox on the first of May with a customer `c`, subscribed as `s` to a plan with one of everything. */
async function subscribed(): Promise<Client> {
  const client = await harness.organization()
  await client.clock('2024-05-01T00:00:00Z')
  await ok(client, 'POST', '/taxes', {
    tax: { name: 'VAT', code: 'vat', rate: 20, applied_to_organization: true },
  })
  const metric = { name: 'Calls', code: 'calls', aggregation_type: 'sum_agg', field_name: 'n' }
  const { billable_metric: made } = await ok(client, 'POST', '/billable_metrics', { billable_metric: metric })
  await ok(client, 'POST', '/add_ons', {
    add_on: { name: 'Support', code: 'support', amount_cents: 500, amount_currency: 'EUR' },
  })
  const ranges = [
    { from_value: 0, to_value: 10, per_unit_amount: '5', flat_amount: '200' },
    { from_value: 11, to_value: null, per_unit_amount: '1', flat_amount: '300' },
  ]
  await ok(client, 'POST', '/plans', {
    plan: {
      name: 'Pro',
      code: 'pro',
      interval: 'monthly',
      amount_cents: 3100,
      amount_currency: 'EUR',
      pay_in_advance: false,
      minimum_commitment: { amount_cents: 100_000 },
      charges: [
        {
          billable_metric_id: made.lago_id,
          charge_model: 'graduated',
          properties: { graduated_ranges: ranges },
        },
        {
          billable_metric_id: made.lago_id,
          charge_model: 'standard',
          invoice_display_name: 'Plain calls',
          properties: { amount: '0.5' },
          min_amount_cents: 5000,
        },
      ],
      fixed_charges: [
        { add_on_code: 'support', charge_model: 'standard', units: 3, properties: { amount: '7' } },
      ],
    },
  })
  await ok(client, 'POST', '/customers', {
    customer: {
      external_id: 'c',
      name: 'Lyon Data',
      currency: 'EUR',
      city: 'Lyon',
      country: 'FR',
      billing_configuration: { document_locale: 'fr' },
      metadata: [{ key: 'Cost centre', value: '4711', display_in_invoice: true }],
    },
  })
  await ok(client, 'POST', '/coupons', {
    coupon: {
      name: 'Launch',
      code: 'launch',
      coupon_type: 'percentage',
      percentage_rate: '10',
      frequency: 'forever',
      expiration: 'no_expiration',
    },
  })
  await ok(client, 'POST', '/applied_coupons', {
    applied_coupon: { external_customer_id: 'c', coupon_code: 'launch' },
  })
  await ok(client, 'POST', '/subscriptions', {
    subscription: { external_customer_id: 'c', plan_code: 'pro', external_id: 's' },
  })
  await send(client, {
    transaction_id: 't',
    code: 'calls',
    timestamp: Date.parse('2024-05-01T00:00:00Z') / 1000,
    properties: { n: 25 },
  })
  return client
}

/** Has the billing entity print a custom section on its invoices. */
async function select(client: Client, code: string): Promise<void> {
  await ok(client, 'POST', '/invoice_custom_sections', {
    invoice_custom_section: {
      code,
      name: 'Terms',
      display_name: 'Shown terms',
      details: 'Pay soon.\nPlease.',
    },
  })
  const { billing_entities: list } = await ok(client, 'GET', '/billing_entities')
  await ok(client, 'PUT', `/billing_entities/${list[0].code}`, {
    billing_entity: { invoice_custom_section_codes: [code] },
  })
}

const pdf = { accept: 'application/pdf' }
const preview = (client: Client, headers = pdf, body: object = {}) =>
  harness.app.inject({
    method: 'POST',
    url: '/api/v1/invoices/preview',
    headers: { authorization: `Bearer ${client.apiKey}`, ...headers },
    payload: {
      customer: { external_id: 'c' },
      subscriptions: { external_ids: ['s'] },
      ...body,
    },
  })

/** What only e-invoices need, which previews are none of. */
const OF_E_INVOICES = ['groupKeys', 'code', 'reductionCents', 'preciseCents']

/** A model without what only a made invoice has: its number, its mark, the ids of its fees and e-invoice data. */
function comparable({ number: _, mark: __, dueOn: ___, fees, taxes, coupons, ...rest }: FrozenInvoice) {
  const byId = new Map(fees.map((fee) => [fee.id, `${fee.type} ${fee.name} ${fee.amountCents}`]))
  const plainTax = ({ code, name, rate }: FrozenTax) => ({ code, name, rate })
  const plain = fees.map(({ id, trueUpParentId, ...fee }) => ({
    ...Object.fromEntries(Object.entries(fee).filter(([key]) => !OF_E_INVOICES.includes(key))),
    taxes: fee.taxes.map(plainTax),
    key: byId.get(id),
    parent: byId.get(trueUpParentId ?? '') ?? null,
  }))
  return {
    ...rest,
    coupons: coupons.map((each) => ({ ...each, percentage: Number(each.percentage) })),
    taxes: taxes.map((tax) => ({
      ...plainTax(tax),
      amountCents: tax.amountCents,
      baseCents: Number(tax.baseCents),
    })),
    fees: plain.sort((a, b) => String(a.key).localeCompare(String(b.key))),
  }
}

describe('a preview', () => {
  it('200: is a PDF where that is asked for, marked as one, and says what the bill will say', async () => {
    const client = await subscribed()
    await select(client, 'terms')
    const answer = await preview(client)
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'application/pdf'])
    expect(answer.rawPayload.subarray(0, 8).toString()).toBe('%PDF-1.7')
    const shown = orders.at(-1)?.frozen as FrozenInvoice
    expect(shown).toMatchObject({ mark: 'preview', locale: 'fr', number: '' })
    expect(shown.sections).toEqual([{ code: 'terms', name: 'Shown terms', details: 'Pay soon.\nPlease.' }])
    expect(shown.fees.map(({ type }) => type).sort()).toEqual([
      'charge',
      'charge',
      'charge',
      'commitment',
      'fixed_charge',
      'subscription',
    ])
    await client.clock('2024-06-01T00:00:00Z')
    const { invoices } = await ok(client, 'GET', '/invoices')
    const [made] = await harness.context.database.system
      .selectFrom('documents')
      .select('model')
      .where('invoiceId', '=', invoices[0].lago_id)
      .execute()
    expect(comparable(shown)).toEqual(comparable(made?.model as FrozenInvoice))
  })

  it('200: prints no custom sections for a customer that skips them', async () => {
    const client = await subscribed()
    await select(client, 'terms')
    await ok(client, 'POST', '/customers', {
      customer: { external_id: 'c', skip_invoice_custom_sections: true },
    })
    await preview(client)
    expect(orders.at(-1)?.frozen).toMatchObject({ sections: [] })
  })

  it('200: is JSON otherwise, and writes nothing either way', async () => {
    const client = await subscribed()
    for (const headers of [{ accept: 'application/json' }, { accept: '*/*' }, {}] as const) {
      const answer = await preview(client, headers as typeof pdf)
      expect([answer.statusCode, JSON.parse(answer.body).invoice.currency]).toEqual([200, 'EUR'])
    }
    await preview(client)
    expect((await ok(client, 'GET', '/invoices')).invoices).toEqual([])
  })

  it('200: is addressed to somebody who is no customer yet', async () => {
    const client = await subscribed()
    const customer = { name: 'Nice Data', city: 'Nice', country: 'FR', currency: 'EUR' }
    await select(client, 'terms')
    const answer = await preview(client, pdf, { customer, subscriptions: undefined, plan_code: 'pro' })
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'application/pdf'])
    expect(orders.at(-1)?.frozen).toMatchObject({
      sections: [{ code: 'terms', name: 'Shown terms' }],
      locale: 'en',
      buyer: { name: 'Nice Data', address: { city: 'Nice', country: 'FR' } },
    })
  })

  it('404: is refused as it is as JSON', async () => {
    const client = await subscribed()
    const answer = await preview(client, pdf, { customer: { external_id: 'nobody' } })
    expect([answer.statusCode, JSON.parse(answer.body).code]).toEqual([404, 'customer_not_found'])
  })
})

describe('a draft', () => {
  it('document case 24: 200, is shown as a PDF with its mark, and stores none', async () => {
    const client = await subscribed()
    await ok(client, 'POST', '/customers', {
      customer: { external_id: 'c', billing_configuration: { invoice_grace_period: 3 } },
    })
    await client.clock('2024-06-01T00:00:00Z')
    const { invoices } = await ok(client, 'GET', '/invoices?status=draft')
    const id: string = invoices[0].lago_id
    const answer = await harness.app.inject({
      url: `/api/weir/v1/invoices/${id}/draft_pdf`,
      headers: { authorization: `Bearer ${client.apiKey}` },
    })
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'application/pdf'])
    expect(orders.at(-1)?.frozen).toMatchObject({ mark: 'draft', locale: 'fr', fees: expect.any(Array) })
    const stored = harness.context.database.system.selectFrom('documents').select('id')
    expect(await stored.where('invoiceId', '=', id).execute()).toEqual([])
    const download = await client.call('POST', `/invoices/${id}/download_pdf`)
    expect([download.status, download.body.code]).toEqual([404, 'invoice_not_found'])
    await client.clock('2024-06-05T00:00:00Z')
    const final = await client.call('GET', `/api/weir/v1/invoices/${id}/draft_pdf`)
    expect([final.status, final.body.code]).toEqual([404, 'invoice_not_found'])
  })
})
