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

/** A sandbox with a final invoice of 12.00 with taxes, made on 1 February 2024 and to be paid within 10 days; its id. */
async function invoiced(customer: object = {}): Promise<{ client: Client; id: string }> {
  const client = await harness.organization()
  await client.clock('2024-01-01T00:00:00Z')
  await ok(client, 'POST', '/taxes', {
    tax: { name: 'VAT', code: 'vat', rate: 20, applied_to_organization: true },
  })
  const plan = { amount_cents: 1000 }
  await subscribe(client, { metrics: [], charges: [], plan, customer: { net_payment_term: 10, ...customer } })
  await client.clock('2024-02-01T00:10:00Z')
  const { invoices } = await ok(client, 'GET', '/invoices')
  return { client, id: invoices[0].lago_id }
}

const codeOf = async (client: Client, method: string, path: string, body?: object) => {
  const { status, body: said } = await client.call(method, path, body)
  return [status, status === 422 ? said.error_details : (said?.code ?? null)]
}

describe('POST /invoices/:id/void', () => {
  it('200: a final invoice keeps its figures, and nothing of it is due any more', async () => {
    const { client, id } = await invoiced()
    const endpoint = await listen(client)
    const before = (await ok(client, 'GET', `/invoices/${id}`)).invoice
    const { invoice } = await ok(client, 'POST', `/invoices/${id}/void`)
    expect(invoice).toEqual({
      ...before,
      status: 'voided',
      voided_at: '2024-02-01T00:10:00Z',
      updated_at: '2024-02-01T00:10:00Z',
      total_due_amount_cents: 0,
    })
    expect(before.total_due_amount_cents).toBe(1200)
    const told = await receivedBy(client, endpoint, 'invoice.voided')
    expect(told).toHaveLength(1)
    expect(told[0]?.invoice).toEqual(invoice)
  })

  it('200: an overdue invoice is not overdue any more, and a voided one never becomes so', async () => {
    const early = await invoiced()
    await ok(early.client, 'POST', `/invoices/${early.id}/void`, {})
    const late = await invoiced()
    await late.client.clock('2024-02-20T00:00:00Z')
    expect((await ok(late.client, 'GET', `/invoices/${late.id}`)).invoice.payment_overdue).toBe(true)
    await ok(late.client, 'POST', `/invoices/${late.id}/void`, {})
    for (const { client, id } of [early, late]) {
      await client.clock('2024-02-25T00:00:00Z')
      expect((await ok(client, 'GET', `/invoices/${id}`)).invoice.payment_overdue).toBe(false)
    }
  })

  it('200: a paid invoice stays paid, and its period stays billed', async () => {
    const { client, id } = await invoiced()
    await ok(client, 'PUT', `/invoices/${id}`, { invoice: { payment_status: 'succeeded' } })
    const { invoice } = await ok(client, 'POST', `/invoices/${id}/void`, {})
    expect([invoice.payment_status, invoice.status]).toEqual(['succeeded', 'voided'])
    await client.clock('2024-03-01T00:10:00Z')
    const { invoices } = await ok(client, 'GET', '/invoices')
    const listed = invoices.map((one: Record<string, unknown>) => [one.status, one.number])
    const prefix = String(invoice.number).slice(0, -3)
    expect(listed).toEqual([
      ['finalized', `${prefix}002`],
      ['voided', `${prefix}001`],
    ])
  })

  it('405 not_voidable: a draft, a voided invoice and one whose dispute is lost', async () => {
    const { client, id } = await invoiced()
    await ok(client, 'POST', `/invoices/${id}/void`)
    expect(await codeOf(client, 'POST', `/invoices/${id}/void`)).toEqual([405, 'not_voidable'])
    const draft = await invoiced({ billing_configuration: { invoice_grace_period: 3 } })
    expect(await codeOf(draft.client, 'POST', `/invoices/${draft.id}/void`)).toEqual([405, 'not_voidable'])
    const lost = await invoiced()
    await ok(lost.client, 'POST', `/invoices/${lost.id}/lose_dispute`)
    expect(await codeOf(lost.client, 'POST', `/invoices/${lost.id}/void`)).toEqual([405, 'not_voidable'])
  })

  it('422: too much to give back; nothing changes', async () => {
    const { client, id } = await invoiced()
    const over = { credit_refund_amount: ['total_amount_exceeds_invoice_amount'] }
    const path = `/invoices/${id}/void`
    const give = (amounts: object) => codeOf(client, 'POST', path, { generate_credit_note: true, ...amounts })
    expect(await give({ credit_amount: 1201, refund_amount: 0 })).toEqual([422, over])
    expect(await give({ credit_amount: 0, refund_amount: 1 })).toEqual([422, over])
    expect((await ok(client, 'GET', `/invoices/${id}`)).invoice.status).toBe('finalized')
  })

  it('404: an id that nobody has, and one that is none', async () => {
    const { client } = await invoiced()
    for (const id of ['00000000-0000-4000-8000-000000000000', 'nonsense']) {
      for (const verb of ['void', 'lose_dispute', 'retry', 'retry_payment']) {
        expect(await codeOf(client, 'POST', `/invoices/${id}/${verb}`)).toEqual([404, 'invoice_not_found'])
      }
    }
  })

  it('a voided invoice is neither changed, finalized, refreshed nor deleted', async () => {
    const { client, id } = await invoiced()
    const voided = await ok(client, 'POST', `/invoices/${id}/void`)
    const paid = { invoice: { payment_status: 'succeeded' } }
    expect(await codeOf(client, 'PUT', `/invoices/${id}`, paid)).toEqual([405, 'update_on_voided_invoice'])
    expect(await codeOf(client, 'PUT', `/invoices/${id}/finalize`)).toEqual([404, 'invoice_not_found'])
    expect(await codeOf(client, 'DELETE', `/invoices/${id}`)).toEqual([405, 'not_deletable'])
    expect(await ok(client, 'PUT', `/invoices/${id}/refresh`)).toEqual(voided)
  })

  it('of a progressive invoice: the period’s bill charges its usage', async () => {
    const client = await harness.organization()
    await client.clock('2024-01-01T00:00:00Z')
    await subscribe(client, {
      metrics: [{ code: 'gb', aggregation_type: 'sum_agg', field_name: 'n' }],
      charges: [{ metric: 'gb', properties: { amount: '1' } }],
      plan: { usage_thresholds: [{ amount_cents: 1000 }] },
    })
    await send(client, { code: 'gb', transaction_id: 'a', properties: { n: 12 } })
    await client.clock('2024-01-02T00:00:00Z')
    const progressive = (await ok(client, 'GET', '/invoices?invoice_type=progressive_billing')).invoices
    expect(progressive).toHaveLength(1)
    await ok(client, 'POST', `/invoices/${progressive[0].lago_id}/void`)
    await client.clock('2024-02-01T00:10:00Z')
    const [bill] = (await ok(client, 'GET', '/invoices?invoice_type=subscription')).invoices
    expect(bill.progressive_billing_credit_amount_cents).toBe(0)
    expect(bill.total_amount_cents).toBe(1200)
  })

  it('50 at once void it once', async () => {
    const { client, id } = await invoiced()
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => client.call('POST', `/invoices/${id}/void`)),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 405)).toHaveLength(49)
  })
})

