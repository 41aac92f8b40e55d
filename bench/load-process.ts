import { batchBody, type EventPlan, eventBody } from './event-mix.ts'
import { LoadConnection, type Reply } from './load-client.ts'

/** The work of one group of connections. */
export type Load = {
  readonly url: string
  readonly apiKey: string
  readonly connections: number
  readonly what:
    | { readonly kind: 'get'; readonly paths: readonly string[] }
    | { readonly kind: 'event'; readonly plan: EventPlan }
    | { readonly kind: 'batch'; readonly plan: EventPlan; readonly size: number }
    /** A body in which `{n}` stands for the number of the request, counted from `from`. */
    | { readonly kind: 'post'; readonly path: string; readonly body: string; readonly from: number }
  /** Ends the load after this time or this many requests, whichever comes first. */
  readonly seconds: number
  readonly requestsMax?: number
  /** Starts requests at this rate while a connection is free; without it, as fast as responses arrive. */
  readonly perSecond?: number
}

export type LoadResult = {
  readonly seconds: number
  readonly answered: number
  readonly ok: number
  readonly refused: number
  /** 429 responses without `Retry-After`. */
  readonly refusedWithoutRetryAfter: number
  /** The first response that is neither 200 nor 429. */
  readonly wrong: string | null
  readonly wrongCount: number
  readonly okPerSecond: number
  readonly medianMs: number
  readonly p99Ms: number
}

type Tally = {
  latencies: number[]
  started: number
  statuses: Map<number, number>
  silent: number
  wrong: string | null
}

function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}

function requestOf(load: Load, place: number): readonly [path: string, body?: string | undefined] {
  const { what } = load
  if (what.kind === 'get') return [what.paths[place % what.paths.length] ?? '/']
  if (what.kind === 'post') return [what.path, what.body.replaceAll('{n}', String(what.from + place))]
  if (what.kind === 'event') return ['/api/v1/events', eventBody(what.plan)]
  return ['/api/v1/events/batch', batchBody(what.plan, what.size)]
}

function note(tally: Tally, reply: Reply, ms: number): void {
  tally.statuses.set(reply.status, (tally.statuses.get(reply.status) ?? 0) + 1)
  if (reply.status === 200) tally.latencies.push(ms)
  else if (reply.status === 429) tally.silent += reply.hasRetryAfter ? 0 : 1
  else tally.wrong ??= `${reply.status} ${reply.body.slice(0, 300)}`
}

/** When the next request may start; null when none may. */
function waitOf(load: Load, tally: Tally, begun: number): number | null {
  const now = performance.now()
  if (now >= begun + load.seconds * 1000) return null
  if (load.requestsMax !== undefined && tally.started >= load.requestsMax) return null
  if (load.perSecond === undefined) return 0
  return Math.max(0, begun + (tally.started / load.perSecond) * 1000 - now)
}

async function drive(load: Load, connection: LoadConnection, tally: Tally, begun: number): Promise<void> {
  // A rejected request is resent, as any client would; building a new one would cost as much as rejecting it.
  let refused: ReturnType<typeof requestOf> | undefined
  for (;;) {
    const wait = waitOf(load, tally, begun)
    if (wait === null) return
    if (wait > 0) {
      await new Promise((resolve) => setTimeout(resolve, wait))
      continue
    }
    const [path, body] = refused ?? requestOf(load, tally.started)
    tally.started += 1
    const sent = performance.now()
    const reply = await connection.send(path, body)
    note(tally, reply, performance.now() - sent)
    refused = reply.status === 429 ? [path, body] : undefined
  }
}

async function runLoad(load: Load): Promise<LoadResult> {
  const connections = await Promise.all(
    Array.from({ length: load.connections }, () => LoadConnection.open(load.url, load.apiKey)),
  )
  const tally: Tally = { latencies: [], started: 0, statuses: new Map(), silent: 0, wrong: null }
  const begun = performance.now()
  await Promise.all(connections.map((connection) => drive(load, connection, tally, begun)))
  const seconds = (performance.now() - begun) / 1000
  for (const connection of connections) connection.close()
  const sorted = tally.latencies.sort((a, b) => a - b)
  const ok = tally.statuses.get(200) ?? 0
  const refused = tally.statuses.get(429) ?? 0
  const answered = [...tally.statuses.values()].reduce((sum, count) => sum + count, 0)
  return {
    seconds,
    answered,
    ok,
    refused,
    refusedWithoutRetryAfter: tally.silent,
    wrong: tally.wrong,
    wrongCount: answered - ok - refused,
    okPerSecond: ok / seconds,
    medianMs: quantile(sorted, 0.5),
    p99Ms: quantile(sorted, 0.99),
  }
}

// A child process of the benchmark: runs the loads in each message in parallel and returns their results.
process.on('message', (loads: readonly Load[]) => {
  Promise.all(loads.map(runLoad)).then(
    (results) => process.send?.({ results }),
    (error: unknown) => process.send?.({ error: String(error) }),
  )
})
