import { instant } from '../../calendar/instant.ts'
import { localDate } from '../../calendar/zone.ts'
import { ALL_FILTER_VALUES } from '../../metering/filters.ts'
import { payeeAccountOf } from '../bank-account.ts'
import { formatAmount } from '../formats.ts'
import { frenchNotesOf } from '../french-notes.ts'
import type { FrozenCreditNote, FrozenFee, FrozenHead, FrozenInvoice } from '../frozen.ts'
import { isSameAddress } from '../parties.ts'
import type { WordKey } from '../words/en.ts'
import { say, sayCount } from '../words.ts'
import { type BilledLine, creditNoteLines, invoiceLines, spelledOut } from './billed-lines.ts'
import type { EInvoice, ELine, ENote, EPeriod, ETotals, Nation, VatCategory } from './e-invoice.ts'
import { ePartiesOf } from './e-parties.ts'
import { categoriesOf, type TaxedCents, vatOf } from './vat.ts'

/** UNTDID 5189: a discount. */
const DISCOUNT = '95'
/** UNCL 4461: the way of payment is not told, a transfer within the euro payments area, and any other transfer. */
const MEANS = { notTold: '1', sepa: '58', transfer: '30' } as const

export type Billed = FrozenInvoice | FrozenCreditNote

/** What the e-invoice of an invoice or a credit note says; whether it may be issued is for `checkEInvoice`. */
export function eInvoiceOf(document: Billed): EInvoice {
  const nation: Nation = document.seller.address.country === 'DE' ? 'DE' : 'FR'
  const billed = document.kind === 'invoice' ? invoiceLines(document) : creditNoteLines(document)
  const categories = categoriesOf(
    billed.map(({ fee }) => fee),
    document,
  )
  const taxed = billed.map((line, k): BilledLine & TaxedCents => ({
    ...line,
    category: categories[k] ?? ZERO,
  }))
  const { vat, reductions } = vatOf(taxed, { ...reducedBy(document), nation })
  const isOutsideVat = categories.some(({ code }) => code === 'O')
  return {
    kind: document.kind,
    nation,
    number: document.number,
    issuedOn: document.issuedOn,
    typeCode: typeCodeOf(document, nation),
    currency: document.currency,
    dueOn: document.kind === 'invoice' ? document.dueOn : null,
    buyerReference: document.buyer.buyerReference || document.buyer.externalId || null,
    orderReference: document.purchaseOrder,
    paymentTerms: termsOf(document),
    notes: notesOf(document, categories),
    preceding:
      document.kind === 'credit_note'
        ? { number: document.invoiceNumber, issuedOn: document.invoiceIssuedOn ?? null }
        : null,
    ...ePartiesOf(document, isOutsideVat),
    ...deliveryOf(document, billed, categories),
    payment: paymentOf(document),
    allowances: reductions.map(({ category, cents }) => ({
      cents,
      category,
      reason: reasonOf(document),
      reasonCode: DISCOUNT,
    })),
    totals: totalsOf(
      document,
      taxed.reduce((sum, { cents }) => sum + cents, 0n),
    ),
    vat,
    lines: taxed.map((line, k) => lineOf(line, k, document)),
  }
}

/** A bank transfer where the seller has an account; a credit note asks for no payment. */
function paymentOf(document: Billed): EInvoice['payment'] {
  const account = document.kind === 'invoice' ? payeeAccountOf(document) : null
  const transfer = document.currency === 'EUR' ? MEANS.sepa : MEANS.transfer
  return { meansCode: account ? transfer : MEANS.notTold, reference: document.number, account }
}

/** UNTDID 1001, of what bills like an invoice; Germany knows neither prepayments nor self-billed credit notes. */
export function typeCodeOf(
  document: Pick<Billed, 'kind' | 'invoiceType' | 'isSelfBilled'>,
  nation: Nation,
): string {
  if (document.kind === 'credit_note') return document.isSelfBilled && nation !== 'DE' ? '261' : '381'
  if (document.isSelfBilled) return '389'
  return document.invoiceType === 'credit' && nation !== 'DE' ? '386' : '380'
}

const ZERO: VatCategory = { code: 'Z', rate: '0', exemptionCode: null, exemptionReason: null }

function reducedBy(document: Billed): { readonly reductionsCents: bigint; readonly taxesCents: bigint } {
  const reductionsCents =
    document.kind === 'invoice'
      ? BigInt(document.cents.coupons) + BigInt(document.cents.progressive)
      : BigInt(document.cents.coupons)
  return { reductionsCents, taxesCents: BigInt(document.cents.taxes) }
}

/** The figures of the bill itself; the rules hold them against the lines. */
function totalsOf(document: Billed, linesCents: bigint): ETotals {
  const { reductionsCents, taxesCents } = reducedBy(document)
  const withoutVatCents = BigInt(document.cents.subtotalExcl)
  const shared = { linesCents, allowancesCents: reductionsCents, withoutVatCents, vatCents: taxesCents }
  if (document.kind === 'credit_note') {
    const total = BigInt(document.cents.total)
    return { ...shared, withVatCents: withoutVatCents + taxesCents, prepaidCents: 0n, dueCents: total }
  }
  const { prepaid, creditNotes, subtotalIncl, total, paid } = document.cents
  const isPaid = document.invoiceType === 'advance_charges'
  const paidCents = isPaid ? BigInt(paid) : 0n
  return {
    ...shared,
    withVatCents: BigInt(subtotalIncl),
    prepaidCents: BigInt(prepaid) + BigInt(creditNotes) + paidCents,
    dueCents: BigInt(total) - paidCents,
  }
}

