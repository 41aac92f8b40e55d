import { Decimal } from '../../src/core/amounts/decimal.ts'
import { periodContaining } from '../../src/core/calendar/boundaries.ts'
import { addMs, type Instant, instant } from '../../src/core/calendar/instant.ts'
import { endOfDay, localDate, startOfDay } from '../../src/core/calendar/zone.ts'
import { commitmentEnd, commitmentTrueUp } from '../../src/core/subscriptions/commitment.ts'
import { periodRule } from '../../src/core/subscriptions/subscription.ts'
import { isSubscriptionFeeDue, subscriptionFee } from '../../src/core/subscriptions/subscription-fee.ts'
import type { Window } from '../../src/core/subscriptions/windows.ts'
import type { Book, Wire } from './book.ts'
import { atOf, type Lived } from './core-values.ts'
import type { ExpectedBill } from './expected-bills.ts'
import { startingInvoices, wrongFixedCharges } from './expected-fixed.ts'

/** A bill of a subscription as it came out. */
export type BilledLink = {
  readonly invoice: Wire
  /** The subscription's own fees on it. */
  readonly fees: readonly Wire[]
  /** Events that had been accepted when it became final. */
  readonly accepted: number
  /** The other bills of the subscription. */
  readonly others: readonly {
    readonly bill: ExpectedBill
    readonly link: { readonly invoice: Wire; readonly fees: readonly Wire[] }
  }[]
}

/** What is wrong with the price of the plan and with the minimum commitment on a bill. */
export function expectedPrices(book: Book, lived: Lived, bill: ExpectedBill, link: BilledLink): string[] {
  return [
    ...wrongPrice(lived, bill, link),
    ...wrongFixedCharges(book, lived, bill, link),
    ...wrongCommitment(book, lived, bill, link),
  ]
}

function ofType(fees: readonly Wire[], type: string): Wire[] {
  return fees.filter((fee) => fee.item.type === type)
}

function wrongPrice(lived: Lived, bill: ExpectedBill, { invoice, fees, others }: BilledLink): string[] {
  const earlier = others.filter(
    ({ bill: other }) => other.at < bill.at || (other.at === bill.at && isOpening(other)),
  )
  const feeTimes = earlier
    .filter(({ link }) => ofType(link.fees, 'subscription').length > 0)
    .map(({ link }) => atOf(link.invoice.created_at))
  const today = localDate(bill.at, lived.zone)
  const history = {
    hasFeeOnIssuingDay: feeTimes.some((at) => localDate(at, lived.zone) === today),
    hasEarlierFee: feeTimes.length > 0,
    isFirstInvoice: earlier.length === 0,
    isOnlyStartingInvoice: earlier.length === 0 && isOpening(bill),
    invoiceCreatedAt: atOf(invoice.created_at),
  }
  const due = isSubscriptionFeeDue(bill.moment, history)
  const found = ofType(fees, 'subscription')
  if (found.length !== (due ? 1 : 0))
    return [`it has ${found.length} subscription fees, and ${due ? 1 : 0} is due`]
  if (!due) return []
  const { amountCents } = subscriptionFee(bill.moment, bill.windows.subscription, history)
  return differs('the subscription fee', found[0].amount_cents, amountCents)
}

function isOpening({ reason }: ExpectedBill): boolean {
  return reason === 'subscription_starting'
}

function differs(what: string, told: number, expected: bigint): string[] {
  return BigInt(told) === expected ? [] : [`${what} is ${told}, not ${expected}`]
}

type Covered = { readonly period: Window; readonly from: Instant; readonly to: Instant }

