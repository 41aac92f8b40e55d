import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../src/store/ids.ts'
import { listen, receivedBy } from '../support/announcements.ts'
import { ok } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'
import { addCustomer, issue, pay, sell } from '../support/payment-fixtures.ts'

let harness: Harness

beforeAll(async () => {
  harness = await startHarness({ poolMax: 20 })
})
afterAll(() => harness?.close())

async function selling(customer: object = {}): Promise<Client> {
  const client = await harness.organization()
  await sell(client)
  await addCustomer(client, 'acme', customer)
  return client
}

const invoiceOf = async (client: Client, id: string) => (await ok(client, 'GET', `/invoices/${id}`)).invoice

describe('a manual payment', () => {
  it('200: in two parts, of which the second settles the invoice', async () => {
    const client = await selling()
    const endpoint = await listen(client)
    const id = await issue(client, 'acme', 1000)
    const first = await pay(client, id, 400, { paid_at: '2024-12-24T08:00:00Z' })
    expect(first.status).toBe(200)
    const { number } = await invoiceOf(client, id)
    expect(first.body.payment).toMatchObject({
      external_customer_id: 'acme',
      invoice_ids: [id],
      invoice_numbers: [number],
      lago_payable_id: id,
      payable_type: 'Invoice',
      amount_cents: 400,
      amount_currency: 'EUR',
      status: 'succeeded',
      payment_status: 'succeeded',
      type: 'manual',
      reference: 'bank',
      payment_provider_code: null,
      next_action: {},
      created_at: '2024-12-24T08:00:00Z',
    })
    expect(await invoiceOf(client, id)).toMatchObject({
      payment_status: 'pending',
      total_paid_amount_cents: 400,
      total_due_amount_cents: 600,
    })
    expect(await receivedBy(client, endpoint, 'invoice.payment_status_updated')).toEqual([])
    expect((await pay(client, id, 600)).status).toBe(200)
    const paid = await invoiceOf(client, id)
    expect(paid).toMatchObject({
      payment_status: 'succeeded',
      total_paid_amount_cents: 1000,
      total_due_amount_cents: 0,
    })
    expect(paid.fees[0]).toMatchObject({ payment_status: 'succeeded', succeeded_at: '2025-01-01T10:00:00Z' })
    const [told, ...more] = await receivedBy(client, endpoint, 'invoice.payment_status_updated')
    expect(more).toEqual([])
    expect(told.invoice).toMatchObject({ lago_id: id, payment_status: 'succeeded' })
  })

  it('200: settles what was stated as paid before', async () => {
    const client = await selling()
    const id = await issue(client, 'acme', 1000)
    await ok(client, 'PUT', `/invoices/${id}`, { invoice: { payment_status: 'succeeded' } })
    expect(await invoiceOf(client, id)).toMatchObject({
      total_paid_amount_cents: 0,
      total_due_amount_cents: 1000,
    })
    expect((await pay(client, id, 1000)).status).toBe(200)
    expect(await invoiceOf(client, id)).toMatchObject({
      payment_status: 'succeeded',
      total_paid_amount_cents: 1000,
      total_due_amount_cents: 0,
    })
  })

  it('200: ends what was overdue', async () => {
    const client = await selling()
    const id = await issue(client, 'acme', 1000)
    await client.clock('2025-01-04T01:00:00Z')
    expect((await invoiceOf(client, id)).payment_overdue).toBe(true)
    await pay(client, id, 999)
    expect((await invoiceOf(client, id)).payment_overdue).toBe(true)
    await pay(client, id, 1)
    expect((await invoiceOf(client, id)).payment_overdue).toBe(false)
    await client.clock('2025-02-04T01:00:00Z')
    expect((await invoiceOf(client, id)).payment_overdue).toBe(false)
  })

  it('422: names what is wrong, and changes nothing', async () => {
    const client = await selling()
    const id = await issue(client, 'acme', 1000)
    const refused = async (payment: object, details: object) => {
      const answer = await client.call('POST', '/payments', { payment })
      expect(answer.status).toBe(422)
      expect(answer.body).toMatchObject({ code: 'validation_errors' })
      expect(answer.body.error_details).toEqual(details)
    }
    await refused({ amount_cents: 1, reference: 'r' }, { invoice_id: ['value_is_mandatory'] })
    await refused(
      { invoice_id: id, amount_cents: '400', reference: 'r' },
      { amount_cents: ['invalid_value'] },
    )
    await refused({ invoice_id: id, amount_cents: 0, reference: 'r' }, { amount_cents: ['invalid_value'] })
    await refused({ invoice_id: id, amount_cents: 1 }, { reference: ['value_is_mandatory'] })
    const long = 'x'.repeat(41)
    await refused({ invoice_id: id, amount_cents: 1, reference: long }, { reference: ['value_is_too_long'] })
    await refused({ invoice_id: id, amount_cents: 1, paid_at: 'soon' }, { paid_at: ['invalid_date'] })
    const tooMuch = { amount_cents: ['value_is_out_of_range'] }
    await refused({ invoice_id: id, amount_cents: 1001, reference: 'r' }, tooMuch)
    await pay(client, id, 400)
    await refused({ invoice_id: id, amount_cents: 700, reference: 'r' }, tooMuch)
    expect(await invoiceOf(client, id)).toMatchObject({ total_paid_amount_cents: 400 })
    expect((await ok(client, 'GET', '/payments')).meta.total_count).toBe(1)
  })

  it('404: for an invoice that is unknown or of another organization', async () => {
    const client = await selling()
    const id = await issue(client, 'acme', 1000)
    for (const unknown of ['x', '00000000-0000-4000-8000-000000000000']) {
      const answer = await pay(client, unknown, 1)
      expect(answer.status).toBe(404)
      expect(answer.body.code).toBe('invoice_not_found')
    }
    const stranger = await harness.organization()
    expect((await pay(stranger, id, 1)).status).toBe(404)
  })

  it('403: for a draft and for a voided invoice', async () => {
    const client = await selling()
    const id = await issue(client, 'acme', 1000)
    await ok(client, 'POST', `/invoices/${id}/void`, {})
    const answer = await pay(client, id, 1)
    expect(answer.status).toBe(403)
    expect(answer.body.code).toBe('feature_unavailable')
  })

  it('pays an invoice once, however many ask at the same time', async () => {
    const client = await selling()
    const id = await issue(client, 'acme', 1000)
    const answers = await Promise.all(Array.from({ length: 50 }, () => pay(client, id, 30)))
    const statuses = answers.map(({ status }) => status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(33)
    expect(statuses.filter((status) => status === 422)).toHaveLength(17)
    expect(await invoiceOf(client, id)).toMatchObject({
      total_paid_amount_cents: 990,
      total_due_amount_cents: 10,
      payment_status: 'pending',
    })
    const { payments, meta } = await ok(client, 'GET', `/payments?invoice_id=${id}`)
    expect(meta.total_count).toBe(33)
    expect(payments.every((one: { amount_cents: number }) => one.amount_cents === 30)).toBe(true)
    const { payment_receipts: receipts } = await ok(client, 'GET', `/payment_receipts?invoice_id=${id}`)
    const numbers = receipts.map((one: { number: string }) => Number(one.number.split('-RCPT-')[1]))
    expect(numbers.sort((a: number, b: number) => a - b)).toEqual(Array.from({ length: 33 }, (_, n) => n + 1))
  })
})

describe('the schema', () => {
  it('refuses more than the total, whoever writes it', async () => {
    const client = await selling()
    const id = await issue(client, 'acme', 1000)
    const customer = (await ok(client, 'GET', '/customers/acme')).customer.lago_id
    const clients = [new pg.Client(harness.databaseUrl), new pg.Client(harness.databaseUrl)]
    await Promise.all(clients.map((each) => each.connect()))
    const write = async (each: pg.Client) => {
      const paymentId = newId()
      await each.query('begin')
      await each.query(
        `insert into payments (organization_id, id, customer_id, invoice_id, payment_type, status, payment_status,
          amount_cents, amount_currency, reference, paid_at, created_at, updated_at)
        values ($1, $2, $3, $4, 'manual', 'succeeded', 'succeeded', 600, 'EUR', 'r', now(), now(), now())`,
        [client.organizationId, paymentId, customer, id],
      )
      await each.query(
        `insert into invoice_payments (organization_id, id, invoice_id, kind, status, amount_cents, payment_id,
          paid_at, created_at)
        values ($1, $2, $3, 'payment', 'succeeded', 600, $4, now(), now())`,
        [client.organizationId, newId(), id, paymentId],
      )
      await each.query('commit')
    }
    const ends = await Promise.allSettled(clients.map(write))
    await Promise.all(clients.map((each) => each.end()))
    const failures = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []))
    expect(failures.map(({ code, constraint }) => [code, constraint])).toEqual([
      ['23514', 'no_more_than_the_total_is_paid'],
    ])
    expect(await invoiceOf(client, id)).toMatchObject({ total_paid_amount_cents: 600 })
  })
})

