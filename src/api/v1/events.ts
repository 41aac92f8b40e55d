import type { OutgoingHttpHeaders } from 'node:http'
import type {
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  onRequestHookHandler,
  preParsingHookHandler,
  RequestPayload,
} from 'fastify'
import type { Context } from '../../actions/context.ts'
import { BodyTurns } from '../../actions/events/body-turns.ts'
import { DoorIsFull, doorOf, type Visit } from '../../actions/events/door.ts'
import { ingestEvent, ingestEvents } from '../../actions/events/ingest-events.ts'
import { forbidden, invalid, notFound } from '../../core/refusal.ts'
import {
  type EventListFilter,
  findEvent,
  listEvents,
  subscriptionStart,
} from '../../store/events/event-list.ts'
import { toWireEventJson } from '../../wire/events.ts'
import { arrivedBytes, countedBody, noteReceived } from '../arriving-bodies.ts'
import { TOO_MANY_REQUESTS } from '../errors.ts'
import type { HttpLimits } from '../limits.ts'
import { metaOf, pageOf } from '../pagination.ts'
import { isObject, rootOf } from '../params.ts'
import { readQuery } from '../query.ts'
import {
  createEventBatchSchema,
  createEventSchema,
  enrichedEventsSchema,
  findEventSchema,
  listEventsSchema,
} from '../schemas/events.ts'

const config = { resource: 'event', keepsDigits: true } as const
const JSON_TYPE = 'application/json; charset=utf-8'
// Plain ASCII: its length is its length in bytes.
const TURNED_AWAY = JSON.stringify(TOO_MANY_REQUESTS)

/** Usage events: sending one, or a batch that is stored all or nothing, and reading them (docs/rules/events.md). */
export function eventRoutes(app: FastifyInstance, context: Context, limits: HttpLimits): void {
  const early = { ...turnAwayEarly(context), bodyLimit: limits.eventBodyBytes }
  const repeatable = { ...config, isRepeatable: true, isFair: true, isLogged: false }
  app.post('/events', { config: repeatable, schema: createEventSchema, ...early }, async (request, reply) => {
    const raw = rootOf(request.body, 'event')
    const stored = await admitted(reply, ingestEvent(context, request.caller, raw))
    return asJson(reply, `{"event":${toWireEventJson(stored)}}`)
  })
  app.post(
    '/events/batch',
    { config: repeatable, schema: createEventBatchSchema, ...early },
    async (request, reply) => {
      const raw = isObject(request.body) ? request.body.events : undefined
      const stored = await admitted(reply, ingestEvents(context, request.caller, raw))
      return asJson(reply, `{"events":[${stored.map(toWireEventJson).join(',')}]}`)
    },
  )
  app.get<{ Params: { transaction_id: string } }>(
    '/events/:transaction_id',
    { config, schema: findEventSchema },
    async (request, reply) => {
      const event = await context.database.read(request.caller, (reads) =>
        findEvent(reads, request.params.transaction_id),
      )
      if (!event) throw notFound('event')
      return asJson(reply, `{"event":${toWireEventJson(event)}}`)
    },
  )
  app.get('/events_enriched', { config, schema: enrichedEventsSchema }, () => {
    throw forbidden('endpoint_not_available')
  })
  app.get('/events', { config, schema: listEventsSchema }, (request, reply) => list(context, request, reply))
}

/** Returns a text that already is JSON. */
function asJson(reply: FastifyReply, text: string): string {
  void reply.header('content-type', JSON_TYPE)
  return text
}

/** Tells a client that sends too fast when to retry. */
async function admitted<T>(reply: FastifyReply, stored: Promise<T>): Promise<T> {
  try {
    return await stored
  } catch (error) {
    if (error instanceof DoorIsFull) tellWhenToComeAgain(reply, error)
    throw error
  }
}

type Visitor = { readonly visit: Visit; readonly arrived: number }

const visitors = new WeakMap<FastifyRequest, Visitor>()

