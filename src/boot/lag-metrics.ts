import { Gauge, type Registry } from 'prom-client'
import type { Context } from '../actions/context.ts'
import { type Lag, lagOfDueItems, lagOfJobs } from '../store/lag.ts'

/**
 * Shows how far due work and queued jobs are behind. PostgreSQL is asked when the figures are; while it does not
 * answer they are not a number.
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
    gauge('waiting', 'How many could be done now and are not.', (lag) => lag.waiting)
    gauge('failing', 'Of those waiting, how many failed before.', (lag) => lag.failing)
    gauge('lag_seconds', 'How long the oldest one waiting is late.', (lag) => lag.oldestMs / 1000)
  }
}

/** Gauges are collected together; they share one question. */
function askOnce(context: Context, ask: () => Promise<Lag>): () => Promise<Lag> {
  let asking: Promise<Lag> | null = null
  return () => {
    asking ??= ask()
      .catch((error: unknown) => {
        context.log.warn({ err: error }, 'the lag of due work and jobs could not be read')
        return { waiting: Number.NaN, failing: Number.NaN, oldestMs: Number.NaN }
      })
      .finally(() => {
        asking = null
      })
    return asking
  }
}