describe('POST /invoices/:id/lose_dispute', () => {
  it('200: it is overdue no more, and asking again changes nothing', async () => {
    const { client, id } = await invoiced()
    const endpoint = await listen(client)
    await client.clock('2024-02-20T00:00:00Z')
    const { invoice } = await ok(client, 'POST', `/invoices/${id}/lose_dispute`)
    expect(invoice).toMatchObject({ payment_dispute_lost_at: '2024-02-20T00:00:00Z', payment_overdue: false })
    await client.clock('2024-02-21T00:00:00Z')
    expect((await ok(client, 'POST', `/invoices/${id}/lose_dispute`)).invoice).toEqual(invoice)
    const told = await receivedBy(client, endpoint, 'invoice.payment_dispute_lost')
    expect(told).toHaveLength(1)
    expect(told[0]).toMatchObject({
      object_type: 'payment_dispute_lost',
      payment_dispute_lost: {
        invoice: { lago_id: id, customer: { external_id: 'c' } },
        provider_error: null,
      },
    })
  })

  it('200: of a voided invoice; 405 not_disputable: a draft', async () => {
    const { client, id } = await invoiced()
    await ok(client, 'POST', `/invoices/${id}/void`)
    const { invoice } = await ok(client, 'POST', `/invoices/${id}/lose_dispute`)
    expect([invoice.status, invoice.payment_dispute_lost_at]).toEqual(['voided', '2024-02-01T00:10:00Z'])
    const draft = await invoiced({ billing_configuration: { invoice_grace_period: 3 } })
    const path = `/invoices/${draft.id}/lose_dispute`
    expect(await codeOf(draft.client, 'POST', path)).toEqual([405, 'not_disputable'])
  })
})

describe('POST /invoices/:id/retry and retry_payment', () => {
  it('405 invalid_status: retry of an invoice that did not fail', async () => {
    const { client, id } = await invoiced()
    expect(await codeOf(client, 'POST', `/invoices/${id}/retry`)).toEqual([405, 'invalid_status'])
  })

  it('200 without a body: there is no provider to pay, which is announced', async () => {
    const { client, id } = await invoiced()
    const endpoint = await listen(client)
    const answer = await client.call('POST', `/invoices/${id}/retry_payment`)
    expect([answer.status, answer.body]).toEqual([200, null])
    const told = await receivedBy(client, endpoint, 'invoice.payment_failure')
    expect(told.map((each) => each.payment_provider_invoice_payment_error)).toMatchObject([
      {
        lago_invoice_id: id,
        external_customer_id: 'c',
        payment_provider: null,
        error_details: { code: 'customer_must_have_payment_provider' },
      },
    ])
  })

  it('405 invalid_status: retry_payment of a paid, a voided and a draft invoice', async () => {
    const paid = await invoiced()
    await ok(paid.client, 'PUT', `/invoices/${paid.id}`, { invoice: { payment_status: 'succeeded' } })
    const voided = await invoiced()
    await ok(voided.client, 'POST', `/invoices/${voided.id}/void`)
    const draft = await invoiced({ billing_configuration: { invoice_grace_period: 3 } })
    for (const { client, id } of [paid, voided, draft]) {
      expect(await codeOf(client, 'POST', `/invoices/${id}/retry_payment`)).toEqual([405, 'invalid_status'])
    }
  })
})
