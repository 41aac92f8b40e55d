import type { FastifyInstance } from 'fastify'
import type { Context } from '../../actions/context.ts'
import { estimateFees } from '../../actions/estimates/estimate-fees.ts'
import {
  estimateInstantFees,
  estimateInstantFeesOfBatch,
} from '../../actions/estimates/estimate-instant-fees.ts'
import type { Input } from '../../core/input/fields.ts'
import { invalid } from '../../core/refusal.ts'
import { toWireFee } from '../../wire/fees.ts'
import { toWireInstantFee } from '../../wire/instant-fees.ts'
import { missingRoot } from '../errors.ts'
import { isObject, rootOf } from '../params.ts'
import { EventBatchEstimateInput, EventEstimateInput, FeesEstimate } from '../schemas/estimates.ts'
import { Fees } from '../schemas/fees.ts'

const config = { resource: 'event', keepsDigits: true } as const
const tags = ['events']

/** What events would cost, without storing them (docs/rules/usage.md#estimates). */
export function estimatesRoutes(app: FastifyInstance, context: Context): void {
  app.post(
    '/events/estimate_fees',
    {
      config,
      schema: {
        tags,
        summary: 'Estimate fees of a charge in advance',
        body: EventEstimateInput,
        response: { 200: Fees },
      },
    },
    async ({ caller, body }) => {
      const input = rootOf(body, 'event')
      const fees = await context.database.read(caller, (reads) => estimateFees(reads, caller, input))
      return { fees: fees.map(toWireFee) }
    },
  )
  app.post(
    '/events/estimate_instant_fees',
    {
      config,
      schema: {
        tags,
        summary: 'Estimate instant fees of one event',
        body: EventEstimateInput,
        response: { 200: FeesEstimate },
      },
    },
    async ({ caller, body }) => {
      const input = rootOf(body, 'event')
      const fees = await context.database.read(caller, (reads) => estimateInstantFees(reads, caller, input))
      return { fees: fees.map(toWireInstantFee) }
    },
  )
  app.post(
    '/events/batch_estimate_instant_fees',
    {
      config,
      schema: {
        tags,
        summary: 'Estimate instant fees of many events',
        body: EventBatchEstimateInput,
        response: { 200: FeesEstimate },
      },
    },
    async ({ caller, body }) => {
      const inputs = eventsOf(body, context.settings.eventsBatchMax)
      const fees = await context.database.read(caller, (reads) =>
        estimateInstantFeesOfBatch(reads, caller, inputs),
      )
      return { fees: fees.map(toWireInstantFee) }
    },
  )
}

/** The events of a batch, each as is or under its own `event` key; limited like a batch of events. */
function eventsOf(body: unknown, eventsMax: number): Input[] {
  const events = isObject(body) ? body.events : undefined
  if (!Array.isArray(events) || events.length === 0) throw missingRoot('events')
  if (events.length > eventsMax) throw invalid({ events: ['too_many_events'] })
  return events.map((each: unknown) => {
    const own = isObject(each) ? each : {}
    return isObject(own.event) ? own.event : own
  })
}
