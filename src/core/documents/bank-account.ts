import { groupedIban } from '../organizations/iban.ts'
import type { Block } from './content.ts'
import type { FrozenBankAccount, FrozenInvoice, FrozenSeller } from './frozen.ts'
import { sellerName } from './parties.ts'
import { type Locale, say } from './words.ts'

/** What asks for money, as far as it decides whether that can be a transfer. */
export type TransferClaim = {
  readonly isSelfBilled: boolean
  readonly invoiceType: string
  /** What is to be paid. */
  readonly cents: bigint
}

/** An account with the name of its holder; an empty one where the seller has no name. */
export type PayeeAccount = FrozenBankAccount & { readonly holder: string }

/**
 * The account that an invoice is to be paid into, with its holder. Null when the seller has none, and where nothing is
 * paid to the billing entity: the customer is the one who is paid on self-billed invoices, and an invoice of fees that
 * were paid, or of nothing, asks for no transfer.
 */
export function payeeAccount(
  seller: Pick<FrozenSeller, 'name' | 'legalName' | 'bankAccount'>,
  { isSelfBilled, invoiceType, cents }: TransferClaim,
): PayeeAccount | null {
  const account = seller.bankAccount
  if (!account || isSelfBilled || invoiceType === 'advance_charges' || cents <= 0n) return null
  return { ...account, holder: account.holder || sellerName(seller) }
}

/** The account that is printed on an invoice. */
export function payeeAccountOf(invoice: FrozenInvoice): PayeeAccount | null {
  return payeeAccount(invoice.seller, { ...invoice, cents: BigInt(invoice.cents.total) })
}

/** What a transfer is made out to, in lines; without a reference where there is none yet. */
export function transferLines(locale: Locale, account: PayeeAccount, reference: string): string[] {
  const { iban, holder, bic } = account
  return [
    ...(holder ? [holder] : []),
    `IBAN ${groupedIban(iban)}`,
    ...(bic ? [`BIC ${bic}`] : []),
    ...(reference === '' ? [] : [say(locale, 'bank.reference', { number: reference })]),
  ]
}

/** The note that tells how to pay by bank transfer. */
export function bankNotes(invoice: FrozenInvoice): Block[] {
  const account = payeeAccountOf(invoice)
  if (!account) return []
  const { locale, number } = invoice
  // A draft has no number yet.
  const lines = transferLines(locale, account, number)
  return [{ kind: 'note', title: say(locale, 'bank.title'), text: lines.join('\n'), isRuled: false }]
}
