import type { InboundMessage, MessageMeaning } from '../../core/payments/gateway.ts'
import type { PaymentGateway } from '../../core/payments/payment-gateway.ts'
import { Last } from '../../store/database.ts'
import { type PaymentProviderRow, readProvider } from '../../store/payment-providers.ts'
import { findMessage, type ProviderMessageRow, updateMessage } from '../../store/provider-messages.ts'
import { inTransaction } from '../../store/transaction.ts'
import { ts } from '../../store/values.ts'
import type { Context } from '../context.ts'
import { openConnection } from '../payment-providers/connection.ts'
import { handleChangedPayment } from './handle-changed-payment.ts'
import { handleDispute } from './handle-dispute.ts'
import {
  handleCustomerDeleted,
  handleMethodRemoved,
  handleMethods,
  handleSetupRefused,
  handleToldMethod,
} from './handle-methods.ts'
import {
  handleChangedPage,
  handlePageClosed,
  handlePayment,
  handleRefund,
  handleUndonePayment,
} from './handle-payments.ts'
import { APPLIED, type Handled, ignored, type MessageAt, NO_CHANGE } from './handled.ts'

/** A message is about something that is not known yet; the queue comes back to it. */
export class MessageWaiting extends Error {
  override readonly name = 'MessageWaiting'
}

/** With the queue's increasing delays, what has not come until then is looked up at the provider. */
const TRIES_OF_WAITING = 8
const TRIES_MAX = 25

/**
 * Applies a message of a provider (docs/rules/provider-payments.md#messages). Doing it again changes nothing, and so does
 * another order of messages. Throws when it is to be tried again; what cannot be handled in the end is `dead`.
 */
export async function handleMessage(
  context: Context,
  job: { readonly organizationId: string; readonly messageId: string; readonly attempt: number },
): Promise<void> {
  const { organizationId, messageId, attempt } = job
  const found = await context.database.read(organizationId, async (reads) => {
    const row = await findMessage(reads, messageId)
    return row && new Last(readProvider(reads, row.paymentProviderId).then((provider) => ({ row, provider })))
  })
  if (!found) return
  const isLastTry = attempt >= TRIES_OF_WAITING
  try {
    const handled = await handle(context, {
      message: messageOf(context, found.row, found.provider),
      provider: found.provider,
      isLastTry,
    })
    const isDead = handled.status === 'waiting' && isLastTry
    await note(context, found.row, { ...handled, status: isDead ? 'dead' : handled.status })
    if (handled.status === 'waiting' && !isDead) throw new MessageWaiting(`message ${messageId}`)
  } catch (error) {
    if (error instanceof MessageWaiting) throw error
    const status = attempt >= TRIES_MAX ? 'dead' : 'failed'
    await note(context, found.row, { status, result: String(error).slice(0, 500) })
    throw error
  }
}

async function handle(context: Context, at: MessageAt): Promise<Handled> {
  const { message, provider } = at
  if (message.mode !== null && message.mode !== provider.mode) return ignored('mode_mismatch')
  const { gateway } = openConnection(context, provider)
  const meaning = meaningOf(context, gateway, message)
  if (meaning === null) return UNREADABLE
  switch (meaning.about) {
    case 'payment':
      return withStored(context, at, meaning, await handlePayment(context, at, meaning))
    case 'undone_payment':
      return handleUndonePayment(context, at, meaning)
    case 'changed_payment':
      return handleChangedPayment(context, at, meaning)
    case 'refund':
      return handleRefund(context, at, meaning)
    case 'dispute':
      return handleDispute(context, at, meaning)
    case 'methods':
      return handleMethods(context, at, meaning)
    case 'method':
      return handleToldMethod(context, at, meaning.told)
    case 'method_removed':
      return handleMethodRemoved(context, at, meaning.providerMethodId)
    case 'setup_refused':
      return handleSetupRefused(context, at, meaning)
    case 'customer_deleted':
      return handleCustomerDeleted(context, at, meaning.providerCustomerId)
    case 'page_closed':
      return handlePageClosed(context, at, meaning.pageId)
    case 'changed_page':
      return handleChangedPage(context, at, meaning.pageId)
    default:
      return ignored('not_handled')
  }
}

const UNREADABLE: Handled = { status: 'dead', result: 'unreadable' }

/** Null for a message that does not make sense, such as one with an amount that is no number: it never will. */
function meaningOf(
  context: Context,
  gateway: Pick<PaymentGateway, 'readMessage'>,
  message: InboundMessage,
): MessageMeaning | null {
  try {
    return gateway.readMessage(message)
  } catch (error) {
    const { messageId, type } = message
    context.log.warn({ err: error, messageId, type }, 'a message of a payment provider cannot be read')
    return null
  }
}

/** A method that was stored with a payment of ours is kept too. */
async function withStored(
  context: Context,
  at: MessageAt,
  { stored }: Extract<MessageMeaning, { about: 'payment' }>,
  handled: Handled,
): Promise<Handled> {
  if (!stored || (handled !== APPLIED && handled !== NO_CHANGE)) return handled
  const { providerMethodId, providerCustomerId } = stored
  const added = { about: 'methods', providerMethodIds: [providerMethodId], change: 'added' } as const
  const kept = await handleMethods(context, at, { ...added, providerCustomerId })
  return kept === APPLIED ? kept : handled
}

function messageOf(context: Context, row: ProviderMessageRow, provider: PaymentProviderRow): InboundMessage {
  const body = row.body as Readonly<Record<string, unknown>>
  const mode = openConnection(context, provider).gateway.modeOf(body)
  return { messageId: row.messageId, type: row.messageType, occurredAt: row.occurredAt, mode, body }
}

async function note(
  context: Context,
  row: ProviderMessageRow,
  { status, result }: { readonly status: string; readonly result: string },
): Promise<void> {
  const noted = { status, result, tries: row.tries + 1, handledAt: ts(context.systemNow()) }
  await inTransaction(
    context.database,
    row.organizationId,
    async (tx) => new Last(updateMessage(tx, row.id, noted)),
  )
}
