import { setTimeout as sleep } from 'node:timers/promises'
import { eventBody } from './event-mix.ts'
import { type Benchmark, type Figure, median, type Setting } from './figure.ts'
import { LoadGenerator } from './load.ts'
import { LoadConnection } from './load-client.ts'
import type { Load } from './load-process.ts'
import { type Organization, seedOrganization } from './seed.ts'

const NEIGHBOURS = 9
const NEIGHBOUR_PER_SECOND = 10
const BATCH = 100
const RATED_CONNECTIONS = 8
const FLOOD_CONNECTIONS = 640
const TIMES = 10
/** The maximum p99 of another organization. */
const NEIGHBOUR_P99_MAX_MS = 1000
const plan = { subscriptions: 20 }

function batches(setting: Setting, organization: Organization, seconds: number): Load {
  const what = { kind: 'batch' as const, plan, size: BATCH }
  const { url } = setting.server
  return { url, apiKey: organization.apiKey, connections: RATED_CONNECTIONS, what, seconds }
}

function neighbour(setting: Setting, organization: Organization, seconds: number): Load {
  const what = { kind: 'event' as const, plan }
  const { url } = setting.server
  return { url, apiKey: organization.apiKey, connections: 2, what, seconds, perSecond: NEIGHBOUR_PER_SECOND }
}

/** Latency in ms of one event at a time, the median of 20. */
async function calmLatency(setting: Setting, organization: Organization): Promise<number> {
  const connection = await LoadConnection.open(setting.server.url, organization.apiKey)
  const latencies: number[] = []
  for (let i = 0; i < 20; i += 1) {
    const begun = performance.now()
    const { status, body } = await connection.send('/api/v1/events', eventBody(plan))
    if (status !== 200) throw new Error(`${status} ${body.slice(0, 200)}`)
    latencies.push(performance.now() - begun)
  }
  connection.close()
  return median(latencies)
}

/** Seconds until an event is as fast as before the flood, within a factor of three. */
async function recoverySeconds(
  setting: Setting,
  organization: Organization,
  calmMs: number,
): Promise<number> {
  const begun = performance.now()
  while (performance.now() - begun < 30_000) {
    if ((await calmLatency(setting, organization)) <= calmMs * 3) break
  }
  return (performance.now() - begun) / 1000
}

async function watchMemory(setting: Setting, seconds: number): Promise<readonly number[]> {
  const sizes: number[] = []
  const until = performance.now() + seconds * 1000
  while (performance.now() < until) {
    sizes.push(await setting.server.residentBytes())
    await sleep(500)
  }
  return sizes
}

async function runOverload(setting: Setting): Promise<readonly Figure[]> {
  const flooder = await seedOrganization(setting.server, plan.subscriptions)
  const neighbours: Organization[] = []
  for (let i = 0; i < NEIGHBOURS; i += 1) {
    neighbours.push(await seedOrganization(setting.server, plan.subscriptions))
  }
  const seconds = setting.isQuick ? 10 : 60
  await setting.load.one(batches(setting, flooder, 3))
  const calmMs = await calmLatency(setting, flooder)
  const quiet = neighbours.map((each) => neighbour(setting, each, seconds / 2))
  const [rated, ...before] = await setting.load.run(batches(setting, flooder, seconds / 2), ...quiet)
  if (!rated) throw new Error('the rated load gave no result')
  const flood: Load = {
    ...batches(setting, flooder, seconds),
    connections: FLOOD_CONNECTIONS,
    perSecond: rated.okPerSecond * TIMES,
  }
  // In a separate process, because generating the flood keeps that process busy, which must not count against the
  // server.
  const apart = new LoadGenerator()
  const flooding = Promise.all([
    setting.load.run(flood),
    apart.run(...neighbours.map((each) => neighbour(setting, each, seconds))),
  ]).finally(() => apart.stop())
  const memory = await watchMemory(setting, seconds)
  const [[flooded], others] = await flooding
  if (!flooded) throw new Error('the flood gave no result')
  const recovery = await recoverySeconds(setting, flooder, calmMs)
  const half = Math.floor(memory.length / 2)
  const growth = Math.max(...memory.slice(half)) / Math.max(...memory.slice(0, half))
  const ratio = flooded.okPerSecond / rated.okPerSecond
  const worstP99 = Math.max(...others.map((each) => each.p99Ms))
  const wanted = NEIGHBOUR_PER_SECOND * seconds
  return [
    {
      name: 'overload',
      what: `events stored while one of ten organizations sends ${TIMES} times the rated load for ${seconds} s`,
      unit: 'events/s',
      value: flooded.okPerSecond * BATCH,
      reference: rated.okPerSecond * BATCH,
      referenceWhat: 'the rated load',
      ratio,
      target: 0.9,
      isFloor: true,
      conditions: {
        'the neighbours lose nothing': others.every((each) => each.refused === 0 && each.ok >= wanted * 0.98),
        [`the neighbours' p99 stays below ${NEIGHBOUR_P99_MAX_MS} ms`]: worstP99 < NEIGHBOUR_P99_MAX_MS,
        'what is too much is refused with Retry-After':
          flooded.refused > 0 && flooded.refusedWithoutRetryAfter === 0,
        'memory stays flat': growth <= 1.1,
        'recovery within 5 s': recovery <= 5,
      },
      details: {
        offeredTimesRated: flooded.answered / flooded.seconds / rated.okPerSecond,
        refusedPerSecond: flooded.refused / flooded.seconds,
        floodP99Ms: flooded.p99Ms,
        neighbourP99Ms: worstP99,
        neighbourP99MsAtRatedLoad: Math.max(...before.map((each) => each.p99Ms)),
        neighbourEventsOfWanted: Math.min(...others.map((each) => each.ok)) / wanted,
        memoryPeakBytes: Math.max(...memory),
        memoryGrowth: growth,
        recoverySeconds: recovery,
      },
    },
  ]
}

export const overloadBenchmarks: readonly Benchmark[] = [{ name: 'overload', run: runOverload }]
