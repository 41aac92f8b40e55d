import type { FastifyInstance } from 'fastify'
import type { Registry } from 'prom-client'
import type { Database } from '../store/database.ts'
import { REPOSITORY_URL, VERSION } from './version.ts'

const PING_LIMIT_MS = 3000

async function ping(database: Database): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve('the database does not answer'), PING_LIMIT_MS)
  })
  const answer = database.ping().then(
    () => null,
    () => 'the database is down',
  )
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}

export type ProbeParts = {
  readonly database: Database
  readonly registry: Registry
  readonly isStopping: () => boolean
}

/** GET /health, /ready and /metrics, without authentication. */
export function answerProbes(app: FastifyInstance, parts: ProbeParts): void {
  app.get('/health', async (_request, reply) => {
    const base = { version: VERSION, github_url: REPOSITORY_URL }
    const details = await ping(parts.database)
    if (details === null) return { ...base, message: 'Success' }
    return await reply.code(500).send({ ...base, message: 'Unhealthy', details })
  })
  app.get('/ready', async (_request, reply) => {
    if (parts.isStopping()) return await reply.code(503).send({ status: 'stopping' })
    return { status: 'ok' }
  })
  app.get('/metrics', async (_request, reply) => {
    void reply.header('content-type', parts.registry.contentType)
    return await reply.send(await parts.registry.metrics())
  })
}
