import type { ProviderType } from '../../core/payments/gateway.ts'
import { nextPageLook } from '../../core/payments/next-look.ts'
import { gatewayTo } from '../../gateways/payment-gateways.ts'
import type { Tx } from '../../store/database.ts'
import { scheduleItem } from '../../store/due-items.ts'
import { enqueuePageClosing, enqueuePageLook } from '../../store/payment-jobs.ts'
import { findPage, type PageRow } from '../../store/payment-pages.ts'
import { type PaymentProviderRow, readProvider } from '../../store/payment-providers.ts'
import { inTransaction } from '../../store/transaction.ts'
import { type Caller, type Context, presentCaller } from '../context.ts'
import type { DueAction } from '../due/due-action.ts'
import { openConnection } from '../payment-providers/connection.ts'
import { applyPageState, PageUnanswered } from './close-page.ts'
import { askProvider } from './provider-calls.ts'

const OPEN: readonly string[] = ['opening', 'active']

/** Due work: ends a page at the provider when its day is over, and has it looked at before that. */
export const attendPage: DueAction = async (_context, tx, { organizationId, now }, pageId) => {
  const page = await findPage(tx, pageId)
  if (!page || !OPEN.includes(page.status)) return
  const enqueue = page.expiresAt > now ? enqueuePageLook : enqueuePageClosing
  await enqueue(tx, { organizationId, pageId })
}

/** When somebody turns to a page again: at its end, and before that where messages that were lost are not listed. */
export async function attendPageLater(
  { settings }: Context,
  tx: Tx,
  { organizationId, now }: Caller,
  page: PageRow,
  { providerType }: PaymentProviderRow,
): Promise<void> {
  const { pages } = gatewayTo(providerType as ProviderType, settings.providerHosts)
  const dueAt = pages?.read ? nextPageLook(page, now) : page.expiresAt
  await scheduleItem(tx, organizationId, { kind: 'page_expiry', subjectId: page.id, dueAt })
}

/**
 * Asks a provider what has happened on a page, whether it is over here or not, and applies it. Whether that is news;
 * throws `PageUnanswered` without an answer.
 */
export async function lookAtPage(context: Context, page: PageRow): Promise<boolean> {
  const { organizationId } = page
  const provider = await context.database.read(organizationId, (reads) =>
    readProvider(reads, page.paymentProviderId),
  )
  const { connection, gateway } = openConnection(context, provider)
  const read = gateway.pages?.read
  // A page that is not named by us has no id there until it was made.
  if (!read) return false
  const about = {
    organizationId,
    providerId: provider.id,
    subjectId: page.id,
    call: 'look_at_page',
    idempotencyKey: null,
  }
  const answer = await askProvider(context, about, () => read(connection, page.providerPageId ?? page.id))
  if (!answer.ok) throw new PageUnanswered(`page ${page.id}: ${answer.error.message}`)
  return applyPageState(context, page, answer.value)
}

/** The same as a job for a page that may be paid on, which is looked at again later. */
export async function lookAtOpenPage(
  context: Context,
  organizationId: string,
  pageId: string,
): Promise<void> {
  const page = await context.database.read(organizationId, (reads) => findPage(reads, pageId))
  if (page?.status === 'active') await lookAtPage(context, page)
  await inTransaction(context.database, organizationId, async (tx) => {
    const caller = await presentCaller(context, tx, organizationId)
    const after = await findPage(tx, pageId)
    if (!after || !OPEN.includes(after.status)) return
    await attendPageLater(context, tx, caller, after, await readProvider(tx, after.paymentProviderId))
  })
}
