import { progressiveCredit } from '../../../src/core/progressive-billing/credit.ts'
import type { Book, Fault, Wire } from '../book.ts'
import { atOf, type Lived, livedSubscriptions } from '../core-values.ts'
import { expectedProgressiveFees } from '../expected-usage.ts'
import { compareFees, type Link, linksOf } from './bills.ts'

const ALL = ['subscription_periodic', 'subscription_terminating', 'progressive_billing']

/**
 * Progressive invoices bill the whole usage of the period so far, and whatever bills that period next takes off what
 * the newest of them billed.
 */
export function validateProgressive(book: Book): Fault[] {
  return livedSubscriptions(book).flatMap((lived) => {
    const links = linksOf(book, lived, ALL)
    return [
      ...links.filter(isProgressive).flatMap((link) => wrongFees(book, lived, link)),
      ...wrongCredits(book, lived, links),
    ]
  })
}

function isProgressive({ period }: Link): boolean {
  return period.invoicing_reason === 'progressive_billing'
}

function wrongFees(book: Book, lived: Lived, { invoice, fees }: Link): Fault[] {
  const accepted = book.finalAfter.get(invoice.lago_id) ?? 0
  // It bills as of the moment at which it was made, when the subscription had not ended yet.
  const asOpen = { ...lived, subscription: { ...lived.subscription, terminatedAt: null, endedBy: null } }
  const expected = expectedProgressiveFees(book, asOpen, atOf(invoice.created_at), accepted)
  return compareFees(book, `progressive ${invoice.number} of ${lived.wire.external_id}`, expected, fees)
}

/** Of subscriptions that no change of plan began or ended: what such a change carries along is a rule of its own. */
function wrongCredits(book: Book, lived: Lived, links: readonly Link[]): Fault[] {
  const { startedBy, endedBy } = lived.subscription
  if (startedBy === 'upgrade' || endedBy === 'upgrade') return []
  return links.flatMap((link) => {
    const own = orderOf(book, link)
    if (own === undefined) return []
    const earlier = links.filter(
      (each) =>
        isProgressive(each) && each !== link && isBefore(book, each, own, link) && isSamePeriod(each, link),
    )
    const newest = earlier.sort((a, b) => (orderOf(book, b) ?? 0) - (orderOf(book, a) ?? 0))[0]
    const expected = newest === undefined ? 0n : creditOf(newest, link, takenOf(book, newest, own))
    // An invoice may carry the credits of several subscriptions; they are told by the invoice that they come from.
    const ids = new Set(links.filter(isProgressive).map(({ invoice }) => invoice.lago_id))
    const told = (link.invoice.credits as Wire[])
      .filter((credit) => ids.has(credit.item.lago_item_id))
      .reduce((sum, credit) => sum + BigInt(credit.amount_cents), 0n)
    if (told === expected) return []
    const where = `${link.period.invoicing_reason} ${link.invoice.number} of ${lived.wire.external_id}`
    return [{ validator: 'progressive', where, says: `its progressive credit is ${told}, not ${expected}` }]
  })
}

function orderOf(book: Book, { invoice }: Link): number | undefined {
  return book.finalAfter.get(invoice.lago_id)
}

/** A progressive invoice follows an event; a bill that was made with as many events came after it. */
function isBefore(book: Book, each: Link, own: number, link: Link): boolean {
  const order = orderOf(book, each) ?? Number.POSITIVE_INFINITY
  return order < own || (order === own && !isProgressive(link))
}

function isSamePeriod(a: Link, b: Link): boolean {
  return a.period.charges_from_datetime === b.period.charges_from_datetime
}

/** What invoices that were final before took of a progressive one. */
function takenOf(book: Book, newest: Link, own: number): bigint {
  const id = newest.invoice.lago_id
  const before = book.invoices.filter((each) => (book.finalAfter.get(each.lago_id) ?? own) < own)
  const credits: Wire[] = before.flatMap((each) => each.credits)
  return credits
    .filter((credit) => credit.item.lago_item_id === id)
    .reduce((sum, credit) => sum + BigInt(credit.amount_cents), 0n)
}

function creditOf(newest: Link, link: Link, takenCents: bigint): bigint {
  const charges = new Set(newest.fees.map((fee) => fee.lago_charge_id))
  const same = link.fees.filter((fee) => charges.has(fee.lago_charge_id))
  const { invoice } = newest
  return progressiveCredit(
    {
      feesCents: BigInt(invoice.fees_amount_cents),
      couponsCents: BigInt(invoice.coupons_amount_cents),
      takenCents,
      creditNotesCents: 0n,
    },
    same.reduce((sum, fee) => sum + BigInt(fee.amount_cents), 0n),
  ).creditCents
}
