import { setTimeout as sleep } from 'node:timers/promises'
import { type CopyReference, copyReference } from './copy-reference.ts'
import { withClient } from './database.ts'
import { type Book, type Extras, makeBook } from './due-book.ts'
import type { Benchmark, Figure, Setting } from './figure.ts'
import type { Load } from './load-process.ts'
import { MONEY } from './money.ts'
import { type ProcessorTime, watchProcessorTime } from './processor-time.ts'
import { seedOrganization } from './seed.ts'
import { startSink } from './sink.ts'
import { startWeirServer, type WeirServer } from './weir-server.ts'

/** COPY may be this many times as fast. */
const COPY_TIMES_MAX = 3
const MANY_TIMES_MAX = 1.2
/** The runs with an endpoint, and beside events, have no more subscriptions than this. */
const BESIDE_MAX = 10_000
const MEMORY_MAX_BYTES = 450e6
const PLANS_P99_MAX_MS = 100
/** Runs this small are polled more often, because polling twice a second would be a large part of their time. */
const WATCHED_CLOSELY = 2000

/** The result of a billing run. */
export type BillingRun = {
  readonly invoices: number
  /** Measured from when the bills fell due or, if visible, from the first finished ones. */
  readonly perSecond: number
  readonly seconds: number
  readonly memoryPeakBytes: number
  /** Of one invoice. */
  readonly processorTime: ProcessorTime
}

/** Makes a book fall due and waits until it is fully billed; `during` is called repeatedly with the number left. */
export async function runBills(
  server: WeirServer,
  book: Book,
  during: (left: number) => Promise<void> = async () => {},
): Promise<BillingRun> {
  const { count } = book
  const isClose = count <= WATCHED_CLOSELY
  return withClient(server.databaseUrl, async (client) => {
    const timeOf = await watchProcessorTime(server)
    await book.fallDue()
    const begun = performance.now()
    let first = { left: count, at: begun }
    let left = count
    let memory = 0
    let looked = begun
    while (left > 0) {
      await sleep(isClose ? 20 : 250)
      left = await book.left(client)
      // The first bills wait for the next tick, which is not part of the cost of a bill.
      if (isClose && first.left === count && left < count) first = { left, at: performance.now() }
      await during(left)
      if (performance.now() - looked < 250 && left > 0) continue
      looked = performance.now()
      await book.checkFailures(client)
      memory = Math.max(memory, await server.residentBytes())
    }
    const ended = performance.now()
    const processorTime = await timeOf(count)
    const from = first.left === 0 ? { left: count, at: begun } : first
    return {
      invoices: count,
      perSecond: from.left / ((ended - from.at) / 1000),
      seconds: (ended - begun) / 1000,
      memoryPeakBytes: memory,
      processorTime,
    }
  })
}

/** Runs on a separate server, so that no run is affected by the rows of another. */
export async function withBook<T>(
  setting: Setting,
  count: number,
  work: (server: WeirServer, book: Book) => Promise<T>,
  endpointUrl?: string,
  extras?: Extras,
): Promise<T> {
  const environment = { WEIR_ALLOW_PRIVATE_WEBHOOKS: 'true' }
  const server = await startWeirServer(setting.root, { environment })
  try {
    return await work(server, await makeBook(server, setting.load, count, endpointUrl, extras))
  } finally {
    await server.stop()
  }
}

type Measured = { readonly run: BillingRun; readonly copy: CopyReference }

function figureOf(name: string, what: string, { run, copy }: Measured, more: object = {}): Figure {
  const reference = run.invoices / copy.seconds
  return {
    name,
    what,
    unit: 'invoices/s',
    value: run.perSecond,
    reference,
    referenceWhat: 'COPY of the same rows, with indexes and foreign keys',
    ratio: run.perSecond / reference,
    target: 1 / COPY_TIMES_MAX,
    isFloor: true,
    conditions: { 'resident memory below 450 MB': run.memoryPeakBytes < MEMORY_MAX_BYTES },
    details: { ...run, rows: copy.rows, ...more },
  }
}