describe('the schema, of payments and ledgers together,', () => {
  it('refuses a payment that is in no ledger, or only in part', async () => {
    const client = await selling()
    const id = await issue(client, 'acme', 1000)
    const { payment } = (await pay(client, id, 400)).body
    const owner = new pg.Client(harness.databaseUrl)
    await owner.connect()
    const attempt = (statement: string, values: unknown[]) =>
      owner.query(statement, values).then(
        () => null,
        ({ constraint }) => constraint,
      )
    const where = 'where organization_id = $1 and id = $2'
    const own = [client.organizationId, payment.lago_id]
    expect(await attempt(`update payments set amount_cents = 401 ${where}`, own)).toBe('payments_are_entered')
    const entry = `insert into invoice_payments (organization_id, id, invoice_id, kind, status, amount_cents,
      payment_id, paid_at, created_at)
      select organization_id, gen_random_uuid(), $3, 'payment', 'succeeded', 1, id, now(), now() from payments ${where}`
    const other = await issue(client, 'acme', 1000)
    expect(await attempt(entry, [...own, other])).toBe('payments_are_entered')
    const copy = `insert into payments
      select (jsonb_populate_record(p, '{"id": "00000000-0000-7000-8000-000000000001"}')).* from payments p ${where}`
    expect(await attempt(copy, own)).toBe('payments_are_entered')
    await owner.end()
    expect(await invoiceOf(client, other)).toMatchObject({ total_paid_amount_cents: 0 })
  })
})

