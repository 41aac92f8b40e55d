import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dueActions } from '../../src/actions/due/due-actions.ts'
import { runDue } from '../../src/actions/due/run-due.ts'
import { instant } from '../../src/core/calendar/instant.ts'
import { firstItem, takeItem } from '../../src/store/due-items.ts'
import { inTransaction } from '../../src/store/transaction.ts'
import { ok, send, subscribe } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

const START = '2024-01-10T00:00:00Z'
const NOW = '2024-02-20T12:00:00Z'
const DAY_S = 86_400

const tiers = [
  { from_value: 0, to_value: 2, per_unit_amount: '10', flat_amount: '3' },
  { from_value: 3, to_value: null, per_unit_amount: '4', flat_amount: '1' },
]
const rates = [
  { from_value: 0, to_value: 3, rate: '10', flat_amount: '2' },
  { from_value: 4, to_value: null, rate: '5', flat_amount: '1' },
]

/** Charge models with properties for which the order of events and their number matter. */
const MODELS = {
  standard: { amount: '9' },
  graduated: { graduated_ranges: tiers },
  package: { amount: '7', package_size: 3, free_units: 1 },
  percentage: { rate: '10', fixed_amount: '1', free_units_per_events: 1, per_transaction_min_amount: '2' },
  graduated_percentage: { graduated_percentage_ranges: rates },
} as const

/** The same models at other prices. */
const REPRICED: Record<keyof typeof MODELS, object> = {
  standard: { amount: '5' },
  graduated: { graduated_ranges: tiers.map((tier) => ({ ...tier, per_unit_amount: '6' })) },
  package: { ...MODELS.package, amount: '8' },
  percentage: { ...MODELS.percentage, rate: '20' },
  graduated_percentage: { graduated_percentage_ranges: rates.map((rate) => ({ ...rate, rate: '7' })) },
}

const metrics = fc.constantFrom('count_agg', 'sum_agg', 'unique_count_agg')
const settings = fc
  .record({
    aggregation: metrics,
    recurring: fc.boolean(),
    prorated: fc.boolean(),
    invoiceable: fc.boolean(),
    model: fc.constantFrom(...(Object.keys(MODELS) as (keyof typeof MODELS)[])),
    isFiltered: fc.boolean(),
    isGrouped: fc.boolean(),
  })
  .map((each) => {
    const recurring = each.recurring && each.aggregation !== 'count_agg'
    return { ...each, recurring, prorated: each.prorated && recurring && each.model === 'standard' }
  })
type Settings = typeof settings extends fc.Arbitrary<infer T> ? T : never

const events = fc.record({
  kind: fc.constant('event' as const),
  /** Days from the start; before it, in the period before, in the open one, and after the clock. */
  day: fc.constantFrom(-3, 5, 12, 25, 25, 30, 30, 38, 41, 41, 41.5, 45),
  value: fc.constantFrom(1, 2, 5, -2),
  id: fc.constantFrom('a', 'b', 'c'),
  operation: fc.constantFrom('add', 'add', 'remove'),
  region: fc.constantFrom('eu', 'us', 'xx'),
  team: fc.constantFrom('1', undefined),
})
const batches = fc.record({
  kind: fc.constant('batch' as const),
  events: fc.array(events, { minLength: 2, maxLength: 5 }),
})
const changes = fc.oneof(
  fc.record({ kind: fc.constant('terminate' as const) }),
  fc.record({ kind: fc.constant('upgrade' as const) }),
  fc.record({ kind: fc.constant('reprice' as const) }),
  fc.record({ kind: fc.constant('override' as const) }),
)
const histories = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: events },
    { weight: 2, arbitrary: batches },
    { weight: 2, arbitrary: changes },
  ),
  { minLength: 3, maxLength: 9 },
)
type Step = typeof histories extends fc.Arbitrary<readonly (infer T)[]> ? T : never

