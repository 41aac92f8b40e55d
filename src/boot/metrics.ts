import type { FastifyInstance } from 'fastify'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Counts } from '../actions/context.ts'
import type { Database } from '../store/database.ts'

const SECONDS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** Prometheus metrics of the process, the PostgreSQL connections and requests. */
export function createMetrics(database: Database): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  new Gauge({
    name: 'weir_database_connections',
    help: 'Connections of the application pool, by state.',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      this.set({ state: 'idle' }, database.pool.idleCount)
      this.set({ state: 'busy' }, database.pool.totalCount - database.pool.idleCount)
      this.set({ state: 'awaited' }, database.pool.waitingCount)
    },
  })
  return registry
}

/** Counts what jobs tell of their work. */
export function jobCounts(registry: Registry): Counts {
  const failed = new Counter({
    name: 'weir_documents_failed_total',
    help: 'Documents that were given up after their last attempt.',
    registers: [registry],
  })
  const mails = new Counter({
    name: 'weir_mails_total',
    help: 'Mails that were sent or given up.',
    labelNames: ['kind', 'status'],
    registers: [registry],
  })
  return {
    documentsFailed: (count) => failed.inc(count),
    mailEnded: (kind, status) => mails.inc({ kind, status }),
  }
}

/** Counts the requests that were not logged because too many were waiting to be. */
export function measureCallLog({ callLog }: FastifyInstance, registry: Registry): void {
  new Counter({
    name: 'weir_api_logs_dropped_total',
    help: 'Requests that are missing in the API log because too many were waiting to be written.',
    registers: [registry],
    collect() {
      this.reset()
      this.inc(callLog.dropped)
    },
  })
}

/** Counts and times requests by route pattern, never by path: paths contain customer ids. */
export function measureRequests(app: FastifyInstance, registry: Registry): void {
  const seconds = new Histogram({
    name: 'weir_http_request_seconds',
    help: 'Time from request to response.',
    labelNames: ['method', 'route', 'status'],
    buckets: SECONDS,
    registers: [registry],
  })
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown'
    seconds.observe(
      { method: request.method, route, status: String(reply.statusCode) },
      reply.elapsedTime / 1000,
    )
  })
}
