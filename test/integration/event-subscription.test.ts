import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { dueActions } from '../../src/actions/due/due-actions.ts'
import { runDue } from '../../src/actions/due/run-due.ts'
import { addMs, type Instant, instant } from '../../src/core/calendar/instant.ts'
import { type EventCandidate, subscriptionOfEvent } from '../../src/core/metering/event-subscription.ts'
import type { SubscriptionStatus } from '../../src/core/subscriptions/lifecycle.ts'
import { newId } from '../../src/store/ids.ts'
import { inTransaction } from '../../src/store/transaction.ts'
import { ts } from '../../src/store/values.ts'
import { ok, send, subscribe } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

const SUM = { aggregation_type: 'sum_agg', field_name: 'n' }
const START = '2023-12-01T00:00:00Z'
const seconds = (iso: string) => Date.parse(iso) / 1000

describe('the subscription of an event', () => {
  let harness: Harness
  let client: Client
  beforeAll(async () => {
    harness = await startHarness()
  })
  beforeEach(async () => {
    client = await harness.organization()
    await client.clock(START)
  })
  afterAll(() => harness.close())

  const usage = async () => {
    const path = '/customers/c/current_usage?external_subscription_id=s'
    const { customer_usage } = await ok(client, 'GET', path)
    return [customer_usage.amount_cents, customer_usage.charges_usage[0].units]
  }
  const webhooks = async (type: string) => {
    const endpoints = await ok(client, 'GET', '/webhook_endpoints')
    const path = `/webhook_endpoints/${endpoints.webhook_endpoints[0].lago_id}/webhooks`
    const all = (await ok(client, 'GET', path)).webhooks
    return all.filter((each: { webhook_type: string }) => each.webhook_type === type)
  }

  it('37: quantities of a recurring metric dated before the start are carried into each period', async () => {
    const backdated = (id: string, at: string) =>
      send(client, { code: 'm', transaction_id: id, timestamp: seconds(at), properties: { n: 5 } })
    await backdated('early', '2023-11-10T00:00:00Z')
    const tier = (from: number, to: number | null, perUnit: string) => ({
      from_value: from,
      to_value: to,
      per_unit_amount: perUnit,
      flat_amount: '0',
    })
    const properties = { graduated_ranges: [tier(0, 5, '0'), tier(6, null, '12')] }
    await subscribe(client, {
      metrics: [{ code: 'm', ...SUM, recurring: true }],
      charges: [{ metric: 'm', charge_model: 'graduated', prorated: true, properties }],
    })
    await backdated('late', '2023-11-20T00:00:00Z')
    expect(await usage()).toEqual([6000, '10.0'])
    await client.clock('2024-01-06T00:00:00Z')
    expect(await usage()).toEqual([6000, '10.0'])
    await send(client, { code: 'm', transaction_id: 'more', properties: { n: 2 } })
    expect(await usage()).toEqual([8013, '12.0'])
    const { invoices } = await ok(client, 'GET', '/invoices')
    expect(invoices.map((each: { fees_amount_cents: number }) => each.fees_amount_cents)).toEqual([6000])
  })

  it('a backdated event of a recurring metric fires the alert of the active subscription', async () => {
    await subscribe(client, {
      metrics: [{ code: 'm', ...SUM, recurring: true }],
      charges: [{ metric: 'm', properties: { amount: '1' } }],
    })
    await ok(client, 'POST', '/webhook_endpoints', {
      webhook_endpoint: { webhook_url: 'http://127.0.0.1:9/hook' },
    })
    await ok(client, 'POST', '/subscriptions/s/alerts', {
      alert: { alert_type: 'current_usage_amount', code: 'a', thresholds: [{ value: '1000', code: 'warn' }] },
    })
    await client.clock('2023-12-02T00:00:00Z')
    const timestamp = seconds('2023-11-10T00:00:00Z')
    await send(client, { code: 'm', transaction_id: 'e', timestamp, properties: { n: 15 } })
    await client.clock('2023-12-02T00:01:00Z')
    expect(await webhooks('alert.triggered')).toHaveLength(1)
  })

  it('a fee in advance does without the fallback, and the quantity counts when the charge is renewed', async () => {
    await subscribe(client, {
      metrics: [{ code: 'm', ...SUM, recurring: true }],
      charges: [{ metric: 'm', pay_in_advance: true, invoiceable: false, properties: { amount: '1' } }],
    })
    const timestamp = seconds('2023-11-10T00:00:00Z')
    await send(client, { code: 'm', transaction_id: 'backdated', timestamp, properties: { n: 5 } })
    await send(client, { code: 'm', transaction_id: 'present', properties: { n: 2 } })
    await client.clock('2023-12-02T00:00:00Z')
    const fees = async () =>
      (await ok(client, 'GET', '/fees?fee_type=charge')).fees.map(
        (each: { event_transaction_id: string | null; amount_cents: number }) => [
          each.event_transaction_id,
          each.amount_cents,
        ],
      )
    expect(await fees()).toEqual([['present', 200]])
    await client.clock('2024-01-01T00:00:00Z')
    expect(await fees()).toEqual([
      ['present', 200],
      [null, 700],
    ])
  })

  describe('that names a wallet', () => {
    const aimed = (id: string, more: object = {}) =>
      send(client, {
        code: 'm',
        transaction_id: id,
        properties: { n: 1, target_wallet_code: 'purse' },
        ...more,
      })
    const start = async (charge: object, metric: object = {}) => {
      await ok(client, 'POST', '/webhook_endpoints', {
        webhook_endpoint: { webhook_url: 'http://127.0.0.1:9/hook', event_types: ['event.error'] },
      })
      await subscribe(client, {
        metrics: [{ code: 'm', ...SUM, ...metric }],
        charges: [{ metric: 'm', properties: { amount: '1' }, ...charge }],
      })
    }
    const told = async () => {
      const messages = await harness.context.database.read(client.organizationId, (reads) =>
        reads.selectFrom('webhooks').select(['payload', 'objectId', 'objectType']).orderBy('id').execute(),
      )
      return messages.map(({ payload, ...rest }) => ({ ...rest, payload, body: JSON.parse(payload) }))
    }
    const left = () =>
      harness.context.database.read(client.organizationId, (reads) =>
        reads.selectFrom('targetWalletEvents').select('eventId').execute(),
      )

    it('an unknown one is reported by event.error, digits as sent, and the event is stored and counted', async () => {
      await start({ accepts_target_wallet: true })
      await client.call(
        'POST',
        '/events',
        '{"event":{"code":"m","transaction_id":"e0","external_subscription_id":"s","properties":' +
          '{"n":1.2345678901234567890123,"target_wallet_code":"purse"}}}',
      )
      await send(client, { code: 'm', transaction_id: 'plain', properties: { n: 1 } })
      await send(client, { code: 'm', transaction_id: 'blank', properties: { n: 1, target_wallet_code: '' } })
      await client.clock('2023-12-01T00:01:00Z')
      const [message, ...others] = await told()
      expect(others).toEqual([])
      const { event } = await ok(client, 'GET', '/events/e0')
      expect(message).toMatchObject({ objectType: 'event_error', objectId: event.lago_id })
      expect(message?.body).toEqual({
        webhook_type: 'event.error',
        object_type: 'event_error',
        organization_id: client.organizationId,
        event_error: {
          status: 422,
          error: 'Unprocessable entity',
          message: '{"target_wallet_code":["target_wallet_code_not_found"]}',
          event,
        },
      })
      expect(message?.payload).toMatch(/"n": ?1\.2345678901234567890123,/)
      expect((await usage())[1]).toBe('3.2345678901234567890123')
      expect(await left()).toEqual([])
    })

    it('is ignored when the charge does not accept wallets or no endpoint is subscribed', async () => {
      await start({})
      await aimed('e0')
      await client.clock('2023-12-01T00:01:00Z')
      expect(await told()).toEqual([])
      const silent = await harness.organization()
      await silent.clock(START)
      await subscribe(silent, {
        metrics: [{ code: 'm', ...SUM }],
        charges: [{ metric: 'm', accepts_target_wallet: true, properties: { amount: '1' } }],
      })
      await send(silent, { code: 'm', transaction_id: 'e0', properties: { n: 1, target_wallet_code: 'x' } })
      const items = await harness.context.database.read(silent.organizationId, (reads) =>
        reads.selectFrom('dueItems').select('kind').where('kind', '=', 'target_wallets').execute(),
      )
      expect(items).toEqual([])
    })

    it('the subscription is the active one when a recurring metric’s event is dated before it, else none', async () => {
      const timestamp = seconds('2023-11-10T00:00:00Z')
      await start({ accepts_target_wallet: true })
      await aimed('metered', { timestamp })
      await aimed('stranger', { external_subscription_id: 'nobody' })
      await client.clock('2023-12-01T00:01:00Z')
      expect(await told()).toEqual([])
      client = await harness.organization()
      await client.clock(START)
      await start({ accepts_target_wallet: true }, { recurring: true })
      await aimed('recurring', { timestamp })
      await client.clock('2023-12-01T00:01:00Z')
      const messages = await told()
      expect(messages.map(({ body }) => body.event_error.event.transaction_id)).toEqual(['recurring'])
    })

    it('a charge in advance bills the event and reports the wallet', async () => {
      await start({ accepts_target_wallet: true, pay_in_advance: true, invoiceable: false })
      await aimed('e0')
      await client.clock('2023-12-01T00:01:00Z')
      expect(await told()).toHaveLength(1)
      const { fees } = await ok(client, 'GET', '/fees')
      expect(fees).toMatchObject([
        { amount_cents: 100, item: { grouped_by: { target_wallet_code: 'purse' } } },
      ])
    })

    it('more than fit into one turn are reported in several turns', async () => {
      await start({ accepts_target_wallet: true })
      for (let batch = 0; batch < 6; batch += 1) {
        const events = Array.from({ length: 100 }, (_, index) => ({
          code: 'm',
          transaction_id: `e${batch}-${index}`,
          external_subscription_id: 's',
          properties: { n: 1, target_wallet_code: 'purse' },
        }))
        await ok(client, 'POST', '/events/batch', { events })
      }
      const { organizationId } = client
      const until = instant(Date.parse(START))
      const done = await runDue(harness.context, dueActions, { organizationId, until, strict: true })
      expect(done).toBe(2)
      expect(await told()).toHaveLength(600)
      expect(await left()).toEqual([])
    })
  })

  it('is the same by the database and by the rule', async () => {
    const base = instant(Date.parse(START))
    const day = (offset: number) => addMs(base, offset * 86_400_000)
    const offset = fc.integer({ min: 0, max: 8 })
    const life = fc.record({
      status: fc.constantFrom<SubscriptionStatus>(
        'pending',
        'incomplete',
        'terminated',
        'canceled',
        'active',
      ),
      from: offset,
      days: offset,
    })
    const toCandidate = ({
      status,
      from,
      days,
    }: {
      status: SubscriptionStatus
      from: number
      days: number
    }) => ({
      id: newId(),
      status,
      startedAt: status === 'pending' || status === 'canceled' ? null : day(from),
      terminatedAt: status === 'terminated' ? day(from + days) : null,
    })
    await subscribe(client, { metrics: [], charges: [] })
    const { organizationId } = client
    const ask = (externalId: string, candidates: readonly (EventCandidate & { id: string })[], at: Instant) =>
      inTransaction(harness.context.database, organizationId, async (tx) => {
        for (const each of candidates) {
          await sql`
            insert into subscriptions (organization_id, id, customer_id, plan_id, external_id, status, billing_time,
              previous_subscription_id, subscription_at, started_at, terminated_at, created_at, updated_at)
            select organization_id, ${each.id}, customer_id, plan_id, ${externalId}, ${each.status}, 'calendar',
              case when ${each.status} = 'incomplete' then id end,
              ${ts(base)}, ${each.startedAt === null ? null : ts(each.startedAt)},
              ${each.terminatedAt === null ? null : ts(each.terminatedAt)}, ${ts(base)}, ${ts(base)}
            from subscriptions where external_id = 's'`.execute(tx)
        }
        const { rows } = await sql<{ subscriptionId: string }>`
          select subscription_id from weir_event_subscription(${externalId}, ${ts(at)})`.execute(tx)
        return rows[0]?.subscriptionId ?? null
      })
    let histories = 0
    await fc.assert(
      fc.asyncProperty(fc.array(life, { maxLength: 4 }), offset, async (lives, at) => {
        // One is active at a time, and one waits for its payment.
        const isFirst = (each: (typeof lives)[number]) =>
          lives.find(({ status }) => status === each.status) === each
        const isOne = ({ status }: (typeof lives)[number]) => status === 'active' || status === 'incomplete'
        const candidates = lives.filter((each) => !isOne(each) || isFirst(each)).map(toCandidate)
        histories += 1
        const found = await ask(`history ${histories}`, candidates, day(at))
        const expected = subscriptionOfEvent(candidates, day(at), false)
        const endsOf = (id: string | null) => {
          const one = candidates.find((each) => each.id === id)
          return one && [one.startedAt, one.terminatedAt]
        }
        expect(endsOf(found)).toEqual(endsOf(expected?.id ?? null))
      }),
      { numRuns: 60 },
    )
  })
})
