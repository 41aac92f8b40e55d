import { completeInvoice } from '../../core/billing/pending-invoice.ts'
import { readCreditNoteFacts } from '../../store/billing/credit-note-facts.ts'
import { readCustomerFacts } from '../../store/billing/customer-facts.ts'
import { takeNumbers } from '../../store/billing/numbers.ts'
import {
  lockPendingInvoices,
  type PendingInvoiceRow,
  writeCompletedInvoice,
} from '../../store/billing/pending-invoices.ts'
import { readTaxesOfFees } from '../../store/billing/taxes-of-bills.ts'
import { readWalletFacts } from '../../store/billing/wallet-facts.ts'
import type { Tx } from '../../store/database.ts'
import { readDraftNotes } from '../../store/draft-notes.ts'
import { scheduleItem } from '../../store/due-items.ts'
import { spentOnInvoices } from '../../store/wallet-transactions.ts'
import { announceFinalized } from '../billing/announce-documents.ts'
import type { Caller } from '../context.ts'
import { issueCreditNotes } from '../credit-notes/issue-credit-notes.ts'
import { renewDraftNotes } from '../credit-notes/renew-draft-notes.ts'
import { queueCharges } from '../payments/queue-charges.ts'
import { wakeGate } from '../subscriptions/settle-gate.ts'
import { announceMovements } from '../wallets/announce-wallets.ts'

/**
 * Makes the invoices of a customer final that waited for its taxes, oldest first: with their taxes, numbers and
 * webhooks (docs/rules/taxes.md#vat-numbers). One for whose payment a subscription waits is charged now, and is final once it
 * is paid. The caller has locked the customer.
 */
export async function completePendingInvoices(tx: Tx, caller: Caller, customerId: string): Promise<void> {
  const { organizationId, now } = caller
  const pending = await lockPendingInvoices(tx, customerId)
  if (pending.length === 0) return
  const { customers, billingEntities } = await readCustomerFacts(tx, [customerId])
  const customer = customers.get(customerId)
  if (!customer) throw new Error(`customer ${customerId} is gone`)
  const fees = pending.flatMap(({ invoice }) => invoice.fees)
  const planIds = pending.flatMap(({ invoice }) => [...invoice.planIds.values()])
  const taxes = await readTaxesOfFees(tx, customer, fees, planIds)
  const drafts = await readDraftNotes(
    tx,
    pending.map(({ invoice }) => invoice.id),
  )
  const final: PendingInvoiceRow[] = []
  for (const each of pending) {
    const { invoice, billingEntityId } = each
    const billingEntity = billingEntities.get(billingEntityId)
    if (!billingEntity) throw new Error(`billing entity ${billingEntityId} is gone`)
    const [notes, wallets] = await Promise.all([
      readCreditNoteFacts(tx, [customerId]),
      readWalletFacts(tx, [customerId]),
    ])
    const credits = { notes: notes.get(customerId) ?? [], wallets: wallets.get(customerId) ?? [] }
    const completed = completeInvoice(invoice, customer, taxes, now, credits)
    if (each.awaitsPayment && completed.totalAmountCents > 0n) {
      await writeCompletedInvoice(tx, organizationId, completed, null)
      await queueCharges(tx, caller, [invoice.id])
      continue
    }
    final.push(each)
    const outcome = { status: 'finalized', finalizedAt: now, overdueAt: null } as const
    const [number] = await takeNumbers(tx, [{ customer, billingEntity, outcome }])
    if (!number) throw new Error('an invoice without a number')
    await writeCompletedInvoice(tx, organizationId, completed, number)
    const { overdueAt } = completed
    if (overdueAt !== null) {
      await scheduleItem(tx, organizationId, {
        kind: 'invoice_overdue',
        subjectId: invoice.id,
        dueAt: overdueAt,
      })
    }
    // Its own credit notes are open for the invoices after it.
    const own = drafts.filter(({ invoiceId }) => invoiceId === invoice.id)
    await issueCreditNotes(tx, caller, await renewDraftNotes(tx, caller, own))
    if (each.awaitsPayment) await wakeGate(tx, caller, invoice.id)
  }
  await announceFinalized(
    tx,
    caller,
    final.map(({ invoice }) => ({ id: invoice.id, invoiceType: invoice.invoiceType })),
  )
  const spent = await spentOnInvoices(
    tx,
    pending.map(({ invoice }) => invoice.id),
  )
  await announceMovements(tx, caller, spent)
}