describe('the fee of an event in advance', () => {
  let harness: Harness
  beforeAll(async () => {
    harness = await startHarness()
  })
  afterAll(() => harness.close())

  /** What the ticker does. */
  const work = (client: Client) =>
    runDue(harness.context, dueActions, {
      organizationId: client.organizationId,
      until: instant(Date.parse(NOW)),
      strict: true,
    })

  async function start(given: Settings): Promise<Client> {
    const client = await harness.organization()
    await client.clock(START)
    const isCount = given.aggregation === 'count_agg'
    const metric = {
      code: 'm',
      aggregation_type: given.aggregation,
      ...(isCount ? {} : { field_name: given.aggregation === 'sum_agg' ? 'n' : 'id' }),
      recurring: given.recurring,
      filters: [{ key: 'region', values: ['eu', 'us'] }],
    }
    const groups = given.isGrouped ? { pricing_group_keys: ['team'] } : {}
    const properties = { ...MODELS[given.model], ...groups }
    const filter = { invoice_display_name: 'eu', properties, values: { region: ['eu'] } }
    const charge = {
      metric: 'm',
      charge_model: given.model,
      pay_in_advance: true,
      invoiceable: given.invoiceable,
      prorated: given.prorated,
      properties,
      filters: given.isFiltered ? [filter] : [],
    }
    await subscribe(client, { metrics: [metric], charges: [charge] })
    const made = await ok(client, 'GET', '/billable_metrics/m')
    const { metric: _code, ...own } = charge
    const charges = [{ ...own, code: 'q', billable_metric_id: made.billable_metric.lago_id }]
    const plan = { name: 'Q', code: 'q', interval: 'monthly', amount_cents: 100, amount_currency: 'EUR' }
    await ok(client, 'POST', '/plans', { plan: { ...plan, pay_in_advance: true, charges } })
    await client.clock(NOW)
    return client
  }

  const sent = (event: Step & { kind: 'event' }, transactionId: string) => ({
    transaction_id: transactionId,
    external_subscription_id: 's',
    code: 'm',
    timestamp: Date.parse(START) / 1000 + event.day * DAY_S,
    properties: {
      n: event.value,
      id: event.id,
      operation_type: event.operation,
      region: event.region,
      ...(event.team === undefined ? {} : { team: event.team }),
    },
  })

  async function take(client: Client, given: Settings, step: Step, place: number): Promise<void> {
    if (step.kind === 'terminate') await client.call('DELETE', '/subscriptions/s')
    else if (step.kind === 'upgrade') {
      const subscription = { external_customer_id: 'c', external_id: 's', plan_code: 'q' }
      await client.call('POST', '/subscriptions', { subscription })
    } else if (step.kind === 'reprice') {
      await ok(client, 'PUT', '/plans/p/charges/m_charge', { charge: { properties: REPRICED[given.model] } })
    } else if (step.kind === 'override') {
      const charge = { properties: REPRICED[given.model] }
      await client.call('PUT', '/subscriptions/s/charges/m_charge', { charge })
    } else if (step.kind === 'event') await send(client, { ...sent(step, `e${place}`) })
    else {
      const list = step.events.map((event, index) => sent(event, `e${place}-${index}`))
      await ok(client, 'POST', '/events/batch', { events: list })
    }
  }

  /** All fees of events; `isAt` says after which steps a worker comes. */
  async function play(given: Settings, steps: readonly Step[], isAt: (place: number) => boolean) {
    const client = await start(given)
    for (const [place, step] of steps.entries()) {
      await take(client, given, step, place)
      if (isAt(place)) await work(client)
    }
    await work(client)
    const fees = (await ok(client, 'GET', '/fees?fee_type=charge&per_page=100')).fees as Fee[]
    const dates = new Map<string, string>()
    for (const each of (await ok(client, 'GET', '/invoices?per_page=100')).invoices) {
      dates.set(each.lago_id, `${each.issuing_date} ${each.payment_due_date}`)
    }
    return fees
      .filter((fee) => fee.event_transaction_id !== null)
      .map((fee) => ({
        event: fee.event_transaction_id,
        charge: fee.lago_charge_filter_id === null ? 'default' : 'filter',
        cents: fee.amount_cents,
        precise: fee.precise_amount,
        units: fee.units,
        from: fee.from_date,
        to: fee.to_date,
        details: fee.amount_details,
        groupedBy: fee.grouped_by,
        createdAt: fee.created_at,
        invoice: fee.lago_invoice_id === null ? null : dates.get(fee.lago_invoice_id),
      }))
      .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  }

  it('is the same whenever workers come', async () => {
    const timings = fc.array(fc.boolean(), { minLength: 9, maxLength: 9 })
    await fc.assert(
      fc.asyncProperty(settings, histories, timings, async (given, steps, timing) => {
        const prompt = await play(given, steps, () => true)
        expect(await play(given, steps, () => false)).toEqual(prompt)
        expect(await play(given, steps, (place) => timing[place] ?? false)).toEqual(prompt)
      }),
      { numRuns: 8 },
    )
  }, 600_000)
})

type Fee = {
  readonly event_transaction_id: string | null
  readonly lago_charge_filter_id: string | null
  readonly lago_invoice_id: string | null
  readonly amount_cents: number
  readonly precise_amount: string
  readonly units: string
  readonly from_date: string
  readonly to_date: string
  readonly amount_details: unknown
  readonly grouped_by: unknown
  readonly created_at: string
}