function reasonOf(document: Billed): string {
  const { locale } = document
  if (document.kind === 'credit_note') return say(locale, 'cn.coupons')
  const names = document.coupons.map(({ name }) => name)
  const progressive = BigInt(document.cents.progressive) > 0n ? [say(locale, 'tot.progressive')] : []
  return [...names, ...progressive].join(', ') || say(locale, 'cn.coupons')
}

function termsOf(document: Billed): string {
  const { locale, currency } = document
  const amounts = (rows: readonly (readonly [WordKey, string])[]) =>
    rows
      .filter(([, cents]) => BigInt(cents) > 0n)
      .map(([key, cents]) => {
        const label = say(
          locale,
          key,
          document.kind === 'credit_note' ? { number: document.invoiceNumber } : {},
        )
        return `${label}: ${formatAmount(locale, BigInt(cents), currency)}`
      })
  if (document.kind === 'credit_note') {
    const { credited, refunded, offset } = document.cents
    return amounts([
      ['cn.credited', credited],
      ['cn.refunded', refunded],
      ['cn.offset', offset],
    ]).join('; ')
  }
  const { prepaid, creditNotes } = document.cents
  const used = amounts([
    ['tot.prepaid', prepaid],
    ['tot.credit_notes', creditNotes],
  ])
  return [payableWhen(document), ...used].join('; ')
}

function payableWhen({ locale, invoiceType, netPaymentTerm }: FrozenInvoice): string {
  if (invoiceType === 'advance_charges') return say(locale, 'head.already_paid')
  const when =
    netPaymentTerm === 0
      ? say(locale, 'meta.on_receipt')
      : sayCount(locale, 'meta.days', { value: netPaymentTerm, text: String(netPaymentTerm) })
  return `${say(locale, 'meta.payment_term')}: ${when}`
}

function notesOf(document: Billed, categories: readonly VatCategory[]): ENote[] {
  const { locale, isSelfBilled } = document
  const exemptions = new Set(categories.flatMap(({ exemptionReason }) => exemptionReason ?? []))
  const plain = [...exemptions, ...(isSelfBilled ? [say(locale, 'note.self_billed')] : [])]
  return [...frenchNotesOf(document), ...plain.map((text) => ({ code: null, text }))]
}

/** When and where to: what is sent to another member state has to say so even when it goes to the buyer's address. */
function deliveryOf(
  document: Billed,
  lines: readonly BilledLine[],
  categories: readonly VatCategory[],
): Pick<EInvoice, 'deliveredOn' | 'period' | 'deliveredTo'> {
  const periods = lines.map(({ fee }) => periodOf(fee, document)).filter((period) => period !== null)
  const from = periods.map((period) => period.from).sort()[0]
  const to = periods
    .map((period) => period.to)
    .sort()
    .at(-1)
  // The customer of a self-billed document sells, and nothing is sent to it.
  const shipping = document.isSelfBilled ? null : document.buyer.shipping
  const { address } = document.isSelfBilled ? document.seller : document.buyer
  const isElsewhere =
    shipping?.country && shipping.city && shipping.zipcode && !isSameAddress(shipping, address)
  const isSentAbroad = categories.some(({ code }) => code === 'K')
  return {
    deliveredOn: from === undefined ? document.issuedOn : null,
    period: from === undefined || to === undefined ? null : { from, to },
    deliveredTo: isElsewhere ? shipping : isSentAbroad ? address : null,
  }
}

function periodOf({ from, to }: FrozenFee, { timezone }: FrozenHead): EPeriod | null {
  if (from === null || to === null) return null
  return { from: localDate(instant(from), timezone), to: localDate(instant(to), timezone) }
}

function lineOf(line: BilledLine & TaxedCents, index: number, document: Billed): ELine {
  const { fee, cents, title, category } = line
  const { isExact: _, ...spelled } = spelledOut(line, document)
  return {
    ...spelled,
    id: String(index + 1),
    cents,
    period: periodOf(fee, document),
    name: title,
    sellerItemId: fee.code ?? null,
    category,
    properties: propertiesOf(fee),
  }
}

function propertiesOf({ groups, groupKeys = [], filterValues }: FrozenFee): ELine['properties'] {
  const grouped = groupKeys.map((name, k) => ({ name, value: groups[k] ?? '' }))
  const filtered = Object.entries(filterValues ?? {}).map(([name, values]) => ({
    name,
    value: values.filter((value) => value !== ALL_FILTER_VALUES).join(', '),
  }))
  return [...grouped, ...filtered].filter(({ name, value }) => name.trim() !== '' && value.trim() !== '')
}