function wrongCommitment(book: Book, lived: Lived, bill: ExpectedBill, link: BilledLink): string[] {
  const commitment = book.plans.get(lived.wire.plan_code).minimum_commitment
  if (!commitment) return []
  const told = ofType(link.fees, 'commitment').reduce((sum, fee) => sum + fee.amount_cents, 0)
  const covered = coveredPeriod(lived, bill, link)
  if (covered === null) return differs('a minimum commitment', told, 0n)
  const { period, from, to } = covered
  const counted = countedFees(book, lived, link, covered)
  const amountCents = counted.reduce((sum, fee) => sum + BigInt(fee.amount_cents), 0n)
  const trueUp = commitmentTrueUp(
    BigInt(commitment.amount_cents),
    { period, billedFrom: from, billedTo: to, zone: lived.zone },
    { amountCents, preciseAmountCents: Decimal.zero },
  )
  return differs(`the minimum commitment over fees of ${amountCents}`, told, trueUp?.amountCents ?? 0n)
}

/** The period that a commitment is reconciled over: the one that a bill closes, or the one before it in advance. */
function coveredPeriod(lived: Lived, bill: ExpectedBill, { fees, others }: BilledLink): Covered | null {
  const { plan, subscription, zone } = lived
  const isClosing = bill.reason === 'subscription_terminating'
  let window: Window | null = null
  if (!plan.payInAdvance) window = ofType(fees, 'subscription').length > 0 ? bill.windows.subscription : null
  else if (!isOpening(bill)) {
    const priced = others.filter(
      ({ bill: other, link }) => other.at < bill.at && ofType(link.fees, 'subscription').length > 0,
    )
    const last = priced
      .map(({ bill: other }) => other.windows.subscription)
      .sort((a, b) => b.from - a.from)[0]
    const isPast = last !== undefined && last.to < bill.windows.subscription.from
    window = last !== undefined && (isPast || isClosing) ? last : null
  }
  if (window === null) return null
  const rule = periodRule(subscription, plan.interval, zone)
  const dates = periodContaining(localDate(window.from, zone), rule)
  const period = { from: startOfDay(dates.start, zone), to: endOfDay(dates.end, zone) }
  const end = commitmentEnd(window.to, period.to, isClosing ? subscription.terminatedAt : null)
  const startDay = startOfDay(localDate(subscription.startedAt, zone), zone)
  const from = instant(Math.max(window.from, period.from, startDay))
  return { period, from, to: plan.payInAdvance ? end : instant(Math.min(end, window.to)) }
}

/** The fees that pay for a period: its price, its usage in arrears, and what was charged in advance in it. */
function countedFees(book: Book, lived: Lived, link: BilledLink, { period, from, to }: Covered): Wire[] {
  const id = lived.wire.lago_id
  const order = new Map(book.events.map(({ raw }, k) => [raw.transactionId, k]))
  const invoiced = book.invoices.flatMap((invoice) => invoice.fees as Wire[])
  const all = new Map([...invoiced, ...book.looseFees].map((fee) => [fee.lago_id, fee]))
  const known = new Set(
    [
      ...link.others.filter(({ bill }) => bill.at <= to + 1).flatMap(({ link: { fees } }) => fees),
      ...link.fees,
    ].map((fee) => fee.lago_id),
  )
  const atStart = new Set(
    startingInvoices(book, lived).flatMap(({ fees }) => fees.map((fee: Wire) => fee.lago_id)),
  )
  return [...all.values()].filter((fee) => {
    if (fee.lago_subscription_id !== id) return false
    const type = fee.item.type
    if (type !== 'subscription' && type !== 'charge' && type !== 'fixed_charge') return false
    const starts = atOf(fee.from_date)
    const isOfEvent = (fee.event_transaction_id ?? null) !== null
    const isThere = isOfEvent
      ? (order.get(fee.event_transaction_id) ?? Number.POSITIVE_INFINITY) < link.accepted
      : known.has(fee.lago_id) || atStart.has(fee.lago_id) || fee.lago_invoice_id === null || !fee.invoiceable
    if (!isThere) return false
    if (type === 'subscription') return starts >= period.from && starts <= to
    return starts >= from && starts <= to && atOf(fee.to_date) <= addMs(period.to, 1)
  })
}
