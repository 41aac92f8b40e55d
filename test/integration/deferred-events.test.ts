import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { dueActions } from '../../src/actions/due/due-actions.ts'
import { runDue } from '../../src/actions/due/run-due.ts'
import { instant } from '../../src/core/calendar/instant.ts'
import { findBreaches, INVARIANTS } from '../../src/store/invariants.ts'
import { ok, send, subscribe } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

const START = '2023-09-01T00:00:00Z'
const SUM = { aggregation_type: 'sum_agg', field_name: 'n' }
const UNIQUE = { aggregation_type: 'unique_count_agg', field_name: 'n' }

type Fee = {
  event_transaction_id: string
  amount_cents: number
  units: string
  lago_invoice_id: string | null
}

describe('an event that cannot be charged in advance', () => {
  let harness: Harness
  let client: Client
  let warnings: string[] = []
  beforeAll(async () => {
    harness = await startHarness()
  })
  afterEach(async () => {
    await accept()
    await harness.context.database.system.deleteFrom('dueItems').execute()
    warnings = []
  })
  afterAll(() => harness.close())

  /** Makes the database reject the fees of these events with an error of the given class. */
  async function refuse(code: string, ...transactionIds: readonly string[]): Promise<void> {
    const list = transactionIds.map((each) => `'${each}'`).join(',')
    await sql
      .raw(`
      create function test_refuse() returns trigger language plpgsql as $$
      begin
        if new.event_transaction_id in (${list}) then
          raise exception 'not this one' using errcode = '${code}';
        end if;
        return new;
      end $$;
      create trigger test_refuse before insert on fees for each row execute function test_refuse()`)
      .execute(harness.context.database.system)
  }
  const accept = () =>
    sql.raw('drop function if exists test_refuse() cascade').execute(harness.context.database.system)

  const quiet = () => {
    const note = (_fields: object, message: string) => {
      warnings.push(message)
    }
    return { ...harness.context, log: { ...harness.context.log, error: note, warn: note } }
  }
  const until = instant(Date.parse('2023-09-20T00:00:00Z'))
  /** What the ticker does; `again` as if the waits of failed items were over. */
  const run = async (again = false) => {
    const { database } = harness.context
    if (again) await database.system.updateTable('dueItems').set({ retryAt: null }).execute()
    return runDue(quiet(), dueActions, { organizationId: client.organizationId, until, strict: false })
  }

  async function start(metric: object, charge: object): Promise<void> {
    client = await harness.organization()
    await client.clock(START)
    await subscribe(client, {
      metrics: [{ code: 'm', ...metric }],
      charges: [{ metric: 'm', pay_in_advance: true, invoiceable: false, ...charge }],
    })
    await client.clock('2023-09-10T00:00:00Z')
  }
  const sendAll = async (events: readonly object[]) => {
    for (const [index, properties] of events.entries()) {
      await send(client, { code: 'm', transaction_id: `e${index}`, properties })
    }
  }
  const fees = async (): Promise<Fee[]> => {
    const all: Fee[] = (await ok(client, 'GET', '/fees?fee_type=charge&per_page=100')).fees
    return all
      .filter((each) => each.event_transaction_id !== null)
      .sort((a, b) => a.event_transaction_id.localeCompare(b.event_transaction_id))
  }
  const shown = async () =>
    (await fees()).map((each) => [each.event_transaction_id, each.amount_cents, each.units])
  const deferred = () =>
    harness.context.database.read(client.organizationId, (reads) =>
      reads.selectFrom('deferredEvents').selectAll().execute(),
    )
  const items = () =>
    harness.context.database.read(client.organizationId, (reads) =>
      reads
        .selectFrom('dueItems')
        .selectAll()
        .where('kind', 'in', ['advance_usage', 'deferred_event'])
        .execute(),
    )

  it('is deferred, the others are billed as if it had been too, and it follows at the price of later', async () => {
    await start(SUM, { properties: { amount: '10000000000000' } })
    await sendAll([{ n: 5 }, { n: 1_000_000 }, { n: -4 }, { n: 6 }])
    await run()
    expect(await shown()).toEqual([
      ['e0', 5_000_000_000_000_000, '5.0'],
      ['e2', 0, '0.0'],
      ['e3', 2_000_000_000_000_000, '2.0'],
    ])
    expect(await items()).toMatchObject([
      { kind: 'deferred_event', attempts: 1, error: expect.stringContaining('out of range') },
    ])
    expect(warnings).toEqual([
      'an event could not be charged in advance and was deferred',
      'a due item failed',
    ])
    const unpriced = INVARIANTS.find((each) => each.code === 'unpriced_events')
    const found = unpriced && (await findBreaches(harness.context.database, unpriced, 10))
    expect(found?.breaches).toMatchObject([
      { organizationId: client.organizationId, subject: 'event e1 of subscription s' },
    ])
    expect(found?.breaches[0]?.detail).toMatch(/1 tries, .*out of range/)
    const { plan } = await ok(client, 'GET', '/plans/p')
    const [{ lago_id: id, code, lago_billable_metric_id }] = plan.charges
    const charge = { id, code, billable_metric_id: lago_billable_metric_id, charge_model: 'standard' }
    await ok(client, 'PUT', '/plans/p', {
      plan: { name: 'P', charges: [{ ...charge, properties: { amount: '1' } }] },
    })
    await run(true)
    expect((await shown()).filter(([id]) => id === 'e1')).toEqual([['e1', 100_000_000, '1000000.0']])
    expect([await deferred(), await items()]).toEqual([[], []])
  })

  const tiers = [
    { from_value: 0, to_value: 5, per_unit_amount: '3', flat_amount: '1' },
    { from_value: 6, to_value: null, per_unit_amount: '1', flat_amount: '2' },
  ]
  const sums = [3, 4, -2, 5, 6, 1].map((n) => ({ n }))
  const percentage = { rate: '5', fixed_amount: '1', free_units_per_events: 2 }
  const moves = ['+a', '+b', '-a', '+c', '+a', '+d'].map((move) => ({
    n: move.slice(1),
    operation_type: move.startsWith('-') ? 'remove' : 'add',
  }))
  const CASES = [
    ['graduated', SUM, { charge_model: 'graduated', properties: { graduated_ranges: tiers } }, sums],
    ['percentage', SUM, { charge_model: 'percentage', properties: percentage }, sums],
    [
      'package',
      SUM,
      { charge_model: 'package', properties: { amount: '7', package_size: 4, free_units: 2 } },
      sums,
    ],
    ['standard', UNIQUE, { properties: { amount: '12' } }, moves],
    ['prorated', { ...UNIQUE, recurring: true }, { prorated: true, properties: { amount: '12' } }, moves],
    [
      'count',
      { aggregation_type: 'count_agg' },
      { charge_model: 'graduated', properties: { graduated_ranges: tiers } },
      sums,
    ],
  ] as const
  for (const [name, metric, charge, events] of CASES) {
    it(`${name}: every event has the fee in the end that it would have had at once`, async () => {
      await start(metric, charge)
      await sendAll(events)
      await run()
      const expected = await shown()
      expect(expected).toHaveLength(6)
      await start(metric, charge)
      await refuse('23514', 'e0', 'e3')
      await sendAll(events)
      await run()
      expect(await shown()).toEqual(expected.filter(([id]) => id !== 'e0' && id !== 'e3'))
      await send(client, { code: 'm', transaction_id: 'e9', properties: { n: 'z' } })
      await accept()
      await run(true)
      expect((await shown()).filter(([id]) => id !== 'e9')).toEqual(expected)
      expect([await deferred(), await items()]).toEqual([[], []])
    })
  }

  it('is one whose price cannot be computed, too', async () => {
    await start(
      { ...SUM, filters: [{ key: 'region', values: ['eu'] }] },
      {
        properties: { amount: '1' },
        filters: [{ properties: { amount: '2' }, values: { region: ['eu'] } }],
      },
    )
    const price = (properties: string) =>
      sql`update charge_filters set properties = ${properties}::json
        where organization_id = ${client.organizationId}`.execute(harness.context.database.system)
    await price('{"amount": "two"}')
    await sendAll([{ n: 1 }, { n: 2, region: 'eu' }, { n: 3 }])
    await run()
    expect((await shown()).map(([id]) => id)).toEqual(['e0', 'e2'])
    expect(await items()).toMatchObject([{ kind: 'deferred_event', error: 'Error: not an amount: two' }])
    await price('{"amount": "2"}')
    await run(true)
    expect((await shown()).map(([, cents]) => cents)).toEqual([100, 400, 300])
  })

  it('leaves no gap in the numbers of invoices', async () => {
    await start(SUM, { invoiceable: true, properties: { amount: '1' } })
    await refuse('22003', 'e1')
    await sendAll([{ n: 1 }, { n: 2 }, { n: 3 }])
    await run()
    expect((await fees()).map((each) => each.event_transaction_id)).toEqual(['e0', 'e2'])
    await accept()
    await run(true)
    const { invoices } = await ok(client, 'GET', '/invoices')
    const numbers = invoices.map((each: { sequential_id: number }) => each.sequential_id)
    expect(numbers.sort()).toEqual([1, 2, 3])
    for (const code of ['invoice_numbers', 'invoice_fees', 'unpriced_events']) {
      const invariant = INVARIANTS.find((each) => each.code === code)
      expect(invariant && (await findBreaches(harness.context.database, invariant, 5)).breaches).toEqual([])
    }
  })

  it('is not to blame when the database gives up: all wait and are tried again together', async () => {
    await start(SUM, { properties: { amount: '1' } })
    await refuse('57014', 'e1')
    await sendAll([{ n: 1 }, { n: 2 }, { n: 3 }])
    await run()
    expect([await shown(), await deferred()]).toEqual([[], []])
    expect(await items()).toMatchObject([{ kind: 'advance_usage', attempts: 1 }])
    await accept()
    await run(true)
    expect(await shown()).toEqual([
      ['e0', 100, '1.0'],
      ['e1', 200, '2.0'],
      ['e2', 300, '3.0'],
    ])
  })

  it("follows its charge into the subscription's own prices", async () => {
    await start(SUM, { properties: { amount: '1' } })
    await refuse('23514', 'e1')
    await sendAll([{ n: 3 }, { n: 2 }])
    await run()
    await accept()
    const charge = { properties: { amount: '4' } }
    await ok(client, 'PUT', '/subscriptions/s/charges/m_charge', { charge })
    await run(true)
    expect(await shown()).toEqual([
      ['e0', 300, '3.0'],
      ['e1', 800, '2.0'],
    ])
  })

  it('is forgotten with its charge', async () => {
    await start(SUM, { properties: { amount: '1' } })
    await refuse('23514', 'e0')
    await sendAll([{ n: 1 }])
    await run()
    expect(await deferred()).toHaveLength(1)
    await ok(client, 'PUT', '/plans/p', { plan: { name: 'P', charges: [] } })
    await run(true)
    expect([await deferred(), await items(), await shown()]).toEqual([[], [], []])
  })
})