async function runPlain(setting: Setting, count: number): Promise<Measured> {
  return withBook(setting, count, async (server, book) => {
    const run = await runBills(server, book)
    await checkInvoices(server, book)
    return { run, copy: await copyReference(server, book.organization.id) }
  })
}

/** Fees of a plain bill: a subscription fee and three charges. */
const PLAIN_FEES = 4

/** Checks that every subscription has one finalized invoice with so many fees. */
export async function checkInvoices(server: WeirServer, book: Book, feesEach = PLAIN_FEES): Promise<void> {
  const { rows } = await withClient(server.databaseUrl, (client) =>
    client.query(
      `select count(*)::int as invoices, count(distinct customer_id)::int as customers,
        (select count(*)::int from fees where organization_id = $1 and fee_type <> 'add_on') as fees
      from invoices
      where organization_id = $1 and invoice_type = 'subscription' and status = 'finalized' and total_amount_cents > 0`,
      [book.organization.id],
    ),
  )
  const { invoices, customers, fees } = rows[0]
  if (invoices !== book.count || customers !== book.count || fees !== book.count * feesEach) {
    throw new Error(`${book.count} were due, but ${JSON.stringify(rows[0])}`)
  }
}

/** Two fixed charges and a custom section on each bill may cost this much more. */
const FIXED_TIMES_MAX = 1.25
/** A coupon, a credit note and a wallet may. */
const MONEY_TIMES_MAX = 1.5

type Richer = {
  readonly name: string
  readonly what: string
  readonly extras: Extras
  readonly feesEach: number
  readonly target: number
  readonly check?: (server: WeirServer, book: Book) => Promise<void>
}

/** What an invoice with more on it costs beside a plain one. */
async function runRicher(setting: Setting, richer: Richer): Promise<readonly Figure[]> {
  const count = setting.sizes?.[0] ?? (setting.isQuick ? 1000 : 10_000)
  const { run: plain } = await runPlain(setting, count)
  const work = async (server: WeirServer, book: Book) => {
    const billed = await runBills(server, book)
    await checkInvoices(server, book, richer.feesEach)
    await richer.check?.(server, book)
    return billed
  }
  const run = await withBook(setting, count, work, undefined, richer.extras)
  const [value, reference] = [1000 / run.perSecond, 1000 / plain.perSecond]
  return [
    {
      name: richer.name,
      what: `one of ${count} invoices with ${richer.what}`,
      unit: 'ms',
      value,
      reference,
      referenceWhat: 'one without them',
      ratio: value / reference,
      target: richer.target,
      isFloor: false,
      details: { ...run, plainPerSecond: plain.perSecond },
    },
  ]
}

const runWithFixedCharges = (setting: Setting) =>
  runRicher(setting, {
    name: 'billing with fixed charges',
    what: 'two fixed charges and a custom section',
    extras: { hasFixedCharges: true },
    feesEach: PLAIN_FEES + 2,
    target: FIXED_TIMES_MAX,
  })

const runWithMoney = (setting: Setting) =>
  runRicher(setting, {
    name: 'billing with money',
    what: 'a coupon, a credit note and a wallet',
    extras: { hasMoney: true },
    feesEach: PLAIN_FEES,
    target: MONEY_TIMES_MAX,
    check: checkMoney,
  })

/** Checks that every invoice was reduced by the coupon, the credit note and the wallet. */
async function checkMoney(server: WeirServer, book: Book): Promise<void> {
  const { rows } = await withClient(server.databaseUrl, (client) =>
    client.query<{ reduced: number }>(
      `select count(*)::int as reduced from invoices
      where organization_id = $1 and invoice_type = 'subscription' and coupons_amount_cents > 0
        and credit_notes_amount_cents = $2 and prepaid_credit_amount_cents = $3`,
      [book.organization.id, MONEY.noteCents * 1.2, MONEY.walletCents],
    ),
  )
  if (rows[0]?.reduced !== book.count) throw new Error(`${rows[0]?.reduced} of ${book.count} were reduced`)
}

