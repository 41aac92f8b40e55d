import type { MessageMeaning, ProviderPayment } from '../../core/payments/gateway.ts'
import { isKnownSuccess } from '../../core/payments/provider-payment.ts'
import { lockCustomerById } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import { isId } from '../../store/ids.ts'
import { findPayableById } from '../../store/payables.ts'
import {
  findActivePage,
  findPage,
  findPageThere,
  type PageRow,
  updatePage,
} from '../../store/payment-pages.ts'
import { findDefaultLink, findLinkAt } from '../../store/payment-provider-customers.ts'
import { findPayments, type PaymentRow } from '../../store/payments.ts'
import { findPaymentThere } from '../../store/provider-payments.ts'
import { findRefund, findRefundThere, lockRefund, type RefundRow } from '../../store/refunds.ts'
import { inTransaction } from '../../store/transaction.ts'
import { ts } from '../../store/values.ts'
import { type Context, presentCaller } from '../context.ts'
import { openConnection } from '../payment-providers/connection.ts'
import { applyEvidence, trackedOf } from '../payments/apply-evidence.ts'
import { lookAtPage } from '../payments/attend-page.ts'
import { lockedOf } from '../payments/lock-payment.ts'
import { askProvider } from '../payments/provider-calls.ts'
import { recordTold } from '../payments/record-told-payment.ts'
import { tellRefund } from '../refunds/advance-refund.ts'
import { APPLIED, type Handled, ignored, type MessageAt, NO_CHANGE, NothingRead } from './handled.ts'

type PaymentMeaning = Extract<MessageMeaning, { about: 'payment' }>
type RefundMeaning = Extract<MessageMeaning, { about: 'refund' }>

/**
 * A message about a payment. The payment is found by our id in its metadata, then by the provider's; one that was made on
 * a page has no row before. What is no success is read at the provider first, so that the order of messages does not
 * matter.
 */
export async function handlePayment(
  context: Context,
  at: MessageAt,
  meaning: PaymentMeaning,
): Promise<Handled> {
  const { organizationId } = at.provider
  const isElsewhere = meaning.organizationId !== null && meaning.organizationId !== organizationId
  const known = isElsewhere ? undefined : await findOurs(context, at, meaning.payment)
  const page = isElsewhere || known ? undefined : await pageMeant(context, at, meaning.pageId)
  if (!known && !page && (isElsewhere || meaning.organizationId === null)) return ignored('not_ours')
  const said = await presentState(context, at, meaning.payment)
  if (known && isKnownSuccess(trackedOf(known), said)) return NO_CHANGE
  if (known) {
    return inTransaction(context.database, organizationId, async (tx) => {
      const { caller, payment } = await lockedOf(context, tx, known)
      const { result } = await applyEvidence(tx, caller, payment, { kind: 'told', payment: said }, 'message')
      return result === 'applied' ? APPLIED : NO_CHANGE
    })
  }
  if (page) {
    const payableId = page.invoiceId ?? page.paymentRequestId
    return recordUnknown(context, at, { payableId, isOfPage: true, page }, said)
  }
  // Ours by its metadata, and not here: our commit may still come, or its row was lost.
  if (!meaning.isOfPage && !at.isLastTry) return { status: 'waiting', result: 'payment_unknown' }
  return recordUnknown(context, at, meaning, said)
}

/** The payment of ours that a provider tells of. */
export async function findOurs(
  { database }: Context,
  { provider }: MessageAt,
  { paymentId, providerPaymentId }: Pick<ProviderPayment, 'paymentId' | 'providerPaymentId'>,
): Promise<PaymentRow | undefined> {
  return database.read(provider.organizationId, async (reads) => {
    const [byId] = paymentId !== null && isId(paymentId) ? await findPayments(reads, [paymentId]) : []
    if (byId?.paymentProviderId === provider.id) return byId
    return providerPaymentId === null ? undefined : findPaymentThere(reads, provider.id, providerPaymentId)
  })
}

/** The page of the connection that a message names. */
export async function pageMeant(
  { database }: Context,
  { provider }: MessageAt,
  pageId: string | null | undefined,
): Promise<PageRow | undefined> {
  if (!pageId || !isId(pageId)) return undefined
  const page = await database.read(provider.organizationId, (reads) => findPage(reads, pageId))
  return page?.paymentProviderId === provider.id ? page : undefined
}

/**
 * The money of a payment does not come, or does not stay. It is a payment of ours, of the amount that we have: what was
 * done to it says nothing else.
 */
export async function handleUndonePayment(
  context: Context,
  at: MessageAt,
  meaning: Extract<MessageMeaning, { about: 'undone_payment' }>,
): Promise<Handled> {
  const { paymentId, providerPaymentId, providerStatus, state, error } = meaning
  const { organizationId } = at.provider
  const known = await findOurs(context, at, { paymentId, providerPaymentId })
  if (!known) {
    // What is paid on a page has no row before the message that it was paid.
    const page = await pageMeant(context, at, paymentId)
    return page ? { status: 'waiting', result: 'payment_unknown' } : ignored('not_ours')
  }
  return inTransaction(context.database, organizationId, async (tx) => {
    const { caller, payment } = await lockedOf(context, tx, known)
    const said: ProviderPayment = {
      providerPaymentId: providerPaymentId ?? payment.providerPaymentId,
      paymentId,
      providerStatus,
      state,
      undoesSuccess: true,
      money: { cents: payment.amountCents, currency: payment.amountCurrency },
      error,
    }
    const { result } = await applyEvidence(tx, caller, payment, { kind: 'told', payment: said }, 'message')
    return result === 'applied' ? APPLIED : NO_CHANGE
  })
}