describe('payments', () => {
  it('200: are listed by invoice and customer, and shown', async () => {
    const client = await selling()
    await addCustomer(client, 'other')
    const id = await issue(client, 'acme', 1000)
    const { payment } = (await pay(client, id, 400)).body
    await pay(client, await issue(client, 'other', 500), 500)
    const idsOf = async (path: string) =>
      (await ok(client, 'GET', path)).payments.map((one: { lago_id: string }) => one.lago_id)
    expect(await idsOf('/payments')).toHaveLength(2)
    expect(await idsOf(`/payments?invoice_id=${id}`)).toEqual([payment.lago_id])
    expect(await idsOf('/payments?external_customer_id=acme')).toEqual([payment.lago_id])
    expect(await idsOf('/payments?external_customer_id=ghost')).toEqual([])
    expect(await idsOf('/customers/acme/payments')).toEqual([payment.lago_id])
    expect(await idsOf(`/customers/other/payments?invoice_id=${id}`)).toEqual([])
    expect((await ok(client, 'GET', `/payments/${payment.lago_id}`)).payment).toEqual(payment)
  })

  it('404 and 422: for what is not there', async () => {
    const client = await selling()
    const stranger = await selling()
    const id = await issue(stranger, 'acme', 1000)
    const { payment } = (await pay(stranger, id, 400)).body
    for (const path of ['/payments/x', `/payments/${payment.lago_id}`]) {
      const answer = await client.call('GET', path)
      expect([answer.status, answer.body.code]).toEqual([404, 'payment_not_found'])
    }
    const ghost = await client.call('GET', '/customers/ghost/payments')
    expect([ghost.status, ghost.body.code]).toEqual([404, 'customer_not_found'])
    const answer = await client.call('GET', '/payments?invoice_id=x')
    expect([answer.status, answer.body.error_details]).toEqual([422, { invoice_id: ['value_is_invalid'] }])
  })

  it('are a settlement of their invoice', async () => {
    const client = await selling()
    const id = await issue(client, 'acme', 1000)
    await issue(client, 'acme', 2000)
    await pay(client, id, 400)
    const { invoices } = await ok(client, 'GET', '/invoices?settlements[]=payment')
    expect(invoices.map((one: { lago_id: string }) => one.lago_id)).toEqual([id])
    expect((await ok(client, 'GET', '/invoices?settlements[]=credit_note')).invoices).toEqual([])
    const answer = await client.call('GET', '/invoices?settlements[]=barter')
    expect(answer.status).toBe(422)
  })
})

describe('receipts', () => {
  it('200: each payment has one, numbered for its customer', async () => {
    const client = await selling()
    const endpoint = await listen(client)
    const id = await issue(client, 'acme', 1000)
    const { payment } = (await pay(client, id, 400)).body
    await pay(client, id, 600)
    const { slug } = (await ok(client, 'GET', '/customers/acme')).customer
    const told = await receivedBy(client, endpoint, 'payment_receipt.created')
    expect(told.map(({ payment_receipt }) => payment_receipt.number).sort()).toEqual([
      `${slug}-RCPT-000001`,
      `${slug}-RCPT-000002`,
    ])
    const { payment_receipt: receipt } = told.find((one) => one.payment_receipt.payment.amount_cents === 400)
    expect(receipt).toMatchObject({ file_url: null, xml_url: null, payment })
    expect((await ok(client, 'GET', `/payment_receipts/${receipt.lago_id}`)).payment_receipt).toEqual(receipt)
    expect((await ok(client, 'GET', '/payment_receipts')).meta.total_count).toBe(2)
    const stranger = await harness.organization()
    const answer = await stranger.call('GET', `/payment_receipts/${receipt.lago_id}`)
    expect([answer.status, answer.body.code]).toEqual([404, 'payment_receipt_not_found'])
  })

  it('are not for partners, who bill themselves', async () => {
    const client = await selling({ account_type: 'partner' })
    const id = await issue(client, 'acme', 1000)
    expect((await pay(client, id, 1000)).status).toBe(200)
    expect((await ok(client, 'GET', '/payment_receipts')).payment_receipts).toEqual([])
  })
})
