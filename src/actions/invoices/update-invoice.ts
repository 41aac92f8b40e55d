import { instant } from '../../core/calendar/instant.ts'
import type { Input } from '../../core/input/fields.ts'
import { overdueAt } from '../../core/invoicing/overdue.ts'
import { INVOICE_PAYMENT_STATUSES } from '../../core/invoicing/payment-status.ts'
import { Problems } from '../../core/problems.ts'
import { invalid, notAllowed, notFound, refuseIfAny } from '../../core/refusal.ts'
import type { Tx } from '../../store/database.ts'
import { cancelItem, scheduleItem } from '../../store/due-items.ts'
import { type InvoiceMetadataEntry, replaceInvoiceMetadata } from '../../store/invoice-metadata.ts'
import { stateFeePayment, statePaymentStatus } from '../../store/invoice-payments.ts'
import { type InvoiceRow, isVisible, lockInvoiceAfterCustomer, updateInvoice } from '../../store/invoices.ts'
import { inTransaction } from '../../store/transaction.ts'
import { ts } from '../../store/values.ts'
import { announceInvoice } from '../billing/announce-documents.ts'
import type { Caller, Context } from '../context.ts'
import { settlePurchase } from '../wallets/settle-purchase.ts'

const METADATA_MAX = 5
const KEY_LENGTH_MAX = 20
const VALUE_LENGTH_MAX = 140

/** Updates the payment status and metadata of an invoice (docs/rules/invoices.md#payment-and-overdue). */
export async function updateInvoicePayment(
  context: Context,
  caller: Caller,
  id: string,
  input: Input,
): Promise<void> {
  await inTransaction(context.database, caller, async (tx) => {
    const invoice = await lockInvoiceAfterCustomer(tx, id)
    if (!invoice || !isVisible(invoice)) throw notFound('invoice')
    if (invoice.status === 'voided') throw notAllowed('update_on_voided_invoice')
    const status = INVOICE_PAYMENT_STATUSES.find((each) => each === input.payment_status)
    if (input.payment_status !== undefined) {
      if (status === undefined) throw invalid({ payment_status: ['value_is_invalid'] })
      if (invoice.status === 'draft') throw notAllowed('payment_status_update_on_draft_invoice')
    }
    if (input.metadata !== undefined && invoice.status === 'draft')
      throw notAllowed('metadata_on_draft_invoice')
    if (input.metadata !== undefined) {
      await replaceInvoiceMetadata(tx, invoice, readMetadata(input.metadata), caller.now)
    }
    if (status === undefined || status === invoice.paymentStatus) return
    const hasSucceeded = status === 'succeeded'
    await statePaymentStatus(tx, invoice, status, caller.now)
    await updateInvoice(tx, id, {
      updatedAt: ts(caller.now),
      ...(hasSucceeded ? { paymentOverdue: false } : {}),
    })
    await stateFeePayment(tx, id, status, caller.now)
    if (hasSucceeded) await cancelItem(tx, 'invoice_overdue', id)
    else if (invoice.paymentStatus === 'succeeded') await scheduleOverdue(tx, caller, invoice)
    await announceInvoice(tx, caller, id, 'invoice.payment_status_updated')
    await settlePurchase(tx, caller, invoice, status)
  })
}

/**
 * An invoice whose payment is reverted can become overdue again, immediately if its due date has passed
 * (docs/rules/invoices.md#payment-and-overdue).
 */
async function scheduleOverdue(tx: Tx, caller: Caller, invoice: InvoiceRow): Promise<void> {
  if (invoice.selfBilled || invoice.totalAmountCents === 0n || invoice.paymentDisputeLostAt !== null) return
  const passesAt = overdueAt(invoice.paymentDueDate, invoice.timezone)
  const dueAt = instant(Math.max(passesAt, caller.now))
  await scheduleItem(tx, caller.organizationId, { kind: 'invoice_overdue', subjectId: invoice.id, dueAt })
}

function readMetadata(raw: unknown): InvoiceMetadataEntry[] {
  if (!Array.isArray(raw)) throw invalid({ metadata: ['must_be_an_array'] })
  if (raw.length > METADATA_MAX) throw invalid({ metadata: ['invalid_count'] })
  const problems = new Problems()
  const entries = raw.map((item: unknown, index) => {
    const entry = (typeof item === 'object' && item !== null ? item : {}) as Input
    const { id, key, value } = entry
    if (typeof key !== 'string' || key === '') problems.add('key', 'value_is_mandatory')
    else if (key.length > KEY_LENGTH_MAX) problems.add('key', 'value_is_too_long')
    if (typeof value !== 'string' || value === '') problems.add('value', 'value_is_mandatory')
    else if (value.length > VALUE_LENGTH_MAX) problems.add('value', 'value_is_too_long')
    const isKnown = typeof id === 'string' && /^[0-9a-f-]{36}$/i.test(id)
    return { id: isKnown ? id : null, key: textOr(key, `entry ${index}`), value: textOr(value, '') }
  })
  if (new Set(entries.map((entry) => entry.key)).size < entries.length)
    problems.add('key', 'value_already_exist')
  refuseIfAny(problems)
  return entries
}

/** The text, or what stands for a value that is refused. */
function textOr(value: unknown, standIn: string): string {
  return typeof value === 'string' ? value : standIn
}
