import { connect, type Socket } from 'node:net'
import { eventBody } from './event-mix.ts'
import { type Benchmark, type Figure, median, type Setting } from './figure.ts'
import { LoadConnection } from './load-client.ts'
import type { Load, LoadResult } from './load-process.ts'
import { type Organization, seedOrganization } from './seed.ts'

const SLOW_CONNECTIONS = 900
const DRIP_MS = 1000
const BIG_CONNECTIONS = 8
const BIG_BYTES = 10 * 1024 * 1024
const NEIGHBOUR_PER_SECOND = 20
const plan = { subscriptions: 20 }

function neighbourLoad(setting: Setting, organization: Organization, seconds: number): Load {
  const what = { kind: 'event' as const, plan }
  const { url } = setting.server
  return { url, apiKey: organization.apiKey, connections: 2, what, seconds, perSecond: NEIGHBOUR_PER_SECOND }
}

function headOf(path: string, length: number, apiKey: string | null): string {
  const key = apiKey === null ? '' : `authorization: Bearer ${apiKey}\r\n`
  return `POST ${path} HTTP/1.1\r\nhost: bench\r\n${key}content-type: application/json\r\ncontent-length: ${length}\r\n\r\n`
}

/** A connection to the server that nobody listens to: what it gets is thrown away. */
function open(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => resolve(socket))
    socket.resume()
    // The server cuts what is too slow or not let in; that is what is measured.
    socket.on('error', () => socket.destroy())
  })
}

/** Keeps a number of slow bodies open until it is told to end; those that are cut begin again. */
async function dripBodies(
  setting: Setting,
  organization: Organization,
): Promise<{ end: () => void; cut: () => number }> {
  let cut = 0
  let isOver = false
  const sockets = new Set<Socket>()
  const begin = async (): Promise<void> => {
    const socket = await open(setting.server.url)
    sockets.add(socket)
    socket.write(`${headOf('/api/v1/events/batch', 1_000_000, organization.apiKey)}{"events":[`)
    socket.once('close', () => {
      sockets.delete(socket)
      if (isOver) return
      cut += 1
      void begin()
    })
  }
  await Promise.all(Array.from({ length: SLOW_CONNECTIONS }, begin))
  const dripping = setInterval(() => {
    for (const socket of sockets) if (socket.writable) socket.write(' ')
  }, DRIP_MS)
  const end = () => {
    isOver = true
    clearInterval(dripping)
    for (const socket of sockets) socket.destroy()
  }
  return { end, cut: () => cut }
}

/** Sends bodies of 10 MB one after another until `isOver`, with a key or without; gives how many were answered. */
async function sendBig(setting: Setting, apiKey: string | null, isOver: () => boolean): Promise<number> {
  const body = Buffer.from(`[${'1e1,'.repeat(BIG_BYTES / 4 - 2)}1e1]`)
  let answered = 0
  while (!isOver()) {
    const socket = await open(setting.server.url)
    const answer = new Promise<void>((resolve) => {
      socket.once('data', () => resolve())
      socket.once('close', () => resolve())
    })
    socket.write(headOf(apiKey === null ? '/nowhere' : '/api/v1/events/batch', body.length, apiKey))
    socket.write(body)
    await answer
    answered += 1
    socket.destroy()
  }
  return answered
}

async function calmMs(setting: Setting, organization: Organization): Promise<number> {
  const connection = await LoadConnection.open(setting.server.url, organization.apiKey)
  const latencies: number[] = []
  for (let i = 0; i < 20; i += 1) {
    const begun = performance.now()
    await connection.send('/api/v1/events', eventBody(plan))
    latencies.push(performance.now() - begun)
  }
  connection.close()
  return median(latencies)
}

type Flood = (setting: Setting, flooder: Organization) => Promise<() => Promise<Record<string, number>>>

/** The p99 of a neighbour's events beside a flood, and the same without it. */
async function besideFlood(setting: Setting, flood: Flood) {
  const flooder = await seedOrganization(setting.server, plan.subscriptions)
  const quiet = await seedOrganization(setting.server, plan.subscriptions)
  const seconds = setting.isQuick ? 10 : 40
  await setting.load.one(neighbourLoad(setting, quiet, 3))
  const [before] = await setting.load.run(neighbourLoad(setting, quiet, seconds))
  const end = await flood(setting, flooder)
  const [beside] = await setting.load.run(neighbourLoad(setting, quiet, seconds))
  const memoryBytes = await setting.server.residentBytes()
  const details = { ...(await end()), memoryBytes, afterMs: await calmMs(setting, flooder) }
  if (!before || !beside) throw new Error('a load gave no result')
  return { before, beside, details }
}

function figureOf(
  name: string,
  what: string,
  target: number,
  { before, beside, details }: { before: LoadResult; beside: LoadResult; details: Record<string, number> },
): Figure {
  return {
    name,
    what,
    unit: 'ms (p99)',
    value: beside.p99Ms,
    reference: before.p99Ms,
    referenceWhat: 'the same without the flood',
    ratio: beside.p99Ms / before.p99Ms,
    target,
    isFloor: false,
    conditions: { 'the neighbour loses nothing': beside.refused === 0 && beside.ok >= before.ok * 0.98 },
    details,
  }
}

async function runSlow(setting: Setting): Promise<readonly Figure[]> {
  const result = await besideFlood(setting, async (_setting, flooder) => {
    const { end, cut } = await dripBodies(setting, flooder)
    return async () => {
      end()
      return { cut: cut() }
    }
  })
  const what = `one event of a neighbour beside ${SLOW_CONNECTIONS} bodies that come a byte a second`
  return [figureOf('slow bodies', what, 2, result)]
}

async function runBig(setting: Setting): Promise<readonly Figure[]> {
  const result = await besideFlood(setting, async (_setting, flooder) => {
    let isOver = false
    const keys = [null, flooder.apiKey].flatMap((key) => Array.from({ length: BIG_CONNECTIONS }, () => key))
    const sending = Promise.all(keys.map((key) => sendBig(setting, key, () => isOver)))
    return async () => {
      isOver = true
      return { answered: (await sending).reduce((sum, each) => sum + each, 0) }
    }
  })
  const what = `one event of a neighbour beside ${2 * BIG_CONNECTIONS} senders of 10 MB, half of them without a key`
  return [figureOf('big bodies', what, 5, result)]
}

export const hostileBodiesBenchmarks: readonly Benchmark[] = [
  { name: 'slow-bodies', run: runSlow },
  { name: 'big-bodies', run: runBig },
]
