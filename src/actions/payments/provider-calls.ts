import type { Instant } from '../../core/calendar/instant.ts'
import { traitsOf } from '../../core/payment-providers/provider-types.ts'
import type { ErrorClass, GatewayAnswer, GatewayError, OrderOutcome } from '../../core/payments/gateway.ts'
import { storable } from '../../core/payments/storable.ts'
import { Refusal } from '../../core/refusal.ts'
import { Last, type Tx } from '../../store/database.ts'
import { insertCall } from '../../store/payment-calls.ts'
import { together } from '../../store/together.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Context } from '../context.ts'
import { failProvider } from '../payment-providers/provider-health.ts'

/** What a call to a provider is about. */
export type CallAbout = {
  readonly organizationId: string
  readonly providerId: string
  /** The payment, refund, page, customer link or connection. */
  readonly subjectId: string
  readonly call: string
  readonly idempotencyKey: string | null
}

/** Faults of the connection, which stop it until it is repaired. */
const OF_CONNECTION: readonly ErrorClass[] = ['invalid_credentials', 'permission_missing']

/**
 * Asks a provider something that moves no money, and keeps what became of the call. Outside of any transaction. A
 * provider that does not know the secrets any more stops its connection.
 */
export async function askProvider<T>(
  context: Context,
  about: CallAbout,
  question: () => Promise<GatewayAnswer<T>>,
): Promise<GatewayAnswer<T>> {
  const startedAt = context.systemNow()
  const answer = storable(await question())
  await keepCall(context, about, {
    startedAt,
    endedAt: context.systemNow(),
    outcome: answer.ok ? 'ok' : answer.error.class,
    error: errorOf(answer),
  })
  return answer
}

/** The same for an order that moves money. A throw is a bug of ours, after which anything may have happened. */
export async function orderFromProvider<T>(
  context: Context,
  about: CallAbout,
  order: () => Promise<OrderOutcome<T>>,
): Promise<OrderOutcome<T>> {
  const { outcome, ended } = await send(context, about, order)
  await keepCall(context, about, ended)
  return outcome
}

/**
 * The same where what came back is learned in the transaction that keeps the call, which saves one for each order. When
 * learning fails, the call is kept all the same.
 */
export async function orderAndLearn<T, R>(
  context: Context,
  about: CallAbout,
  order: () => Promise<OrderOutcome<T>>,
  learn: (tx: Tx, outcome: OrderOutcome<T>) => Promise<R>,
): Promise<R> {
  const { outcome, ended } = await send(context, about, order)
  const learned = await inTransaction(context.database, about.organizationId, async (tx) => {
    const [, result] = await together(insertCall(tx, { ...about, ...ended }), learn(tx, outcome))
    return result
  }).catch(async (error: unknown) => {
    await keepCall(context, about, ended)
    throw error
  })
  await followCall(context, about, ended)
  return learned
}

type Ended = {
  readonly startedAt: Instant
  readonly endedAt: Instant
  readonly outcome: string
  readonly error: GatewayError | null
}

async function send<T>(
  context: Context,
  about: CallAbout,
  order: () => Promise<OrderOutcome<T>>,
): Promise<{ readonly outcome: OrderOutcome<T>; readonly ended: Ended }> {
  const startedAt = context.systemNow()
  const outcome = storable(
    await order().catch((error: unknown): OrderOutcome<T> => {
      context.log.error({ err: error, ...about }, 'a call to a payment provider failed')
      return { kind: 'unknown', error: { class: 'provider_unavailable', code: null, message: String(error) } }
    }),
  )
  const error = outcome.kind === 'known' ? null : outcome.error
  return { outcome, ended: { startedAt, endedAt: context.systemNow(), outcome: outcome.kind, error } }
}

async function keepCall(context: Context, about: CallAbout, ended: Ended): Promise<void> {
  await inTransaction(
    context.database,
    about.organizationId,
    async (tx) => new Last(insertCall(tx, { ...about, ...ended })),
  )
  await followCall(context, about, ended)
}

/** What a call says of its connection. */
async function followCall(
  context: Context,
  { organizationId, providerId }: CallAbout,
  { error }: Ended,
): Promise<void> {
  if (error !== null && OF_CONNECTION.includes(error.class)) {
    await failProvider(context, organizationId, providerId, error)
  }
}

function errorOf<T>(answer: GatewayAnswer<T>): GatewayError | null {
  return answer.ok ? null : answer.error
}

/** Failures of a provider or of the way to it, as opposed to refusals. */
const WITHOUT_ANSWER: readonly ErrorClass[] = ['network', 'provider_unavailable', 'key_conflict']

/** Whether the same question may have an answer later. */
export function isPassing({ class: reason }: GatewayError): boolean {
  return WITHOUT_ANSWER.includes(reason) || reason === 'rate_limited'
}

/** The value of an answer that a request waits for; 422 `third_party_error`, or 429, when there is none. */
export function answered<T>(type: string, answer: GatewayAnswer<T>): T {
  if (answer.ok) return answer.value
  const { class: reason, message } = answer.error
  if (reason === 'rate_limited') throw new Refusal({ kind: 'throttled' })
  const told = WITHOUT_ANSWER.includes(reason) ? 'no answer' : message
  throw new Refusal({ kind: 'third_party', party: traitsOf(type).name, message: told })
}
