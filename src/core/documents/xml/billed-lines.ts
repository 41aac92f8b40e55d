import { allot } from '../../amounts/allot.ts'
import { subunitFactor } from '../../amounts/currency.ts'
import { Decimal } from '../../amounts/decimal.ts'
import { bySubscriptionName, feesByPeriod, inOrderOfTime } from '../fee-order.ts'
import { feeRows, feeTitle } from '../fee-rows.ts'
import { formatPrice, formatUnits } from '../formats.ts'
import type { FrozenCreditNote, FrozenFee, FrozenInvoice, FrozenSubscription } from '../frozen.ts'
import { say } from '../words.ts'
import { quantityOf } from './quantity.ts'

/** A fee, or the part of one that a credit note gives back, as a line. */
export type BilledLine = {
  readonly fee: FrozenFee
  readonly title: string
  readonly subscription: FrozenSubscription | null
  readonly cents: bigint
  /** The same before it was rounded. */
  readonly exactCents: Decimal
  /** Its share of the reductions before taxes. */
  readonly reductionCents: Decimal
}

type Titled = Pick<BilledLine, 'fee' | 'title' | 'subscription'>

/** The lines of an invoice in the order in which they are printed. Every fee with an amount is among them. */
export function invoiceLines(invoice: FrozenInvoice): BilledLine[] {
  const subscriptions = bySubscriptionName(invoice.subscriptions)
  const printed = subscriptions.flatMap((subscription) => subscriptionLines(invoice, subscription))
  const seen = new Set(printed.map(({ fee }) => fee.id))
  const others = inOrderOfTime(invoice.fees.filter((fee) => !seen.has(fee.id) && isWritten(fee, invoice)))
  const all = [
    ...printed,
    ...others.map((fee) => ({ fee, title: titleOf(fee, null, invoice), subscription: null })),
  ]
  return (all.length > 0 ? all : [emptyLine(invoice)]).map((titled) => ({
    ...titled,
    cents: BigInt(titled.fee.amountCents),
    exactCents: Decimal.of(titled.fee.amountCents),
    reductionCents: Decimal.of(titled.fee.reductionCents ?? '0'),
  }))
}

/**
 * The lines of a credit note: its items, in the order of the names of their subscriptions. The items of a note have
 * decimals and are rounded so that they sum to the note before coupons and taxes.
 */
export function creditNoteLines(note: FrozenCreditNote): BilledLine[] {
  const subscriptions = bySubscriptionName(note.subscriptions)
  const rank = (fee: FrozenFee) => {
    const at = subscriptions.findIndex(({ id }) => id === fee.subscriptionId)
    return at < 0 ? subscriptions.length : at
  }
  const items = [...note.items].sort((a, b) => rank(a.fee) - rank(b.fee))
  const titles = new Map(
    items.map(({ fee }) => [fee.id, titleOf(fee, subscriptions[rank(fee)] ?? null, note)]),
  )
  const exact = items.map(({ amountCents, preciseCents }) => Decimal.of(preciseCents ?? amountCents))
  const cents = allot(exact, BigInt(note.cents.subtotalExcl) + BigInt(note.cents.coupons))
  return items.map(({ fee }, k) => {
    const exactCents = exact[k] ?? Decimal.zero
    const whole = Decimal.of(fee.amountCents)
    const reduction = Decimal.of(fee.reductionCents ?? '0')
    const parent = fee.trueUpParentId === null ? undefined : titles.get(fee.trueUpParentId)
    return {
      fee,
      title:
        parent === undefined ? (titles.get(fee.id) ?? '') : say(note.locale, 'fee.true_up', { name: parent }),
      subscription: subscriptions[rank(fee)] ?? null,
      cents: cents[k] ?? 0n,
      exactCents,
      reductionCents: whole.isZero() ? Decimal.zero : reduction.times(exactCents).dividedBy(whole),
    }
  })
}

/** The quantity, price and texts of a line. */
export function spelledOut(line: BilledLine, document: FrozenInvoice | FrozenCreditNote) {
  const { fee, subscription, exactCents } = line
  const { locale, currency } = document
  const whole = Decimal.of(fee.amountCents)
  const units = Decimal.of(fee.units)
  const own = document.kind === 'invoice' || whole.isZero() ? units : units.times(exactCents).dividedBy(whole)
  const amount = Decimal.of(line.cents).dividedBy(subunitFactor(currency))
  const price = Decimal.of(fee.unitPrice)
  const quantity = quantityOf(own, price, amount)
  const details = document.kind === 'invoice' ? detailsOf(fee, subscription, document) : []
  const real = `${say(locale, 'col.units')}: ${formatUnits(locale, own)} × ${formatPrice(locale, price, currency)}`
  const isToldApart = !quantity.isExact && !own.isZero() && !own.equals(Decimal.one)
  const texts = [fee.description, ...details, isToldApart ? real : null].filter((text) => text)
  return { ...quantity, description: texts.length === 0 ? null : texts.join('; ') }
}

function subscriptionLines(invoice: FrozenInvoice, subscription: FrozenSubscription): Titled[] {
  return feesByPeriod(invoice, subscription)
    .flat()
    .flatMap(({ fee, title, trueUps }) => [
      { fee, title: title || say(invoice.locale, 'col.item'), subscription },
      ...trueUps.map((trueUp) => ({
        fee: trueUp,
        title: say(invoice.locale, 'fee.true_up', { name: title }),
        subscription,
      })),
    ])
}

/** What is in no table still counts in the sum. */
function isWritten(fee: FrozenFee, { subscriptions }: FrozenInvoice): boolean {
  return subscriptions.length === 0 || fee.amountCents !== '0'
}

function titleOf(
  fee: FrozenFee,
  subscription: FrozenSubscription | null,
  { locale }: Pick<FrozenInvoice, 'locale'>,
): string {
  return feeTitle(fee, subscription, locale) || say(locale, 'col.item')
}

/** An invoice without any fee has a line of zero, because an e-invoice has at least one. */
function emptyLine(invoice: FrozenInvoice): Titled {
  const [subscription = null] = bySubscriptionName(invoice.subscriptions)
  const fee: FrozenFee = {
    id: '',
    type: 'subscription',
    subscriptionId: subscription?.id ?? null,
    trueUpParentId: null,
    name: null,
    description: null,
    groups: [],
    filterName: null,
    filterValues: null,
    model: null,
    aggregation: null,
    isProrated: false,
    minimumCents: null,
    units: '1',
    unitPrice: '0',
    amountCents: '0',
    eventsCount: null,
    details: {},
    pricingUnit: null,
    presentationKeys: null,
    breakdowns: [],
    taxes: [],
    from: null,
    to: null,
    paidAt: null,
  }
  return { fee, title: titleOf(fee, subscription, invoice), subscription }
}

/** How the price came about: the printed rows under the title, each as one text. */
export function detailsOf(
  fee: FrozenFee,
  subscription: FrozenSubscription | null,
  invoice: FrozenInvoice,
): string[] {
  return feeRows(fee, subscription, invoice)
    .filter(({ style }) => style === 'detail')
    .map(({ cells: [label, units, price, , amount] }) => `${label}: ${units} × ${price} = ${amount}`)
}
