import { Presets, SingleBar } from 'cli-progress'
import { createOrganization } from '../actions/organizations/create-organization.ts'
import { type ApiCall, injectApi } from '../boot/inject-api.ts'
import { withContext } from './command-context.ts'
import { demonstrationCustomer, demonstrationEvents, METRICS, PLANS } from './demonstration.ts'

const MONTHS = 3

/** Shows progress: a bar on a terminal, nothing elsewhere. */
type Progress = { readonly step: () => void; readonly end: () => void }

function showProgress(total: number): Progress {
  if (process.stderr.isTTY !== true) return { step: () => {}, end: () => {} }
  const bar = new SingleBar(
    { format: ' {bar} {percentage}% | {value} of {total} | {eta_formatted} left', hideCursor: true },
    Presets.shades_classic,
  )
  bar.start(total, 0)
  return { step: () => bar.increment(), end: () => bar.stop() }
}

async function makeCatalogue(call: ApiCall): Promise<void> {
  const metricIds = new Map<string, string>()
  for (const metric of METRICS) {
    const answer = (await call('POST', '/billable_metrics', { billable_metric: metric })) as {
      billable_metric: { lago_id: string }
    }
    metricIds.set(metric.code, answer.billable_metric.lago_id)
  }
  for (const { body, charges } of PLANS) {
    const drafts = charges.map(({ metric, ...rest }) => ({
      ...rest,
      billable_metric_id: metricIds.get(metric),
    }))
    await call('POST', '/plans', { plan: { ...body, charges: drafts } })
  }
}

async function makeCustomer(call: ApiCall, n: number): Promise<void> {
  const customer = demonstrationCustomer(n)
  await call('POST', '/customers', { customer })
  await call('POST', '/subscriptions', {
    subscription: {
      external_customer_id: customer.external_id,
      external_id: `${customer.external_id}-sub`,
      plan_code: PLANS[n % PLANS.length]?.body.code,
      billing_time: n % 4 === 0 ? 'anniversary' : 'calendar',
    },
  })
}

const moveClock = (call: ApiCall, atMs: number): Promise<unknown> =>
  call('PUT', '/test_clock', { test_clock: { now: new Date(atMs).toISOString() } })

async function fill(call: ApiCall, customers: number, nowMs: number, progress: Progress): Promise<void> {
  const today = new Date(nowMs)
  const monthAt = (month: number) => Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - MONTHS + month)
  await moveClock(call, monthAt(0))
  await makeCatalogue(call)
  for (let n = 0; n < customers; n++) {
    await makeCustomer(call, n)
    progress.step()
  }
  for (let month = 0; month < MONTHS; month++) {
    for (let n = 0; n < customers; n++) {
      await call('POST', '/events/batch', { events: demonstrationEvents(n, month, monthAt(month)) })
      progress.step()
    }
    // Half an hour into the next month, so that every period that ended with the month is billed on the way.
    await moveClock(call, monthAt(month + 1) + 1_800_000)
  }
  await moveClock(call, nowMs)
}

/**
 * `weir seed`: creates a sandbox organization and runs it through three months over the public API (plans, customers,
 * usage, bills), then prints its API key. Every run creates a new one.
 */
export async function seed(customers: number): Promise<void> {
  await withContext(async (context) => {
    const made = await createOrganization(context, { name: 'Demonstration', email: null, isSandbox: true })
    const api = await injectApi(context, made.apiKey)
    const progress = showProgress(customers * (MONTHS + 1))
    try {
      await fill(api.call, customers, context.systemNow(), progress)
    } finally {
      progress.end()
      await api.close()
    }
    console.log(`The organization "Demonstration" has ${customers} customers and ${MONTHS} billed months.`)
    console.log(`Its API key, shown only once: ${made.apiKey}`)
  })
}
