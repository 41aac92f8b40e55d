import { Gauge, type Registry } from 'prom-client'
import type { Context } from '../actions/context.ts'
import { type Lag, lagOfDueItems, lagOfJobs } from '../store/lag.ts'

/**
 * Metrics for the backlog of due work and queued jobs. PostgreSQL is queried on every scrape; while it does not
 * respond they are NaN.
 */
export function measureLag(context: Context, registry: Registry): void {
  const now = () => context.systemNow()
  const lags: Readonly<Record<string, () => Promise<Lag>>> = {
    due_items: askOnce(context, () => lagOfDueItems(context.database, now())),
    jobs: askOnce(context, () => lagOfJobs(context.database, now())),
  }
  for (const [name, ask] of Object.entries(lags)) {
    const gauge = (suffix: string, help: string, figure: (lag: Lag) => number) =>
      new Gauge({
        name: `weir_${name}_${suffix}`,
        help,
        registers: [registry],
        async collect() {
          this.set(figure(await ask()))
        },
      })
    gauge('waiting', 'How many are waiting that could run now.', (lag) => lag.waiting)
    gauge('failing', 'How many of those waiting have failed before.', (lag) => lag.failing)
    gauge('lag_seconds', 'How late the oldest one waiting is.', (lag) => lag.oldestMs / 1000)
  }
}

/** Gauges are collected together and share one query. */
function askOnce(context: Context, ask: () => Promise<Lag>): () => Promise<Lag> {
  let asking: Promise<Lag> | null = null
  return () => {
    asking ??= ask()
      .catch((error: unknown) => {
        context.log.warn({ err: error }, 'could not read the backlog of due work and jobs')
        return { waiting: Number.NaN, failing: Number.NaN, oldestMs: Number.NaN }
      })
      .finally(() => {
        asking = null
      })
    return asking
  }
}
