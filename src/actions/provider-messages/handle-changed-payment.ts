import type { Instant } from '../../core/calendar/instant.ts'
import type { GatewayError, MessageMeaning, ProviderPayment } from '../../core/payments/gateway.ts'
import type { Tx } from '../../store/database.ts'
import { isId } from '../../store/ids.ts'
import { findPayableById } from '../../store/payables.ts'
import type { PaymentRow } from '../../store/payments.ts'
import { findPaymentThere } from '../../store/provider-payments.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Caller, Context } from '../context.ts'
import { openConnection } from '../payment-providers/connection.ts'
import { applyEvidence } from '../payments/apply-evidence.ts'
import { lockedOf } from '../payments/lock-payment.ts'
import { askProvider } from '../payments/provider-calls.ts'
import { applyDispute } from './handle-dispute.ts'
import { findOurs, recordUnknown } from './handle-payments.ts'
import { APPLIED, type Handled, ignored, type MessageAt, NO_CHANGE, NothingRead } from './handled.ts'

/** Why a payment was taken back, and when it was read to be so. */
type ChargebackFacts = { readonly reason: string | null; readonly readAt: Instant }

type ChangedPayment = Extract<MessageMeaning, { about: 'changed_payment' }>

/** A payment that changes while it is read is read again so often. */
const READS_MAX = 4

/**
 * A message that a payment has changed, from a provider whose messages do not say to what. The payment is read, so that
 * the order of messages does not matter; what was read counts only if nothing else was learned meanwhile, because then
 * it may be older than that.
 */
export async function handleChangedPayment(
  context: Context,
  at: MessageAt,
  meaning: ChangedPayment,
): Promise<Handled> {
  const { providerPaymentId, error } = meaning
  const { provider } = at
  const { organizationId } = provider
  for (let n = 0; n < READS_MAX; n += 1) {
    const before = await context.database.read(organizationId, (reads) =>
      findPaymentThere(reads, provider.id, providerPaymentId),
    )
    const readAt = context.systemNow()
    const read = await readThere(context, at, providerPaymentId, before)
    if (!read) return ignored('payment_is_gone')
    const said = read.state === 'declined' ? withError(read, error) : read
    const known = before ?? (await findOurs(context, at, said))
    if (!known) return recordStranger(context, at, said)
    const handled = await inTransaction(context.database, organizationId, async (tx) => {
      const { caller, payment } = await lockedOf(context, tx, known)
      const isSame = payment.state === known.state && payment.reversedAt === known.reversedAt
      return isSame ? apply(tx, caller, payment, said, { reason: meaning.reason, readAt }) : undefined
    })
    if (handled) return handled
  }
  throw new NothingRead(`payment ${providerPaymentId} changes faster than it is read`)
}

/** The message tells more of a failure than the payment. */
function withError(read: ProviderPayment, error: GatewayError | null): ProviderPayment {
  return { ...read, error: error ?? read.error ?? null }
}

async function readThere(
  context: Context,
  { provider }: MessageAt,
  providerPaymentId: string,
  known: PaymentRow | undefined,
): Promise<ProviderPayment | null> {
  const { connection, gateway } = openConnection(context, provider)
  const { readPayment } = gateway
  if (!readPayment) throw new Error(`payments of ${provider.providerType} cannot be read`)
  const about = {
    organizationId: provider.organizationId,
    providerId: provider.id,
    subjectId: known?.id ?? provider.id,
    call: 'read_payment',
    idempotencyKey: null,
  }
  const answer = await askProvider(context, about, () => readPayment(connection, providerPaymentId))
  if (!answer.ok) throw new NothingRead(`payment ${providerPaymentId}: ${answer.error.message}`)
  return answer.value
}

async function apply(
  tx: Tx,
  caller: Caller,
  payment: PaymentRow,
  said: ProviderPayment,
  more: ChargebackFacts,
): Promise<Handled> {
  const { result, payment: after } = await applyEvidence(
    tx,
    caller,
    payment,
    { kind: 'told', payment: said },
    'message',
  )
  const isDisputed = await followChargeback(tx, caller, after, said, more)
  return result === 'applied' || isDisputed ? APPLIED : NO_CHANGE
}

/** A payment that was taken back by its payer is a lost dispute; one that was given again is a won one. */
async function followChargeback(
  tx: Tx,
  caller: Caller,
  payment: PaymentRow,
  { isChargedBack, providerPaymentId }: ProviderPayment,
  { reason, readAt }: ChargebackFacts,
): Promise<boolean> {
  const isNews = isChargedBack ? payment.reversedAt === null : payment.reversalKind === 'dispute'
  if (isChargedBack === undefined || !isNews || payment.state !== 'succeeded') return false
  if (providerPaymentId === null) return false
  return applyDispute(tx, caller, payment, {
    providerDisputeId: providerPaymentId,
    amountCents: payment.amountCents,
    status: isChargedBack ? 'lost' : 'won',
    reason,
    toldAt: readAt,
  })
}

/** A payment without a row: of somebody else, unless it pays something here; then its row may still come, or was lost. */
async function recordStranger(context: Context, at: MessageAt, said: ProviderPayment): Promise<Handled> {
  const payableId = said.payableId ?? null
  const payable =
    said.paymentId !== null && payableId !== null && isId(payableId)
      ? await context.database.read(at.provider.organizationId, (reads) => findPayableById(reads, payableId))
      : undefined
  if (!payable) return ignored('not_ours')
  if (!at.isLastTry) return { status: 'waiting', result: 'payment_unknown' }
  return recordUnknown(context, at, { payableId, isOfPage: false }, said)
}
