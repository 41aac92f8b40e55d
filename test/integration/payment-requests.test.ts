import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listen, receivedBy } from '../support/announcements.ts'
import { ok } from '../support/billing-fixtures.ts'
import { type Answer, type Client, type Harness, startHarness } from '../support/harness.ts'
import { addCustomer, issue, pay, sell } from '../support/payment-fixtures.ts'

let harness: Harness

beforeAll(async () => {
  harness = await startHarness()
})
afterAll(() => harness?.close())

const UNKNOWN = '00000000-0000-4000-8000-000000000000'

/** Two overdue invoices of `acme`, of 14900 and 600 cents. */
async function overdue(): Promise<{ client: Client; ids: [string, string] }> {
  const client = await harness.organization()
  await sell(client)
  await addCustomer(client, 'acme')
  const ids: [string, string] = [await issue(client, 'acme', 14_900), await issue(client, 'acme', 600)]
  await client.clock('2025-01-10T12:00:00Z')
  return { client, ids }
}

const ask = (client: Client, lago_invoice_ids: unknown, others: object = {}) =>
  client.call('POST', '/payment_requests', {
    payment_request: { external_customer_id: 'acme', lago_invoice_ids, ...others },
  })

/** A call of a route below /api/weir/v1. */
async function own(client: Client, method: string, path: string, body?: unknown): Promise<Answer> {
  const answer = await harness.app.inject({
    method: method as 'PUT',
    url: `/api/weir/v1${path}`,
    headers: { authorization: `Bearer ${client.apiKey}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  })
  return { status: answer.statusCode, body: answer.json(), headers: answer.headers }
}

const end = (client: Client, id: string, payment_request: object) =>
  own(client, 'PUT', `/payment_requests/${id}`, { payment_request })

const invoiceOf = async (client: Client, id: string) => (await ok(client, 'GET', `/invoices/${id}`)).invoice

describe('a payment request', () => {
  it('200: asks for what is due of overdue invoices', async () => {
    const { client, ids } = await overdue()
    const endpoint = await listen(client)
    await pay(client, ids[0], 4900)
    const made = await ask(client, [...ids, UNKNOWN, 'x'])
    expect(made.status).toBe(200)
    const { payment_request: request } = made.body
    expect(request).toMatchObject({
      amount_cents: 10_600,
      amount_currency: 'EUR',
      email: 'acme@example.com',
      payment_status: 'pending',
      created_at: '2025-01-10T12:00:00Z',
      customer: { external_id: 'acme' },
    })
    expect(request.invoices.map((one: { lago_id: string }) => one.lago_id)).toEqual(ids)
    const [told] = await receivedBy(client, endpoint, 'payment_request.created')
    expect(told).toMatchObject({ object_type: 'payment_request', payment_request: request })
    expect((await ok(client, 'GET', `/payment_requests/${request.lago_id}`)).payment_request).toEqual(request)
    const other = await ask(client, [ids[1]], { email: 'ap@acme.test' })
    expect(other.body.payment_request.email).toBe('ap@acme.test')
  })

  it('405: for what cannot be asked for at once', async () => {
    const { client, ids } = await overdue()
    const refused = async (answer: Promise<Answer>, code: string) => {
      const { status, body } = await answer
      expect([status, body.code]).toEqual([405, code])
    }
    const fresh = await issue(client, 'acme', 100)
    await refused(ask(client, [...ids, fresh]), 'invoices_not_overdue')
    const entity = { code: 'b', name: 'B' }
    await ok(client, 'POST', '/billing_entities', { billing_entity: entity })
    const elsewhere = await issue(client, 'acme', 100, { billing_entity_code: 'b' })
    const dollars = await issue(client, 'acme', 100, { currency: 'USD' })
    await client.clock('2025-01-20T12:00:00Z')
    await refused(ask(client, [...ids, elsewhere, dollars]), 'invoices_have_different_currencies')
    await refused(ask(client, [...ids, elsewhere]), 'invoices_have_different_billing_entities')
  })

  it('404: for an unknown customer, and for invoices of somebody else', async () => {
    const { client, ids } = await overdue()
    await addCustomer(client, 'other')
    const refused = async (answer: Promise<Answer>, code: string) => {
      const { status, body } = await answer
      expect([status, body.code]).toEqual([404, code])
    }
    await refused(ask(client, ids, { external_customer_id: 'ghost' }), 'customer_not_found')
    await refused(ask(client, ids, { external_customer_id: 'other' }), 'invoice_not_found')
    await refused(ask(client, []), 'invoice_not_found')
    await refused(client.call('GET', `/payment_requests/${UNKNOWN}`), 'payment_request_not_found')
    await refused(client.call('GET', '/customers/ghost/payment_requests'), 'customer_not_found')
    const stranger = await harness.organization()
    const { payment_request: request } = (await ask(client, ids)).body
    await refused(stranger.call('GET', `/payment_requests/${request.lago_id}`), 'payment_request_not_found')
    await refused(end(stranger, request.lago_id, { payment_status: 'failed' }), 'payment_request_not_found')
  })

  it('200: is listed by customer, status, currency and billing entity', async () => {
    const { client, ids } = await overdue()
    await ask(client, ids)
    const count = async (path: string) => (await ok(client, 'GET', path)).meta.total_count
    expect(await count('/payment_requests?external_customer_id=acme')).toBe(1)
    expect(await count('/payment_requests?external_customer_id=ghost')).toBe(0)
    expect(await count('/customers/acme/payment_requests?payment_status=pending')).toBe(1)
    expect(await count('/payment_requests?payment_status=failed')).toBe(0)
    expect(await count('/payment_requests?currency=USD')).toBe(0)
    const { billing_entities: entities } = await ok(client, 'GET', '/billing_entities')
    expect(await count(`/payment_requests?billing_entity_codes[]=${entities[0].code}`)).toBe(1)
    expect((await client.call('GET', '/payment_requests?payment_status=paid')).status).toBe(422)
  })
})

describe('the end of a payment request', () => {
  it('200: one payment settles all invoices', async () => {
    const { client, ids } = await overdue()
    const endpoint = await listen(client)
    const { payment_request: request } = (await ask(client, ids)).body
    await pay(client, ids[0], 900)
    const paid = await end(client, request.lago_id, { payment_status: 'succeeded', reference: 'wire' })
    expect(paid.status).toBe(200)
    expect(paid.body.payment_request.payment_status).toBe('succeeded')
    for (const id of ids) {
      expect(await invoiceOf(client, id)).toMatchObject({
        payment_status: 'succeeded',
        payment_overdue: false,
        total_due_amount_cents: 0,
      })
    }
    const { payments } = await ok(client, 'GET', `/payments?invoice_id=${ids[1]}`)
    expect(payments).toHaveLength(1)
    expect(payments[0]).toMatchObject({
      payable_type: 'PaymentRequest',
      lago_payable_id: request.lago_id,
      amount_cents: 14_600,
      invoice_ids: ids,
      reference: 'wire',
    })
    expect(await receivedBy(client, endpoint, 'payment_request.payment_status_updated')).toHaveLength(1)
    expect(await receivedBy(client, endpoint, 'invoice.payment_status_updated')).toHaveLength(2)
    expect((await ok(client, 'GET', `/payment_receipts?invoice_id=${ids[1]}`)).meta.total_count).toBe(1)
    const again = await end(client, request.lago_id, { payment_status: 'succeeded', reference: 'wire' })
    expect([again.status, again.body.code]).toEqual([405, 'invalid_status'])
    expect((await ok(client, 'GET', '/payments')).meta.total_count).toBe(2)
  })

  it('200: a failure marks what is not paid, and can still succeed', async () => {
    const { client, ids } = await overdue()
    const { payment_request: request } = (await ask(client, ids)).body
    await pay(client, ids[1], 600)
    expect((await end(client, request.lago_id, { payment_status: 'failed' })).status).toBe(200)
    expect((await invoiceOf(client, ids[0])).payment_status).toBe('failed')
    expect((await invoiceOf(client, ids[1])).payment_status).toBe('succeeded')
    const paid = await end(client, request.lago_id, { payment_status: 'succeeded', reference: 'wire' })
    expect(paid.body.payment_request.payment_status).toBe('succeeded')
    expect(await invoiceOf(client, ids[0])).toMatchObject({ payment_status: 'succeeded' })
  })

  it('422: needs a status and, for a payment, a reference', async () => {
    const { client, ids } = await overdue()
    const { payment_request: request } = (await ask(client, ids)).body
    for (const [body, details] of [
      [{ payment_status: 'pending' }, { payment_status: ['value_is_invalid'] }],
      [{ payment_status: 'succeeded' }, { reference: ['value_is_mandatory'] }],
      [{ payment_status: 'succeeded', reference: 'r', paid_at: 'x' }, { paid_at: ['invalid_date'] }],
    ] as const) {
      const answer = await end(client, request.lago_id, body)
      expect([answer.status, answer.body.error_details]).toEqual([422, details])
    }
    expect((await ok(client, 'GET', `/payment_requests/${request.lago_id}`)).payment_request).toEqual(request)
  })

  it('pays once, however many say so at the same time, and whatever is paid beside', async () => {
    const { client, ids } = await overdue()
    const { payment_request: request } = (await ask(client, ids)).body
    const answers = await Promise.all([
      ...Array.from({ length: 4 }, () =>
        end(client, request.lago_id, { payment_status: 'succeeded', reference: 'wire' }),
      ),
      ...Array.from({ length: 4 }, () => pay(client, ids[1], 200)),
    ])
    expect(answers.filter(({ status }) => status >= 500)).toEqual([])
    expect(answers.slice(0, 4).filter(({ status }) => status === 200)).toHaveLength(1)
    for (const [id, total] of [
      [ids[0], 14_900],
      [ids[1], 600],
    ] as const) {
      expect(await invoiceOf(client, id)).toMatchObject({
        payment_status: 'succeeded',
        total_paid_amount_cents: total,
      })
    }
    const { payments } = await ok(client, 'GET', '/payments')
    const sum = payments.reduce((all: number, one: { amount_cents: number }) => all + one.amount_cents, 0)
    expect(sum).toBe(15_500)
  })
})
