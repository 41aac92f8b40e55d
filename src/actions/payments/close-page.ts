import { addMs, HOUR_MS } from '../../core/calendar/instant.ts'
import type { GatewayAnswer, PageState, ProviderPayment } from '../../core/payments/gateway.ts'
import { lockCustomerById } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import { scheduleItem } from '../../store/due-items.ts'
import { findPage, type PageRow } from '../../store/payment-pages.ts'
import { type PaymentProviderRow, readProvider } from '../../store/payment-providers.ts'
import { findPaymentThere } from '../../store/provider-payments.ts'
import { inTransaction } from '../../store/transaction.ts'
import { type Caller, type Context, presentCaller } from '../context.ts'
import { openConnection } from '../payment-providers/connection.ts'
import { endThereOf, openAtProvider } from './page-at-provider.ts'
import { askProvider } from './provider-calls.ts'
import { endPage, recordTold } from './record-told-payment.ts'

/** How a page ended: it is over, paid or not; somebody is paying on it; or the provider gave no answer. */
export type PageEnd = 'over' | 'paying' | 'unanswered'

/** The provider gave no answer about a page; the queue asks again. */
export class PageUnanswered extends Error {
  override readonly name = 'PageUnanswered'
}

/**
 * Closes a page at its provider, so that it and a charge are not both paid. A page that was paid meanwhile is recorded,
 * and a page whose making was not answered is made with the same key, to be closed. What cannot be made is given up.
 */
export async function closePage(context: Context, organizationId: string, pageId: string): Promise<PageEnd> {
  const page = await context.database.read(organizationId, (reads) => findPage(reads, pageId))
  if (page?.status !== 'active' && page?.status !== 'opening') return 'over'
  const opened =
    page.providerPageId === null ? await openAtProvider(context, page) : { ok: true as const, page }
  if (!opened.ok) return opened.isOver ? 'over' : 'unanswered'
  const provider = await context.database.read(organizationId, (reads) =>
    readProvider(reads, page.paymentProviderId),
  )
  const answer = await closeAtProvider(context, opened.page, provider)
  if (!answer.ok) return 'unanswered'
  const { value: state } = answer
  if (state.kind === 'paying') return 'paying'
  if (state.kind !== 'open') return endAs(context, opened.page, state)
  // It cannot be closed: it is over when its time is.
  const isOver = context.systemNow() > addMs(endThereOf(page, provider), END_SLACK_MS)
  return isOver ? endAs(context, opened.page, 'expired') : 'paying'
}

/** A page may be paid in its last moment, and clocks differ. */
const END_SLACK_MS = 2 * 60_000
const PAYING_PAUSE_MS = HOUR_MS

/** The same as a job: throws without an answer, so that it is tried again, and comes back to a page that is being paid. */
export async function closePageLater(
  context: Context,
  organizationId: string,
  pageId: string,
): Promise<void> {
  const end = await closePage(context, organizationId, pageId)
  if (end === 'unanswered') throw new PageUnanswered(`page ${pageId}`)
  if (end === 'paying') await comeBack(context, organizationId, pageId)
}

async function comeBack(context: Context, organizationId: string, pageId: string): Promise<void> {
  await inTransaction(context.database, organizationId, async (tx) => {
    const caller = await presentCaller(context, tx, organizationId)
    const dueAt = addMs(caller.now, PAYING_PAUSE_MS)
    await scheduleItem(tx, organizationId, { kind: 'page_expiry', subjectId: pageId, dueAt })
  })
}

async function closeAtProvider(
  context: Context,
  page: PageRow,
  provider: PaymentProviderRow,
): Promise<GatewayAnswer<PageState>> {
  const { organizationId, providerPageId } = page
  const { connection, gateway } = openConnection(context, provider)
  const about = {
    organizationId,
    providerId: provider.id,
    subjectId: page.id,
    call: 'close_page',
    idempotencyKey: null,
  }
  const { pages } = gateway
  if (!pages) throw new Error(`${provider.providerType} has no payment pages`)
  return askProvider(context, about, () => pages.close(connection, providerPageId ?? ''))
}

/** Writes how a page ended, and records what was paid on it. */
async function endAs(context: Context, page: PageRow, state: 'expired' | PageState): Promise<PageEnd> {
  await applyPageState(context, page, state === 'expired' ? { kind: 'closed' } : state)
  return 'over'
}

/**
 * Writes what a provider says of a page: that it is over, what was paid on it, or that a try was declined. Whether that
 * is news.
 */
export async function applyPageState(
  context: Context,
  { id, organizationId, customerId }: PageRow,
  state: PageState,
): Promise<boolean> {
  if (state.kind === 'paying') return false
  const said = state.kind === 'paid' ? state.payment : state.declined
  if (state.kind === 'open' && !said) return false
  return inTransaction(context.database, organizationId, async (tx) => {
    const caller = await presentCaller(context, tx, organizationId)
    await lockCustomerById(tx, customerId)
    const page = await findPage(tx, id)
    // A message may have told already which payment it was that a page says nothing more of than that it was paid.
    if (!page || (said?.providerPaymentId === null && !OPEN.includes(page.status))) return false
    const isOpen = OPEN.includes(page.status)
    const isNews = said ? await recordOnPage(tx, caller, page, said) : isOpen
    // A page whose address never came is none that was paid on.
    if (state.kind === 'paid') await endPage(tx, caller, page, page.url === null ? 'expired' : 'paid')
    // One that was paid stays so.
    else if (state.kind === 'closed' && isOpen) await endPage(tx, caller, page, 'expired')
    return isNews
  })
}

const OPEN: readonly string[] = ['opening', 'active']

async function recordOnPage(tx: Tx, caller: Caller, page: PageRow, said: ProviderPayment): Promise<boolean> {
  const { customerId, invoiceId, paymentRequestId, paymentProviderId: providerId } = page
  const before =
    said.providerPaymentId === null
      ? undefined
      : await findPaymentThere(tx, providerId, said.providerPaymentId)
  const told = {
    customerId,
    payable: invoiceId === null ? { paymentRequestId: paymentRequestId ?? '' } : { invoiceId },
    providerId,
    linkId: page.paymentProviderCustomerId,
    origin: 'page',
    said,
  } as const
  return (await recordTold(tx, caller, told, 'look')).state !== before?.state
}
