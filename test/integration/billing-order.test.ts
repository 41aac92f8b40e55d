import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { billCustomers } from '../../src/actions/billing/bill-customers.ts'
import type { DueActions } from '../../src/actions/due/due-action.ts'
import { dueActions } from '../../src/actions/due/due-actions.ts'
import { runDue } from '../../src/actions/due/run-due.ts'
import { instant } from '../../src/core/calendar/instant.ts'
import { send, subscribe } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

type Billed = { from: string; to: string; type: string; cents: number }

describe('bills that meet later ones, other zones and failures', () => {
  let harness: Harness
  beforeAll(async () => {
    harness = await startHarness()
  })
  afterAll(() => harness.close())

  async function sandbox(now: string): Promise<Client> {
    const client = await harness.organization()
    await client.clock(now)
    return client
  }

  /** Every fee with its window and whole cents, oldest invoice first. */
  async function feesOf(client: Client): Promise<Billed[]> {
    const rows = await harness.context.database.read(client.organizationId, (reads) =>
      reads
        .selectFrom('fees as f')
        .innerJoin('invoices as i', 'i.id', 'f.invoiceId')
        .innerJoin('invoiceSubscriptions as l', 'l.invoiceId', 'i.id')
        .select(['f.feeType', 'f.amountCents', 'l.subscriptionFrom', 'l.chargesFrom', 'l.chargesTo'])
        .where('f.deletedAt', 'is', null)
        .where('i.status', '<>', 'deleted')
        .orderBy('i.billingAt')
        .orderBy('f.feeType')
        .execute(),
    )
    const iso = (at: number | null) => (at === null ? '' : new Date(at).toISOString())
    return rows.map((row) => ({
      from: iso(row.feeType === 'charge' ? row.chargesFrom : row.subscriptionFrom),
      to: iso(row.chargesTo),
      type: row.feeType,
      cents: Number(row.amountCents),
    }))
  }

  const METRIC = { code: 'calls', aggregation_type: 'count_agg' }
  const CHARGE = { metric: 'calls', properties: { amount: '1' } }
  const chargeCents = (fees: readonly Billed[]) =>
    fees.filter((fee) => fee.type === 'charge').reduce((sum, fee) => sum + fee.cents, 0)

  it('a first period that is finalized after the next bill stays prorated', async () => {
    const client = await sandbox('2024-01-20T10:00:00Z')
    await subscribe(client, {
      metrics: [METRIC],
      charges: [CHARGE],
      plan: { amount_cents: 3100 },
      customer: { billing_configuration: { invoice_grace_period: 40 } },
    })
    await client.clock('2024-03-05T00:00:00Z')
    const prorated = (await feesOf(client)).filter((fee) => fee.type === 'subscription')
    expect(prorated.map((fee) => fee.cents)).toEqual([1200, 3100])
    await client.clock('2024-05-20T00:00:00Z')
    const final = (await feesOf(client)).filter((fee) => fee.type === 'subscription')
    expect(final.map((fee) => fee.cents).slice(0, 3)).toEqual([1200, 3100, 3100])
  })

  it('a first period that is finalized after the termination stays prorated', async () => {
    const client = await sandbox('2024-01-20T10:00:00Z')
    await subscribe(client, {
      metrics: [METRIC],
      charges: [CHARGE],
      plan: { amount_cents: 3100 },
      customer: { billing_configuration: { invoice_grace_period: 5 } },
    })
    await client.clock('2024-02-03T12:00:00Z')
    await client.call('DELETE', '/subscriptions/s')
    const before = (await feesOf(client)).filter((fee) => fee.type === 'subscription')
    await client.clock('2024-02-20T00:00:00Z')
    const after = (await feesOf(client)).filter((fee) => fee.type === 'subscription')
    expect(after).toEqual(before)
    expect(after[0]?.cents).toBe(1200)
  })

  it.each(['America/New_York', 'Asia/Tokyo'])(
    'usage around the end of a period is billed once when the zone becomes %s',
    async (zone) => {
      const client = await sandbox('2024-01-01T10:00:00Z')
      await subscribe(client, { metrics: [METRIC], charges: [CHARGE] })
      let sent = 0
      for (const month of ['01-31', '02-01', '02-29', '03-01']) {
        for (const hour of ['00', '03', '06', '12', '16', '20', '23']) {
          await send(client, {
            code: 'calls',
            transaction_id: `e${sent}`,
            timestamp: Date.parse(`2024-${month}T${hour}:30:00Z`) / 1000,
          })
          sent += 1
        }
      }
      await client.clock('2024-02-01T02:00:00Z')
      await client.call('POST', '/customers', { customer: { external_id: 'c', timezone: zone } })
      await client.clock('2024-05-02T00:00:00Z')
      const fees = await feesOf(client)
      expect(chargeCents(fees), JSON.stringify(fees)).toBe(sent * 100)
    },
  )

  it('a draft keeps its month when the zone of its customer changes before it is final', async () => {
    const client = await sandbox('2023-11-20T10:00:00Z')
    await subscribe(client, {
      metrics: [METRIC],
      charges: [CHARGE],
      plan: { amount_cents: 3100 },
      customer: { billing_configuration: { invoice_grace_period: 5 } },
    })
    for (const date of ['2023-12-15', '2024-01-15', '2024-01-16']) {
      await send(client, { code: 'calls', transaction_id: date, timestamp: Date.parse(date) / 1000 })
    }
    await client.clock('2024-02-02T00:00:00Z')
    await client.call('POST', '/customers', { customer: { external_id: 'c', timezone: 'America/New_York' } })
    await client.clock('2024-02-20T00:00:00Z')
    const charges = (await feesOf(client)).filter((fee) => fee.type === 'charge')
    expect(charges.map(({ from, cents }) => [from.slice(0, 10), cents])).toEqual([
      ['2023-12-01', 100],
      ['2024-01-01', 200],
    ])
  })

  it('an end that comes while the bill of a closed period keeps failing does not take its place', async () => {
    const client = await sandbox('2024-01-01T10:00:00Z')
    await subscribe(client, {
      metrics: [METRIC],
      charges: [CHARGE],
      plan: { amount_cents: 3100 },
      subscription: { ending_at: '2024-02-10T00:00:00Z' },
    })
    await send(client, { code: 'calls', transaction_id: 'x', timestamp: Date.parse('2024-01-15') / 1000 })
    let failures = 1
    const failing: DueActions = {
      ...dueActions,
      subscription_billing: {
        ...billCustomers,
        act: async (...parameters) => {
          failures -= 1
          if (failures >= 0) throw new Error('not today')
          return billCustomers.act(...parameters)
        },
      },
    }
    const context = { ...harness.context, log: { ...harness.context.log, error: () => undefined } }
    const until = instant(Date.parse('2024-02-20T00:00:00Z'))
    const run = { organizationId: client.organizationId, until, strict: false }
    await runDue(context, failing, run)
    await harness.context.database.system.updateTable('dueItems').set({ retryAt: null }).execute()
    await runDue(context, failing, run)
    expect((await feesOf(client)).map(({ type, cents }) => [type, cents])).toEqual([
      ['charge', 100],
      ['subscription', 3100],
      ['subscription', 1069],
    ])
  })
})