async function runWithEndpoint(setting: Setting, count: number): Promise<Figure> {
  const sink = await startSink()
  try {
    return await withBook(
      setting,
      count,
      async (server, book) => {
        const before = sink.received()
        const begun = performance.now()
        const run = await runBills(server, book)
        const during = sink.received() - before
        while (sink.received() - before < count) await sleep(100)
        const deliveriesPerSecond = count / ((performance.now() - begun) / 1000)
        const copy = await copyReference(server, book.organization.id)
        const more = { deliveredDuringBilling: during, deliveriesPerSecond }
        return figureOf('billing with an endpoint', `${count} due at once`, { run, copy }, more)
      },
      sink.url,
    )
  } finally {
    await sink.close()
  }
}

/** Events and reads during a billing run. Ends when they are measured, not when everything is billed. */
async function runBeside(setting: Setting, count: number): Promise<Figure> {
  const seconds = setting.isQuick ? 4 : 10
  return withBook(setting, count, async (server, book) => {
    const neighbour = await seedOrganization(server, 100)
    const load = (what: Load['what'], more: Partial<Load> = {}): Load => ({
      url: server.url,
      apiKey: neighbour.apiKey,
      connections: 64,
      what,
      seconds,
      ...more,
    })
    const events = load({ kind: 'event', plan: { subscriptions: 100 } })
    const plans = load({ kind: 'get', paths: ['/api/v1/plans'] }, { connections: 2, perSecond: 20 })
    await setting.load.one({ ...events, seconds: 3 })
    const reference = await setting.load.one(events)
    await book.fallDue()
    await sleep(1000)
    const [measured, read] = await setting.load.run(events, plans)
    if (!measured || !read) throw new Error('a load gave no result')
    const left = await withClient(server.databaseUrl, book.left)
    return {
      name: 'ingest beside billing',
      what: `POST /events, 64 connections, while ${count} are billed`,
      unit: 'req/s',
      value: measured.okPerSecond,
      reference: reference.okPerSecond,
      referenceWhat: 'the same without billing',
      ratio: measured.okPerSecond / reference.okPerSecond,
      target: 0.5,
      isFloor: true,
      conditions: {
        'GET /plans with a p99 below 100 ms': read.p99Ms < PLANS_P99_MAX_MS,
        'billing went on all the while': left > 0,
      },
      details: { plansP99Ms: read.p99Ms, plansMedianMs: read.medianMs, billed: count - left },
    }
  })
}

async function runBilling(setting: Setting): Promise<readonly Figure[]> {
  const sizes = setting.sizes ?? (setting.isQuick ? [200, 1000] : [1000, 10_000, 100_000])
  const figures: Figure[] = []
  const runs: BillingRun[] = []
  for (const count of sizes) {
    const measured = await runPlain(setting, count)
    runs.push(measured.run)
    figures.push(figureOf('billing', `${count} subscriptions of one organization due at once`, measured))
  }
  const [few, many] = [runs[0], runs.at(-1)]
  if (few && many && few !== many) {
    const [value, reference] = [1000 / many.perSecond, 1000 / few.perSecond]
    figures.push({
      name: 'billing of many',
      what: `one of ${many.invoices} invoices`,
      unit: 'ms',
      value,
      reference,
      referenceWhat: `one of ${few.invoices}`,
      ratio: value / reference,
      target: MANY_TIMES_MAX,
      isFloor: false,
      details: {},
    })
  }
  const beside = Math.min(BESIDE_MAX, sizes.at(-1) ?? BESIDE_MAX)
  figures.push(await runWithEndpoint(setting, beside))
  figures.push(await runBeside(setting, beside))
  return figures
}

export const billingBenchmarks: readonly Benchmark[] = [
  { name: 'billing', run: runBilling },
  { name: 'billing-fixed', run: runWithFixedCharges },
  { name: 'billing-money', run: runWithMoney },
]
