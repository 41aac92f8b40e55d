import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Reads } from '../../src/store/database.ts'
import { activePagesOf } from '../../src/store/payment-pages.ts'
import { listPayments } from '../../src/store/payments.ts'
import {
  isAnyUnderWay,
  liveCharges,
  refundablePayments,
  waitingChargesOf,
} from '../../src/store/provider-payments.ts'
import { ok } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'
import { addCustomer, issue, pay, sell } from '../support/payment-fixtures.ts'

/** So many that reading them all is not the cheapest way. */
const OTHERS = 400
const AT_ONCE = 8

let harness: Harness
let client: Client
let invoiceId: string
let paymentRequestId: string

beforeAll(async () => {
  harness = await startHarness()
  client = await harness.organization()
  await sell(client)
  await addCustomer(client, 'acme', { email: 'a@b.io' })
  const others = async () => {
    for (let n = 0; n < OTHERS / AT_ONCE; n += 1) await pay(client, await issue(client, 'acme', 100), 100)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, others))
  invoiceId = await issue(client, 'acme', 700)
  await client.clock('2025-06-05T12:00:00Z')
  const { payment_request } = await ok(client, 'POST', '/payment_requests', {
    payment_request: { external_customer_id: 'acme', email: 'a@b.io', lago_invoice_ids: [invoiceId] },
  })
  paymentRequestId = payment_request.lago_id
  await pay(client, invoiceId, 300)
  const owner = new pg.Client({ connectionString: harness.databaseUrl })
  await owner.connect()
  await owner.query('analyze payments, payment_requests, payment_request_invoices, invoices')
  await owner.end()
})
afterAll(() => harness?.close())

/** How many rows of the tables of payments a query reads. */
async function rowsRead(query: (reads: Reads) => Promise<unknown>): Promise<number> {
  return harness.context.database.read(client.organizationId, async (reads) => {
    const read = async () => {
      const { rows } = await sql<{ count: number }>`
        select coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0)::int as count
        from pg_stat_xact_user_tables where relname in ('payments', 'payment_pages')`.execute(reads)
      return rows[0]?.count ?? Number.NaN
    }
    const before = await read()
    await query(reads)
    return (await read()) - before
  })
}

describe('what is asked about the payments of one invoice', () => {
  it.each([
    ['charges under way', (reads: Reads) => liveCharges(reads, { invoiceId })],
    ['charges of a request', (reads: Reads) => liveCharges(reads, { paymentRequestId })],
    ['whether any is under way', (reads: Reads) => isAnyUnderWay(reads, [invoiceId])],
    ['charges that wait', (reads: Reads) => waitingChargesOf(reads, [invoiceId])],
    ['what can be refunded', (reads: Reads) => refundablePayments(reads, invoiceId)],
    ['pages', (reads: Reads) => activePagesOf(reads, [invoiceId])],
    ['its list', (reads: Reads) => listPayments(reads, { invoiceId }, { perPage: 20, offset: 0 })],
  ])('%s: does not read the payments of others', async (_, query) => {
    expect(await rowsRead(query)).toBeLessThan(10)
  })

  it('finds payments of the invoice and of a request that holds it', async () => {
    const { payments } = await ok(client, 'GET', `/payments?invoice_id=${invoiceId}`)
    expect(payments.map((one: { amount_cents: number }) => one.amount_cents)).toEqual([300])
    const paid = await ok(client, 'POST', '/payments', {
      payment: { invoice_id: invoiceId, amount_cents: 50, reference: 'bank' },
    })
    expect(paid.payment.amount_cents).toBe(50)
    const { meta } = await ok(client, 'GET', `/payments?invoice_id=${invoiceId}`)
    expect(meta.total_count).toBe(2)
  })
})
