import { groupedIban } from '../organizations/iban.ts'
import type { Block } from './content.ts'
import type { FrozenBankAccount, FrozenInvoice } from './frozen.ts'
import { sellerName } from './parties.ts'
import { say } from './words.ts'

/**
 * The account that an invoice is to be paid into, with its holder. Null when the seller has none, and where nothing is
 * paid to the billing entity: the customer is the one who is paid on self-billed invoices, and an invoice of fees that
 * were paid, or of nothing, asks for no transfer.
 */
export function payeeAccountOf(invoice: FrozenInvoice): FrozenBankAccount | null {
  const { seller, isSelfBilled, invoiceType, cents } = invoice
  const account = seller.bankAccount
  if (!account || isSelfBilled || invoiceType === 'advance_charges' || BigInt(cents.total) <= 0n) return null
  return { ...account, holder: account.holder || sellerName(seller) }
}

/** The note that tells how to pay by bank transfer. */
export function bankNotes(invoice: FrozenInvoice): Block[] {
  const account = payeeAccountOf(invoice)
  if (!account) return []
  const { iban, holder, bic } = account
  const { locale, number } = invoice
  const lines = [
    ...(holder ? [holder] : []),
    `IBAN ${groupedIban(iban)}`,
    ...(bic ? [`BIC ${bic}`] : []),
    // A draft has no number yet.
    ...(number === '' ? [] : [say(locale, 'bank.reference', { number })]),
  ]
  return [{ kind: 'note', title: say(locale, 'bank.title'), text: lines.join('\n'), isRuled: false }]
}