/** Rejects before reading the body: under overload, reading rejected bodies would cost more than storing the rest. */
function turnAwayEarly(context: Context) {
  const onRequest: onRequestHookHandler = (request, reply, done) => {
    const arrived = arrivedBytes(request)
    try {
      const visit = doorOf(context).admit(request.caller.organizationId, arrived)
      visitors.set(request, { visit, arrived })
      // An aborted request has no response and no `onResponse`.
      reply.raw.once('close', visit.leave)
    } catch (error) {
      if (error instanceof DoorIsFull) turnAway(reply, error)
      else done(error as Error)
      return
    }
    done()
  }
  const turns = new BodyTurns()
  const preParsing: preParsingHookHandler = (request, reply, payload, done) => {
    const begin = () => done(null, counted(request, reply, payload))
    const turn = turns.turnOf(request.caller.organizationId)
    if (!turn) begin()
    else turn.then(begin, done)
  }
  const onResponse = async (request: FastifyRequest): Promise<void> => {
    noteReceived(request)
    visitors.get(request)?.visit.leave()
  }
  return { onRequest, preParsing, onResponse }
}

/** A body that exceeds the limit while it arrives gets the same answer as one that was rejected before. */
function counted(request: FastifyRequest, reply: FastifyReply, payload: RequestPayload): RequestPayload {
  const visitor = visitors.get(request)
  if (!visitor) return payload
  const body = countedBody(request, payload, visitor.visit, visitor.arrived)
  if (body !== payload) {
    body.once('error', (error) => {
      if (error instanceof DoorIsFull) tellWhenToComeAgain(reply, error)
    })
  }
  return body
}

/** Written directly: the normal response path costs five times as much for each rejected request. */
function turnAway(reply: FastifyReply, full: DoorIsFull): void {
  tellWhenToComeAgain(reply, full)
  reply.hijack()
  const headers = { ...reply.getHeaders(), 'content-type': JSON_TYPE, 'content-length': TURNED_AWAY.length }
  reply.raw.writeHead(TOO_MANY_REQUESTS.status, headers as OutgoingHttpHeaders).end(TURNED_AWAY)
}

function tellWhenToComeAgain(reply: FastifyReply, full: DoorIsFull): void {
  void reply.headers({
    'retry-after': String(full.retryAfterSeconds),
    'x-ratelimit-limit': String(full.limit),
    'x-ratelimit-remaining': String(full.remaining),
    'x-ratelimit-reset': String(full.retryAfterSeconds),
  })
}

async function list(context: Context, request: FastifyRequest, reply: FastifyReply): Promise<string> {
  const page = pageOf(request.query)
  const { sinceStart, filter } = filterOf(request.query)
  const { externalSubscriptionId } = filter
  const answer = await context.database.read(request.caller, async (reads) => {
    const start =
      sinceStart && externalSubscriptionId !== undefined
        ? await subscriptionStart(reads, externalSubscriptionId)
        : undefined
    const since = start === undefined ? filter : { ...filter, from: start }
    return listEvents(reads, since, { offset: page.offset, limit: page.perPage })
  })
  const meta = JSON.stringify(metaOf(page, answer.totalCount))
  return asJson(reply, `{"events":[${answer.events.map(toWireEventJson).join(',')}],"meta":${meta}}`)
}

/** Listing since the start of a subscription requires the subscription and excludes `timestamp_from`. */
function filterOf(query: unknown): { readonly sinceStart: boolean; readonly filter: EventListFilter } {
  const { sinceStart, ...filter } = readQuery(query, (query) => ({
    sinceStart: query.boolean('timestamp_from_started_at') === true,
    code: query.id('code'),
    externalSubscriptionId: query.id('external_subscription_id'),
    from: query.instant('timestamp_from'),
    to: query.instant('timestamp_to'),
    isUnmatched: query.boolean('unmatched'),
  }))
  if (sinceStart && filter.from !== undefined) {
    throw invalid({ timestamp_from: ['cannot be used with timestamp_from_started_at'] })
  }
  if (sinceStart && filter.externalSubscriptionId === undefined) {
    throw invalid({ external_subscription_id: ['required with timestamp_from_started_at'] })
  }
  return { sinceStart, filter }
}
