import type { Input } from '../../core/input/fields.ts'
import { checkVoid } from '../../core/invoicing/void.ts'
import { accepted, notAllowed, notFound } from '../../core/refusal.ts'
import { reviveCoupons } from '../../store/applied-coupons.ts'
import type { Tx } from '../../store/database.ts'
import { cancelItem } from '../../store/due-items.ts'
import { isVisible, lockInvoiceAfterCustomer, updateInvoice } from '../../store/invoices.ts'
import { inTransaction } from '../../store/transaction.ts'
import { ts } from '../../store/values.ts'
import { announceInvoice } from '../billing/announce-documents.ts'
import type { Caller, Context } from '../context.ts'
import { recreditInvoice } from '../wallets/recredit-invoice.ts'

/**
 * Voids a final invoice (405 `not_voidable` otherwise): nobody has to pay it any more, its number stays, and what it
 * billed counts neither as billed ahead nor towards a commitment (docs/rules/invoices.md#voided-invoices).
 */
export async function voidInvoice(context: Context, caller: Caller, id: string, input: Input): Promise<void> {
  await inTransaction(context.database, caller, async (tx) => {
    const invoice = await lockInvoiceAfterCustomer(tx, id)
    if (!invoice || !isVisible(invoice)) throw notFound('invoice')
    // What the other side of a lost dispute took back is settled there.
    if (invoice.status !== 'finalized' || invoice.paymentDisputeLostAt !== null)
      throw notAllowed('not_voidable')
    accepted(
      checkVoid(input, {
        creditableCents: invoice.subTotalIncludingTaxesAmountCents,
        paidCents: invoice.totalPaidAmountCents,
      }),
    )
    await setVoided(tx, caller, id)
    await recreditInvoice(tx, caller, id)
    await announceInvoice(tx, caller, id, 'invoice.voided')
  })
}

async function setVoided(tx: Tx, { now }: Caller, id: string): Promise<void> {
  await updateInvoice(tx, id, {
    status: 'voided',
    voidedAt: ts(now),
    paymentOverdue: false,
    updatedAt: ts(now),
  })
  await cancelItem(tx, 'invoice_overdue', id)
  await reviveCoupons(tx, id, now)
}
