import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { runBills, withBook } from './billing.ts'
import { withClient } from './database.ts'
import type { Benchmark, Figure, Setting } from './figure.ts'
import type { Load } from './load-process.ts'
import { seedOrganization } from './seed.ts'
import type { WeirServer } from './weir-server.ts'

const PAGES_PER_SECOND_MIN = 40
const LONG_LINES = 1000
const LONG_MS_MAX = 1000
const LONG_MEMORY_MAX_BYTES = 200e6
const LONGEST_LINES = 20_000
const LINE_TIMES_MAX = 1.3

/** What the process that renders tells, see document-process.ts. */
export type RenderFigures = {
  /** Processor time of one document, in ms. */
  readonly processorMs: number
  readonly wallMs: number
  readonly bytes: number
  /** Of the process at its highest, with its fonts, less what it had before the first document. */
  readonly memoryPeakBytes: number
}

/** Renders documents of `lines` lines in a process of its own, so that its memory is that of the rendering. */
function rendered(root: string, lines: number, times: number): Promise<RenderFigures> {
  return new Promise((resolve, reject) => {
    const script = join(root, 'bench/document-process.ts')
    const args = ['--import', 'tsx', script, String(lines), String(times)]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    let told = ''
    child.stdout.on('data', (chunk) => {
      told += String(chunk)
    })
    child.once('error', reject)
    child.once('exit', (code) => {
      if (code === 0) resolve(JSON.parse(told) as RenderFigures)
      else reject(new Error(`documents could not be rendered: ${code}`))
    })
  })
}

/** One page of twelve lines, as PDF/A-3b with tags. */
async function onePage({ root, isQuick }: Setting): Promise<readonly Figure[]> {
  const page = await rendered(root, 12, isQuick ? 100 : 500)
  const value = 1000 / page.processorMs
  return [
    {
      name: 'documents, one page',
      what: 'documents a second and core',
      unit: 'documents/s',
      value,
      reference: PAGES_PER_SECOND_MIN,
      referenceWhat: 'documents/s that are asked for',
      ratio: value / PAGES_PER_SECOND_MIN,
      target: 1,
      isFloor: true,
      details: { ...page },
    },
  ]
}

/** A thousand lines, and what a line costs when there are twenty thousand. */
async function manyLines({ root, isQuick }: Setting): Promise<readonly Figure[]> {
  const long = await rendered(root, LONG_LINES, 1)
  const longest = await rendered(root, isQuick ? LONGEST_LINES / 4 : LONGEST_LINES, 1)
  const lines = isQuick ? LONGEST_LINES / 4 : LONGEST_LINES
  const value = longest.processorMs / lines
  const reference = long.processorMs / LONG_LINES
  return [
    {
      name: 'documents, many lines',
      what: `processor time of a line among ${lines}`,
      unit: 'ms',
      value,
      reference,
      referenceWhat: `ms of a line among ${LONG_LINES}`,
      ratio: value / reference,
      target: LINE_TIMES_MAX,
      isFloor: false,
      conditions: {
        [`${LONG_LINES} lines under ${LONG_MS_MAX} ms`]: long.wallMs < LONG_MS_MAX,
        [`${LONG_LINES} lines within 200 MB`]: long.memoryPeakBytes < LONG_MEMORY_MAX_BYTES,
      },
      details: { long, longest },
    },
  ]
}

const BESIDE_DOCUMENTS = 2000
const BESIDE_EVENTS_MIN = 0.8
const PLANS_P99_MAX_MS = 100

/** How many documents of a book's bills are still to be rendered. */
function pendingOf({ databaseUrl }: WeirServer, organizationId: string): Promise<number> {
  return withClient(databaseUrl, async (client) => {
    const { rows } = await client.query<{ count: number }>(
      `select count(*)::int as count from documents where organization_id = $1 and status = 'pending'`,
      [organizationId],
    )
    return rows[0]?.count ?? 0
  })
}

/** Events and reads while the documents of a billing run are rendered; then how long the rest of them takes. */
async function besideRendering(setting: Setting): Promise<readonly Figure[]> {
  const seconds = setting.isQuick ? 4 : 15
  const figure = await withBook(setting, BESIDE_DOCUMENTS, async (server, book): Promise<Figure> => {
    const neighbour = await seedOrganization(server, 100)
    const shared = { url: server.url, apiKey: neighbour.apiKey, seconds }
    const events: Load = { ...shared, connections: 64, what: { kind: 'event', plan: { subscriptions: 100 } } }
    const plans: Load = {
      ...{ ...shared, connections: 2, perSecond: 20 },
      what: { kind: 'get', paths: ['/api/v1/plans'] },
    }
    await setting.load.one({ ...events, seconds: 3 })
    const reference = await setting.load.one(events)
    await runBills(server, book)
    const before = await pendingOf(server, book.organization.id)
    const [measured, read] = await setting.load.run(events, plans)
    if (!measured || !read) throw new Error('a load gave no result')
    const after = await pendingOf(server, book.organization.id)
    const began = performance.now()
    for (let left = after; left > 0; left = await pendingOf(server, book.organization.id)) await sleep(250)
    const restSeconds = (performance.now() - began) / 1000
    return {
      name: 'ingest beside documents',
      what: `POST /events, 64 connections, while ${BESIDE_DOCUMENTS} documents are rendered`,
      unit: 'req/s',
      value: measured.okPerSecond,
      reference: reference.okPerSecond,
      referenceWhat: 'the same without documents',
      ratio: measured.okPerSecond / reference.okPerSecond,
      target: BESIDE_EVENTS_MIN,
      isFloor: true,
      conditions: {
        'GET /plans with a p99 below 100 ms': read.p99Ms < PLANS_P99_MAX_MS,
        'rendering went on all the while': after > 0 && after < before,
      },
      details: {
        plansP99Ms: read.p99Ms,
        plansMedianMs: read.medianMs,
        renderedBeside: before - after,
        renderedBesidePerSecond: (before - after) / seconds,
        renderedAlonePerSecond: after / restSeconds,
      },
    }
  })
  return [figure]
}

export const documentBenchmarks: readonly Benchmark[] = [
  { name: 'documents-beside', run: besideRendering },
  { name: 'documents', run: async (setting) => [...(await onePage(setting)), ...(await manyLines(setting))] },
]