/** A success is final. Anything else may be older than what the provider says now, where it can be asked. */
async function presentState(
  context: Context,
  at: MessageAt,
  said: ProviderPayment,
): Promise<ProviderPayment> {
  if (said.state === 'settled') return said
  const { provider } = at
  const { connection, gateway } = openConnection(context, provider)
  const { readPayment } = gateway
  const { providerPaymentId } = said
  if (!readPayment || providerPaymentId === null) return said
  const about = {
    organizationId: provider.organizationId,
    providerId: provider.id,
    subjectId: said.paymentId !== null && isId(said.paymentId) ? said.paymentId : provider.id,
    call: 'read_payment',
    idempotencyKey: null,
  }
  const answer = await askProvider(context, about, () => readPayment(connection, providerPaymentId))
  if (!answer.ok) throw new NothingRead(`payment ${providerPaymentId}: ${answer.error.message}`)
  // The error of a decline is only in the message once the payer tries again.
  return answer.value ?? said
}

/** Records a payment that has no row, from what the provider says of it. */
export async function recordUnknown(
  context: Context,
  { provider }: MessageAt,
  {
    payableId,
    isOfPage,
    page: known,
  }: Pick<PaymentMeaning, 'payableId' | 'isOfPage'> & { readonly page?: PageRow },
  said: ProviderPayment,
): Promise<Handled> {
  const { organizationId } = provider
  return inTransaction(context.database, organizationId, async (tx) => {
    const found = payableId !== null && isId(payableId) ? await findPayableById(tx, payableId) : undefined
    if (!found) return { status: 'waiting', result: 'payable_unknown' }
    await lockCustomerById(tx, found.customerId)
    const caller = await presentCaller(context, tx, organizationId)
    const link =
      (await findLinkAt(tx, found.customerId, provider.id)) ?? (await findDefaultLink(tx, found.customerId))
    const page = known ?? (await pageOfPayable(tx, found.payable, provider.id))
    const linkId = page?.paymentProviderCustomerId ?? link?.id
    if (linkId === undefined) return ignored('customer_not_linked')
    const told = { ...found, providerId: provider.id, linkId, said }
    await recordTold(tx, caller, { ...told, origin: isOfPage ? 'page' : 'recovered' }, 'message')
    if (page && said.state === 'settled')
      await updatePage(tx, page.id, { status: 'paid', updatedAt: ts(caller.now) })
    return APPLIED
  })
}

async function pageOfPayable(tx: Tx, payable: Parameters<typeof findActivePage>[1], providerId: string) {
  const page = await findActivePage(tx, payable)
  return page?.paymentProviderId === providerId ? page : undefined
}

/** A message about a refund: what the provider says of it now is applied. */
export async function handleRefund(
  context: Context,
  at: MessageAt,
  meaning: RefundMeaning,
): Promise<Handled> {
  const { provider } = at
  const { organizationId } = provider
  const refund = await refundMeant(context, at, meaning)
  if (!refund) return ignored('not_ours')
  const { connection, gateway } = openConnection(context, provider)
  const [payment] = await context.database.read(organizationId, (reads) =>
    findPayments(reads, [refund.paymentId]),
  )
  const about = {
    organizationId,
    providerId: provider.id,
    subjectId: refund.id,
    call: 'look_at_refund',
    idempotencyKey: null,
  }
  const query = { refundId: refund.id, providerPaymentId: payment?.providerPaymentId ?? '' }
  const { findRefund: findThere } = gateway
  const answer = findThere ? await askProvider(context, about, () => findThere(connection, query)) : null
  if (answer?.ok === false) throw new NothingRead(`refund ${refund.id}: ${answer.error.message}`)
  const said = answer?.value.items[0] ?? meaning.refund
  if (!said) return ignored('refund_is_gone')
  return inTransaction(context.database, organizationId, async (tx) => {
    const caller = await presentCaller(context, tx, organizationId)
    await lockCustomerById(tx, payment?.customerId ?? '')
    const before = await lockRefund(tx, refund.id)
    await tellRefund(tx, caller, before, said)
    return (await findRefund(tx, refund.id))?.state === before.state ? NO_CHANGE : APPLIED
  })
}

async function refundMeant(
  { database }: Context,
  { provider }: MessageAt,
  { refundId, providerRefundId }: RefundMeaning,
): Promise<RefundRow | undefined> {
  return database.read(provider.organizationId, async (reads) => {
    const byId = refundId !== null && isId(refundId) ? await findRefund(reads, refundId) : undefined
    return byId ?? findRefundThere(reads, provider.id, providerRefundId)
  })
}

/** A page that is over at the provider is over here. */
export async function handlePageClosed(
  context: Context,
  { provider }: MessageAt,
  pageId: string,
): Promise<Handled> {
  const { organizationId } = provider
  return inTransaction(context.database, organizationId, async (tx) => {
    const page = await findPageThere(tx, provider.id, pageId)
    if (!page) return ignored('not_ours')
    if (page.status !== 'active') return NO_CHANGE
    await updatePage(tx, page.id, { status: 'expired', updatedAt: ts(context.systemNow()) })
    return APPLIED
  })
}

/** Something has happened on a page: it is read, so that the order of messages does not matter. */
export async function handleChangedPage(
  context: Context,
  { provider }: MessageAt,
  pageId: string,
): Promise<Handled> {
  const { organizationId, id: providerId } = provider
  const page = await context.database.read(organizationId, async (reads) => {
    // The answer that named it may have been lost; some providers take our id.
    const own = isId(pageId) ? await findPage(reads, pageId) : undefined
    return own?.paymentProviderId === providerId ? own : findPageThere(reads, providerId, pageId)
  })
  if (!page) return ignored('not_ours')
  return (await lookAtPage(context, page)) ? APPLIED : NO_CHANGE
}
