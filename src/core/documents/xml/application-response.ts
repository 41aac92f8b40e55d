import { instant } from '../../calendar/instant.ts'
import { localDate } from '../../calendar/zone.ts'
import { formatAmount } from '../formats.ts'
import type { FrozenPaidInvoice, FrozenReceipt } from '../frozen.ts'
import { say } from '../words.ts'
import type { Nation } from './e-invoice.ts'
import { typeCodeOf } from './e-invoice-of.ts'
import { ePartiesOf } from './e-parties.ts'
import { partyOf, root } from './ubl.ts'
import { branch, leaf, prose, type XmlElement, xmlText } from './xml-writer.ts'

/** UNTDID 4343: paid. */
const PAID = 'PD'

/**
 * The receipt of a payment as a UBL 2.1 `ApplicationResponse`, which says of each invoice that it was paid: no reader
 * can take it for another invoice.
 */
export function applicationResponseOf(receipt: FrozenReceipt): string {
  const { seller, buyer } = ePartiesOf(receipt, false)
  return xmlText(
    root('ApplicationResponse', [
      leaf('cbc:UBLVersionID', '2.1'),
      leaf('cbc:ID', receipt.number),
      leaf('cbc:IssueDate', receipt.issuedOn),
      prose('cbc:Note', noteOf(receipt)),
      partyOf(seller, 'cac:SenderParty'),
      partyOf(buyer, 'cac:ReceiverParty'),
      ...paidInvoicesOf(receipt).map((paid) => responseOf(paid, receipt)),
    ]),
  )
}

type Paid = FrozenPaidInvoice & { readonly description: string }

function paidInvoicesOf(receipt: FrozenReceipt): Paid[] {
  const { locale, currency, paid } = receipt
  const told = (cents: string) =>
    `${say(locale, 'tot.paid')}: ${formatAmount(locale, BigInt(cents), currency)}`
  if ('invoices' in paid)
    return paid.invoices.map((each) => ({ ...each, description: told(each.totalCents) }))
  const { number, issuedOn, invoiceType, cents } = paid.invoice
  const description = told(receipt.amountCents)
  return [{ number, issuedOn, invoiceType, totalCents: cents.total, description }]
}

function responseOf(
  paid: Paid,
  { paidAt, timezone, isSelfBilled, seller }: FrozenReceipt,
): XmlElement | null {
  const nation: Nation = seller.address.country === 'DE' ? 'DE' : 'FR'
  const { number, issuedOn = null, invoiceType = 'subscription', description } = paid
  return branch('cac:DocumentResponse', [
    branch('cac:Response', [
      leaf('cbc:ResponseCode', PAID),
      prose('cbc:Description', description),
      leaf('cbc:EffectiveDate', localDate(instant(paidAt), timezone)),
    ]),
    branch('cac:DocumentReference', [
      leaf('cbc:ID', number),
      leaf('cbc:IssueDate', issuedOn),
      leaf('cbc:DocumentTypeCode', typeCodeOf({ kind: 'invoice', invoiceType, isSelfBilled }, nation)),
    ]),
  ])
}

function noteOf({ locale, currency, amountCents, method }: FrozenReceipt): string {
  const paid = `${say(locale, 'doc.receipt')}: ${formatAmount(locale, BigInt(amountCents), currency)}`
  return method ? `${paid}; ${say(locale, 'meta.payment_method')}: ${method}` : paid
}
