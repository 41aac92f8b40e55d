// Bills an LLM gateway from a file of its requests, through Lago's official client. README.md says how.
import { join } from 'node:path'
import { Client, ContentType, getLagoError, type InvoiceObjectExtended } from 'lago-javascript-client'
import {
  BILLED_AT,
  CUSTOMER,
  CUSTOMER_ID,
  METRICS,
  PLAN_CODE,
  planOf,
  STARTS_AT,
  SUBSCRIPTION,
} from './catalogue.ts'
import { readEvents } from './requests.ts'
import { sendEvents } from './send-events.ts'

type Gateway = ReturnType<typeof Client>
type Problem = { status?: number; error_details?: Record<string, unknown> }

/** The result of `make`, or of `find` if an earlier run already created it. */
async function ensure<T>(make: () => Promise<{ data: T }>, find: () => Promise<{ data: T }>): Promise<T> {
  try {
    return (await make()).data
  } catch (error) {
    const problem = (await getLagoError(error)) as Problem
    if (!JSON.stringify(problem.error_details ?? '').includes('value_already_exist')) {
      throw new Error(`refused: ${JSON.stringify(problem)}`)
    }
    return (await find()).data
  }
}

/** Moves the sandbox's clock, which Lago's client does not support. A clock that is already later stays there. */
async function moveClock(client: Gateway, now: string): Promise<void> {
  try {
    const { data } = await client.request<{ test_clock: { status: string; error?: string } }>({
      path: '/test_clock',
      method: 'PUT',
      secure: true,
      type: ContentType.Json,
      format: 'json',
      body: { test_clock: { now } },
    })
    if (data.test_clock.status !== 'ready') throw new Error(`the clock stopped: ${data.test_clock.error}`)
  } catch (error) {
    if (error instanceof Error) throw error
    const problem = JSON.stringify(await getLagoError(error))
    if (!problem.includes('clock_cannot_move_backwards')) throw new Error(`the clock: ${problem}`)
  }
}

async function makeCatalogue(client: Gateway): Promise<void> {
  const metricIds = new Map<string, string>()
  for (const metric of METRICS) {
    const { billable_metric } = await ensure(
      () => client.billableMetrics.createBillableMetric({ billable_metric: metric }),
      () => client.billableMetrics.findBillableMetric(metric.code),
    )
    metricIds.set(metric.code, billable_metric.lago_id)
  }
  await ensure(
    () => client.plans.createPlan(planOf(metricIds)),
    () => client.plans.findPlan(PLAN_CODE),
  )
  // Both are upserts by external id.
  await client.customers.createCustomer(CUSTOMER)
  await client.subscriptions.createSubscription(SUBSCRIPTION)
}

async function firstInvoice(client: Gateway): Promise<InvoiceObjectExtended> {
  const { data } = await client.invoices.findAllInvoices({ external_customer_id: CUSTOMER_ID })
  const listed = data.invoices.find((one) => one.issuing_date === BILLED_AT.slice(0, 10))
  if (!listed) throw new Error(`there is no invoice of ${BILLED_AT.slice(0, 10)}`)
  return (await client.invoices.findInvoice(listed.lago_id)).data.invoice
}

function show(invoice: InvoiceObjectExtended): void {
  const lines = (invoice.fees ?? []).map((fee) => [fee.item.name ?? '', fee.units, fee.amount_cents] as const)
  console.log(`Invoice ${invoice.number} of ${invoice.issuing_date}, ${invoice.currency} cents`)
  for (const [name, units, cents] of [...lines, ['Total', '', invoice.total_amount_cents] as const]) {
    console.log(`${name.padEnd(16)}${String(units).padStart(14)}${String(cents).padStart(10)}`)
  }
}

async function main(): Promise<void> {
  const apiKey = process.env.LAGO_API_KEY
  if (!apiKey) throw new Error('LAGO_API_KEY is not set: README.md says how to get a key.')
  const client = Client(apiKey, {
    baseUrl: process.env.LAGO_URL ?? 'http://localhost:3000/api/v1',
    rateLimitRetry: { maxRetries: 10 },
  })
  const events = await readEvents(process.argv[2] ?? join(import.meta.dirname, 'sample.csv'))
  await moveClock(client, STARTS_AT)
  await makeCatalogue(client)
  const sent = await sendEvents(client, events)
  console.log(`${sent} events sent, ${events.length - sent} were there already.`)
  await moveClock(client, BILLED_AT)
  show(await firstInvoice(client))
}

try {
  await main()
} catch (error) {
  // The client throws the response; the reason is in its body.
  console.error(error instanceof Error ? error.message : JSON.stringify(await getLagoError(error)))
  process.exitCode = 1
}
