import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findBreaches, INVARIANTS } from '../../../src/store/invariants.ts'
import { ok, send, subscribe } from '../../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../../support/harness.ts'

let harness: Harness
let owner: pg.Client

beforeAll(async () => {
  harness = await startHarness()
  owner = new pg.Client({ connectionString: harness.databaseUrl })
  await owner.connect()
})
afterAll(async () => {
  await owner?.end()
  await harness?.close()
})

async function sandbox(): Promise<Client> {
  const client = await harness.organization()
  await client.clock('2024-01-01T00:00:00Z')
  return client
}

async function invoicesOf(client: Client) {
  return (await ok(client, 'GET', '/invoices')).invoices
}

async function ledgerOf(client: Client) {
  const { rows } = await owner.query(
    `select kind, status, amount_cents::int as cents from invoice_payments where organization_id = $1 order by entry`,
    [client.organizationId],
  )
  return rows
}

async function brokenPayments() {
  const invariant = INVARIANTS.find((each) => each.code === 'invoice_payments')
  return invariant && (await findBreaches(harness.context.database, invariant, 10)).breaches
}

describe('the payments of an invoice', () => {
  it('keep each status that is stated, and what was paid stays what it is', async () => {
    const client = await sandbox()
    await subscribe(client, { metrics: [], charges: [], plan: { amount_cents: 1000 } })
    await client.clock('2024-02-01T00:10:00Z')
    const [invoice] = await invoicesOf(client)
    for (const status of ['failed', 'succeeded', 'succeeded', 'pending']) {
      const path = `/invoices/${invoice.lago_id}`
      const put = await ok(client, 'PUT', path, { invoice: { payment_status: status } })
      expect(put.invoice).toMatchObject({
        payment_status: status,
        total_paid_amount_cents: 0,
        total_due_amount_cents: 1000,
      })
      expect(await brokenPayments()).toEqual([])
    }
    expect(await ledgerOf(client)).toEqual([
      { kind: 'status', status: 'failed', cents: 0 },
      { kind: 'status', status: 'succeeded', cents: 0 },
      { kind: 'status', status: 'pending', cents: 0 },
    ])
  })

  it('are those of its fees when they were paid before', async () => {
    const client = await sandbox()
    const charge = { pay_in_advance: true, invoiceable: false, regroup_paid_fees: 'invoice' }
    await subscribe(client, {
      metrics: [{ code: 'calls', aggregation_type: 'count_agg' }],
      charges: [{ metric: 'calls', ...charge, properties: { amount: '7' } }],
      plan: { amount_cents: 1000 },
    })
    await client.clock('2024-01-05T00:00:00Z')
    await send(client, { code: 'calls', transaction_id: 't' })
    await client.clock('2024-01-06T00:00:00Z')
    const { fees } = await ok(client, 'GET', '/fees?fee_type=charge')
    await ok(client, 'PUT', `/fees/${fees[0].lago_id}`, { fee: { payment_status: 'succeeded' } })
    await client.clock('2024-02-01T00:10:00Z')
    const paidFees = (await invoicesOf(client)).find(
      (each: { invoice_type: string }) => each.invoice_type === 'advance_charges',
    )
    expect(paidFees).toMatchObject({
      payment_status: 'succeeded',
      total_amount_cents: 700,
      total_paid_amount_cents: 700,
      total_due_amount_cents: 0,
    })
    expect(await ledgerOf(client)).toEqual([{ kind: 'fees', status: 'succeeded', cents: 700 }])
    expect(await brokenPayments()).toEqual([])
    const path = `/invoices/${paidFees.lago_id}`
    const put = await ok(client, 'PUT', path, { invoice: { payment_status: 'failed' } })
    expect(put.invoice).toMatchObject({ payment_status: 'failed', total_paid_amount_cents: 700 })
  })

  it('are checked by the doctor', async () => {
    const client = await sandbox()
    await subscribe(client, { metrics: [], charges: [], plan: { amount_cents: 1000 } })
    await client.clock('2024-02-01T00:10:00Z')
    const [invoice] = await invoicesOf(client)
    await owner.query('alter table invoices disable trigger user')
    await owner.query(`update invoices set payment_status = 'succeeded' where id = $1`, [invoice.lago_id])
    expect(await brokenPayments()).toEqual([
      {
        organizationId: client.organizationId,
        subject: invoice.lago_id,
        detail: 'invoice succeeded and 0 cents, payments pending and 0 cents',
      },
    ])
    await owner.query(`update invoices set payment_status = 'pending' where id = $1`, [invoice.lago_id])
    await owner.query('alter table invoices enable trigger user')
    expect(await brokenPayments()).toEqual([])
  })
})

describe('an invoice of zero', () => {
  it('is paid from the start, and a draft is not any more once it has an amount', async () => {
    const client = await sandbox()
    await subscribe(client, {
      metrics: [{ code: 'calls', aggregation_type: 'count_agg' }],
      charges: [{ metric: 'calls', properties: { amount: '7' } }],
      customer: { billing_configuration: { invoice_grace_period: 3 } },
    })
    await client.clock('2024-02-01T00:10:00Z')
    const [draft] = await invoicesOf(client)
    expect(draft).toMatchObject({ status: 'draft', total_amount_cents: 0, payment_status: 'succeeded' })
    await send(client, { code: 'calls', transaction_id: 't', timestamp: '1706000000' })
    const refreshed = await ok(client, 'PUT', `/invoices/${draft.lago_id}/refresh`)
    expect(refreshed.invoice).toMatchObject({
      status: 'draft',
      total_amount_cents: 700,
      payment_status: 'pending',
    })
    expect(await brokenPayments()).toEqual([])
  })

  it('is paid when it is final', async () => {
    const client = await sandbox()
    await subscribe(client, { metrics: [], charges: [] })
    await client.clock('2024-02-01T00:10:00Z')
    const [invoice] = await invoicesOf(client)
    expect(invoice).toMatchObject({
      status: 'finalized',
      payment_status: 'succeeded',
      total_paid_amount_cents: 0,
    })
    expect(await brokenPayments()).toEqual([])
  })
})
