import type { Selectable } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { GatewayError } from '../core/payments/gateway.ts'
import type { Reads, Tx } from './database.ts'
import { newId } from './ids.ts'
import type { PaymentCalls, PaymentTransitions } from './rows.ts'
import { ts } from './values.ts'

export type PaymentCallRow = Selectable<PaymentCalls>
export type PaymentTransitionRow = Selectable<PaymentTransitions>

const ERROR_LENGTH_MAX = 1000

/** Keeps a request to a provider and what became of it. */
export async function insertCall(
  tx: Tx,
  call: {
    readonly organizationId: string
    readonly providerId: string
    readonly subjectId: string
    readonly call: string
    readonly idempotencyKey: string | null
    readonly outcome: string
    readonly error: GatewayError | null
    readonly startedAt: Instant
    readonly endedAt: Instant
  },
): Promise<void> {
  const { error } = call
  await tx
    .insertInto('paymentCalls')
    .values({
      organizationId: call.organizationId,
      id: newId(),
      paymentProviderId: call.providerId,
      subjectId: call.subjectId,
      call: call.call,
      idempotencyKey: call.idempotencyKey,
      outcome: call.outcome,
      httpCode: error?.httpStatus ?? null,
      requestId: error?.requestId ?? null,
      error: error && `${error.class}: ${error.message}`.slice(0, ERROR_LENGTH_MAX),
      startedAt: ts(call.startedAt),
      endedAt: ts(call.endedAt),
    })
    .execute()
}

/** The requests about a payment, refund, page, link or connection, the first one first. */
export async function listCalls(reads: Reads, subjectId: string): Promise<PaymentCallRow[]> {
  return reads
    .selectFrom('paymentCalls')
    .selectAll()
    .where('subjectId', '=', subjectId)
    .orderBy('id')
    .execute()
}

/** Whether a provider has answered a request of a kind about something. */
export async function hasAnsweredCall(reads: Reads, subjectId: string, call: string): Promise<boolean> {
  const found = await reads
    .selectFrom('paymentCalls')
    .select('id')
    .where('subjectId', '=', subjectId)
    .where('call', '=', call)
    .where('outcome', '=', 'ok')
    .limit(1)
    .executeTakeFirst()
  return found !== undefined
}

/** How often a request of a kind about something was sent, as far as its end is known. */
export async function countCalls(reads: Reads, subjectId: string, call: string): Promise<number> {
  const { count } = await reads
    .selectFrom('paymentCalls')
    .select((eb) => eb.fn.countAll<string>().as('count'))
    .where('subjectId', '=', subjectId)
    .where('call', '=', call)
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** How a payment came to its state, the first change first. */
export async function listTransitions(reads: Reads, paymentId: string): Promise<PaymentTransitionRow[]> {
  return reads
    .selectFrom('paymentTransitions')
    .selectAll()
    .where('paymentId', '=', paymentId)
    .orderBy('id')
    .execute()
}

export const TRANSITION_CAUSES = ['call', 'message', 'look', 'operator', 'clock'] as const
export type TransitionCause = (typeof TRANSITION_CAUSES)[number]

/** Keeps a change of a payment, or evidence that changed nothing and why. */
export async function insertTransition(
  tx: Tx,
  transition: {
    readonly organizationId: string
    readonly paymentId: string
    readonly fromState: string
    readonly toState: string
    readonly cause: TransitionCause
    readonly note: string | null
  },
  now: Instant,
): Promise<void> {
  await tx
    .insertInto('paymentTransitions')
    .values({ ...transition, id: newId(), createdAt: ts(now) })
    .execute()
}
