import type { GatewayError, ProviderPayment } from '../../core/payments/gateway.ts'
import { fromMajorUnits } from '../../core/payments/provider-amounts.ts'
import { type Plain, partOf, textOf } from '../plain-calls.ts'

const STATES: Readonly<Record<string, ProviderPayment['state']>> = {
  SUCCESSFUL: 'settled',
  PROCESSED: 'settled',
  PENDING: 'processing',
  UNPROCESSED: 'processing',
  PENDING_AUTHENTICATION: 'action_required',
  FAILED: 'declined',
  TIME_EXPIRED: 'declined',
  CLOSED: 'canceled',
}

/** An intent as MoneyHash describes it. */
export type Intent = {
  readonly id: string
  /** Of the intent, as opposed to its last transaction. */
  readonly isOver: boolean
  readonly payment: ProviderPayment
}

/** Reads an intent; undefined for one that cannot be read. A status that we do not know is one that is not final. */
export function readIntent(intent: Plain): Intent | undefined {
  const id = textOf(intent.id)
  const status = wordOf(intent.status)
  const currency = textOf(intent.amount_currency) ?? ''
  const cents = fromMajorUnits(intent.amount, currency)
  if (id === null || status === null || cents === undefined) return undefined
  const transaction = partOf(intent, 'active_transaction')
  const word = decidingWord(status, wordOf(transaction.status))
  const state = STATES[word] ?? 'processing'
  const custom = partOf(intent, 'custom_fields')
  const url = textOf(intent.embed_url)
  return {
    id,
    isOver: ENDED.includes(status),
    payment: {
      providerPaymentId: id,
      paymentId: textOf(custom.lago_payment_id),
      payableId: textOf(custom.lago_payable_id),
      providerStatus: word,
      state,
      money: { cents, currency },
      mode: null,
      nextAction: state === 'action_required' && url !== null ? { embed_url: url } : null,
      error: state === 'declined' ? declineOf(word, transaction) : null,
    },
  }
}

const ENDED: readonly string[] = ['TIME_EXPIRED', 'CLOSED']

/** Money that moved decides; then an intent that is over, then what became of its last transaction. */
function decidingWord(intent: string, transaction: string | null): string {
  if (transaction === null || STATES[transaction] === undefined) return intent
  return transaction !== 'SUCCESSFUL' && ENDED.includes(intent) ? intent : transaction
}

/** Transactions are of a kind as well: `purchase.successful`. Other kinds say nothing of a payment. */
function wordOf(status: unknown): string | null {
  const text = textOf(status)
  return text?.toUpperCase().replace(/^PURCHASE\./, '') ?? null
}

function declineOf(word: string, transaction: Plain): GatewayError {
  const message = textOf(transaction.message) ?? textOf(transaction.description) ?? `MoneyHash says: ${word}`
  return { class: 'card_declined', code: word, message }
}