describe('events that are accepted while a worker prices others', () => {
  it('are listed once it is done, so that it sees all that was accepted later', async () => {
    const harness = await startHarness()
    try {
      const client = await harness.organization()
      await client.clock(START)
      const charge = { metric: 'm', pay_in_advance: true, invoiceable: false, properties: { amount: '1' } }
      await subscribe(client, { metrics: [{ code: 'm', aggregation_type: 'count_agg' }], charges: [charge] })
      await send(client, { code: 'm', transaction_id: 'first' })
      const { database } = harness.context
      const state = { isAccepted: false }
      const sending = await inTransaction(database, client.organizationId, async (tx) => {
        const head = { kind: 'advance_usage', dueAt: instant(Date.parse(START)) } as const
        const first = await firstItem(tx, head, { except: [] })
        const item = await takeItem(tx, first?.id ?? '')
        expect(item?.kind).toBe('advance_usage')
        const second = send(client, { code: 'm', transaction_id: 'second' }).then(() => {
          state.isAccepted = true
        })
        await new Promise((resolve) => setTimeout(resolve, 300))
        expect(state.isAccepted).toBe(false)
        return { second }
      })
      await sending.second
      await client.clock(START)
      const { fees } = await ok(client, 'GET', '/fees')
      expect(fees).toHaveLength(2)
    } finally {
      await harness.close()
    }
  })
})

describe('an event in advance that comes late', () => {
  let harness: Harness
  beforeAll(async () => {
    harness = await startHarness()
  })
  afterAll(() => harness.close())

  const seat = (id: string, timestamp: string, transactionId: string) => ({
    code: 'm',
    transaction_id: transactionId,
    timestamp: Date.parse(timestamp) / 1000,
    properties: { id },
  })
  async function start(charge: object, customer: object = {}): Promise<Client> {
    const client = await harness.organization()
    await client.clock(START)
    const metric = { code: 'm', aggregation_type: 'unique_count_agg', field_name: 'id', recurring: true }
    const advance = { metric: 'm', pay_in_advance: true, properties: { amount: '9' } }
    await subscribe(client, { metrics: [metric], charges: [{ ...advance, ...charge }], customer })
    return client
  }
  const feesOf = async (client: Client) => {
    const { fees } = await ok(client, 'GET', '/fees?fee_type=charge&per_page=100')
    return (fees as Fee[]).sort((a, b) =>
      String(a.event_transaction_id) < String(b.event_transaction_id) ? -1 : 1,
    )
  }

  it('is priced on what lies before it in time: a seat that is added on a later day, too, is added twice', async () => {
    const client = await start({ invoiceable: false })
    await client.clock('2024-01-28T00:00:00Z')
    await send(client, seat('a', '2024-01-27T00:00:00Z', 'e1'))
    await send(client, seat('a', '2024-01-20T00:00:00Z', 'e2'))
    await send(client, seat('b', '2024-01-15T00:00:00Z', 'e3'))
    await client.clock('2024-01-28T00:00:00Z')
    expect((await feesOf(client)).map((fee) => fee.amount_cents)).toEqual([900, 900, 900])
  })

  it('keeps the period that it had when it was accepted, also when the subscription ends before a worker comes', async () => {
    const client = await start({ invoiceable: false })
    await client.clock('2024-01-28T12:00:00Z')
    await send(client, seat('a', '2024-01-27T00:00:00Z', 'e1'))
    await ok(client, 'DELETE', '/subscriptions/s')
    await send(client, seat('b', '2024-01-26T00:00:00Z', 'e2'))
    await client.clock('2024-01-29T00:00:00Z')
    expect((await feesOf(client)).map((fee) => [fee.from_date, fee.to_date])).toEqual([
      ['2024-01-10T00:00:00Z', '2024-01-31T23:59:59Z'],
      ['2024-01-10T00:00:00Z', '2024-01-28T12:00:00Z'],
    ])
  })

  it('is invoiced with the date of its own local day, and final at once', async () => {
    const customer = { timezone: 'America/New_York', net_payment_term: 3 }
    const client = await start({ invoiceable: true }, customer)
    await client.clock('2024-01-28T12:00:00Z')
    await send(client, seat('a', '2024-01-20T02:00:00Z', 'late'))
    await client.clock('2024-01-28T12:00:00Z')
    await send(client, seat('b', '2024-01-28T11:00:00Z', 'prompt'))
    await client.clock('2024-01-28T12:00:00Z')
    const { invoices } = await ok(client, 'GET', '/invoices')
    const shown = invoices
      .map((each: Record<string, unknown>) => ({
        number: String(each.number).slice(-3),
        dates: [each.issuing_date, each.payment_due_date],
        made: each.created_at,
        isOverdue: each.payment_overdue,
      }))
      .sort((a: { number: string }, b: { number: string }) => (a.number < b.number ? -1 : 1))
    const made = '2024-01-28T12:00:00Z'
    expect(shown).toEqual([
      { number: '001', dates: ['2024-01-19', '2024-01-22'], made, isOverdue: true },
      { number: '002', dates: ['2024-01-28', '2024-01-31'], made, isOverdue: false },
    ])
  })
})
