import { exponentOf } from '../../../src/core/amounts/currency.ts'
import { Decimal } from '../../../src/core/amounts/decimal.ts'
import { majorUnits } from '../../../src/core/pricing/rated-fee.ts'
import type { Book, Fault, Wire } from '../book.ts'
import { type Lived, livedSubscriptions } from '../core-values.ts'
import { type ExpectedBill, expectedBills, shownWindows } from '../expected-bills.ts'
import { expectedPrices } from '../expected-prices.ts'
import { type ExpectedFee, expectedAdvanceFees, expectedChargeFees, feeKey } from '../expected-usage.ts'
import { iso } from '../life.ts'

/** A subscription's part of an invoice. */
export type Link = { readonly invoice: Wire; readonly period: Wire; readonly fees: readonly Wire[] }

const BILLS = ['subscription_starting', 'subscription_periodic', 'subscription_terminating']

/**
 * Each subscription has exactly the bills that its dates require, none missing and none duplicated, with fees
 * recomputed from the raw log of events accepted by then.
 */
export function validateBills(book: Book): Fault[] {
  return livedSubscriptions(book).flatMap((lived) => {
    const expected = expectedBills(lived, book.now)
    const links = linksOf(book, lived, BILLS)
    const open = new Set(links)
    const faults: Fault[] = []
    const paired: { bill: ExpectedBill; link: Link }[] = []
    for (const bill of expected) {
      const link = [...open].find((each) => isOf(each, bill))
      if (link) {
        open.delete(link)
        paired.push({ bill, link })
      } else faults.push(faultOf(lived, `${told(bill)} is lost`))
    }
    for (const { invoice, period } of open) {
      faults.push(faultOf(lived, `${invoice.number} bills ${JSON.stringify(period)}, which nothing asks for`))
    }
    return [...faults, ...paired.flatMap((pair) => validateFees(book, lived, pair.bill, pair.link, paired))]
  })
}

export function linksOf(book: Book, lived: Lived, reasons: readonly string[]): Link[] {
  const id = lived.wire.lago_id
  return book.invoices.flatMap((invoice) =>
    invoice.billing_periods
      .filter(
        (period: Wire) => period.lago_subscription_id === id && reasons.includes(period.invoicing_reason),
      )
      .map((period: Wire) => ({
        invoice,
        period,
        fees: invoice.fees.filter((fee: Wire) => fee.lago_subscription_id === id),
      })),
  )
}

function isOf({ period }: Link, bill: ExpectedBill): boolean {
  const seconds = (text: string | null) => (text === null ? '-' : String(Date.parse(text) / 1000))
  const shown = [
    period.subscription_from_datetime,
    period.subscription_to_datetime,
    period.charges_from_datetime,
    period.charges_to_datetime,
  ].map(seconds)
  return period.invoicing_reason === bill.reason && shown.join(' ') === shownWindows(bill.windows)
}

function validateFees(
  book: Book,
  lived: Lived,
  bill: ExpectedBill,
  { invoice, fees }: Link,
  all: readonly { bill: ExpectedBill; link: Link }[],
): Fault[] {
  // A draft is only as current as its last refresh, so it is validated once finalized.
  const accepted = book.finalAfter.get(invoice.lago_id)
  if (accepted === undefined) return []
  const expected = expectedChargeFees(book, lived, bill, accepted)
  const apart = new Set(
    lived.charges.filter((charge) => charge.payInAdvance && !charge.invoiceable).map(({ id }) => id),
  )
  const isApart = ({ key }: ExpectedFee) => apart.has(JSON.parse(key)[0])
  const charged = fees.filter((fee) => fee.item.type === 'charge')
  const where = `${told(bill)} of ${lived.wire.external_id}, ${invoice.number}`
  const others = all.filter(({ bill: other }) => other !== bill)
  return [
    ...compareFees(
      book,
      where,
      expected.filter((fee) => !isApart(fee)),
      charged,
    ),
    ...expectedPrices(book, lived, bill, { invoice, fees, accepted, others }).map((says) => ({
      validator: 'bills',
      where,
      says,
    })),
  ]
}

/** Fees of charges in advance: one for each event and charge, priced on what was accepted before it. */
export function validateAdvanceFees(book: Book): Fault[] {
  const { fees: expected } = expectedAdvanceFees(book)
  const invoiced = book.invoices.flatMap(({ fees }) => fees as Wire[])
  const told = new Map([...invoiced, ...book.looseFees].map((fee) => [fee.lago_id, fee]))
  const actual = [...told.values()].filter((fee) => (fee.event_transaction_id ?? null) !== null)
  const bySubscription = new Map<string, { expected: ExpectedFee[]; actual: Wire[] }>()
  const of = (id: string) => {
    const own = bySubscription.get(id) ?? { expected: [], actual: [] }
    bySubscription.set(id, own)
    return own
  }
  for (const [id, fee] of expected) of(id.slice(0, id.indexOf(' '))).expected.push(fee)
  for (const fee of actual) of(fee.lago_subscription_id).actual.push(fee)
  return [...bySubscription].flatMap(([id, own]) =>
    compareFees(book, `in advance, subscription ${id}`, own.expected, own.actual),
  )
}

export function compareFees(
  book: Book,
  where: string,
  expected: readonly ExpectedFee[],
  actual: readonly Wire[],
): Fault[] {
  const found = new Map<string, Wire[]>()
  for (const fee of actual) found.set(keyOf(fee), [...(found.get(keyOf(fee)) ?? []), fee])
  const faults: string[] = []
  for (const fee of expected) {
    const [own, ...more] = found.get(fee.key) ?? []
    found.delete(fee.key)
    if (!own) faults.push(`the fee ${fee.key} of ${fee.amountCents} for ${fee.units} is lost`)
    else faults.push(...differences(book, fee, own))
    if (more.length > 0) faults.push(`the fee ${fee.key} is there ${more.length + 1} times`)
  }
  for (const [key, [fee]] of found)
    faults.push(`a fee ${key} of ${fee.amount_cents} for ${fee.units} is not due`)
  return faults.map((says) => ({ validator: 'bills', where, says }))
}

function keyOf(fee: Wire): string {
  const about = fee.event_transaction_id ?? (fee.lago_true_up_parent_fee_id === null ? '' : 'minimum')
  return feeKey(fee.lago_charge_id, fee.lago_charge_filter_id, fee.item.grouped_by ?? {}, about)
}

function differences(book: Book, expected: ExpectedFee, fee: Wire): string[] {
  const exponent = exponentOf(book.life.currency)
  const precise = majorUnits(expected.preciseAmountCents, exponent)
  const figures: readonly [string, unknown, unknown][] = [
    ['amount_cents', fee.amount_cents, Number(expected.amountCents)],
    ['precise_amount', Decimal.of(fee.precise_amount).toString(), precise.toString()],
    ['units', Decimal.of(fee.units).toString(), expected.units.toString()],
    ['events_count', fee.events_count, expected.eventsCount],
  ]
  return figures
    .filter(([, told, found]) => told !== found)
    .map(([name, told, found]) => `${name} of the fee ${expected.key} is ${told}, not ${found}`)
}

function told(bill: ExpectedBill): string {
  return `the bill ${bill.reason} at ${iso(bill.at)}`
}

function faultOf(lived: Lived, says: string): Fault {
  return {
    validator: 'bills',
    where: `subscription ${lived.wire.external_id} (${lived.wire.plan_code})`,
    says,
  }
}
