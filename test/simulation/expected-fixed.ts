import { exponentOf } from '../../src/core/amounts/currency.ts'
import { Decimal } from '../../src/core/amounts/decimal.ts'
import { daysBetween } from '../../src/core/calendar/calendar-date.ts'
import { addMs, instant } from '../../src/core/calendar/instant.ts'
import { localDate } from '../../src/core/calendar/zone.ts'
import {
  alreadyPaidCents,
  lessPaid,
  priceFixedCharge,
  priceMoreUnits,
} from '../../src/core/fixed-charges/price.ts'
import { type RecordedUnits, unitsOfPeriod } from '../../src/core/fixed-charges/units.ts'
import {
  currentFixedChargesWindow,
  type UsageWindow,
  type Window,
} from '../../src/core/subscriptions/windows.ts'
import type { Book, Fault, Wire } from './book.ts'
import { atOf, type Lived, livedSubscriptions } from './core-values.ts'
import { type ExpectedBill, startsWithUnits } from './expected-bills.ts'

/** What is wrong with the fixed charges on a bill. */
export function wrongFixedCharges(
  book: Book,
  lived: Lived,
  bill: ExpectedBill,
  { invoice, fees }: { readonly invoice: Wire; readonly fees: readonly Wire[] },
): string[] {
  const charges: readonly Wire[] = book.plans.get(lived.wire.plan_code).fixed_charges
  return charges.flatMap((charge) => {
    const open = charge.pay_in_advance ? advanceWindow(book, lived, bill, charge, invoice) : arrears(bill)
    const cents = open === null ? 0n : centsFor(book, lived, charge, open, invoice)
    return differs(charge, fees, cents)
  })
}

/** A subscription that pays nothing but fixed charges at its start has one invoice with all of them. */
export function validateStartingUnits(book: Book): Fault[] {
  return livedSubscriptions(book).flatMap((lived) => {
    const where = `subscription ${lived.wire.external_id} (${lived.wire.plan_code})`
    const found = startingInvoices(book, lived)
    const count = startsWithUnits(lived) ? 1 : 0
    if (found.length !== count) {
      return [
        { validator: 'fixed', where, says: `${found.length} invoices of units at its start, not ${count}` },
      ]
    }
    return found.flatMap(({ fees }) =>
      wrongStart(book, lived, fees).map((says) => ({ validator: 'fixed', where, says })),
    )
  })
}

/** The invoices of units at once of a subscription. */
export function startingInvoices(book: Book, lived: Lived): Wire[] {
  return book.invoices.filter(
    ({ billing_periods: periods, fees }) =>
      periods.some(
        (period: Wire) =>
          period.lago_subscription_id === lived.wire.lago_id &&
          period.invoicing_reason === 'in_advance_charge',
      ) && fees.every((fee: Wire) => fee.item.type === 'fixed_charge'),
  )
}

function wrongStart(book: Book, lived: Lived, fees: readonly Wire[]): string[] {
  const { subscription, plan, zone } = lived
  const moment = { plan, subscription: { ...subscription, terminatedAt: null, endedBy: null }, zone }
  const { window, durationDays } = currentFixedChargesWindow({ ...moment, at: subscription.startedAt })
  const charges: readonly Wire[] = book.plans.get(lived.wire.plan_code).fixed_charges
  return charges
    .filter((charge) => charge.pay_in_advance)
    .flatMap((charge) => {
      const days = daysOf(window, zone)
      const part = charge.prorated ? { days, of: durationDays } : { days: 1, of: 1 }
      const more = { units: Decimal.of(charge.units), ...part }
      const price = priceMoreUnits(pricingOf(charge), more, exponentOf(book.life.currency))
      return differs(charge, fees, price.amountCents)
    })
}

function arrears({ reason, windows }: ExpectedBill): UsageWindow | null {
  const window = windows.fixedCharges
  if (reason === 'subscription_starting' || window === null || window.from >= window.to) return null
  return { window, durationDays: windows.fixedChargesDurationDays }
}

function advanceWindow(
  book: Book,
  lived: Lived,
  bill: ExpectedBill,
  charge: Wire,
  invoice: Wire,
): UsageWindow | null {
  if (bill.reason === 'subscription_terminating') return null
  if (bill.windows.fixedCharges === null && bill.reason !== 'subscription_starting') return null
  const active = { ...lived.subscription, terminatedAt: null, endedBy: null }
  const open = currentFixedChargesWindow({ ...bill.moment, subscription: active })
  const isPaid = feesOf(book, [lived.wire.lago_id]).some(
    (fee) =>
      fee.lago_invoice_id !== invoice.lago_id &&
      atOf(fee.created_at) < bill.at &&
      fee.lago_fixed_charge_id === charge.lago_id &&
      fee.amount_cents > 0 &&
      Math.floor(atOf(fee.from_date) / 1000) === Math.floor(open.window.from / 1000),
  )
  return isPaid ? null : open
}

function centsFor(
  book: Book,
  lived: Lived,
  charge: Wire,
  { window, durationDays }: UsageWindow,
  invoice: Wire,
): bigint {
  const { zone } = lived
  const records = recordedUnits(book, lived, charge)
  const units = unitsOfPeriod(records, { window, durationDays, zone, prorated: charge.prorated })
  if (units === null) return 0n
  const price = priceFixedCharge(pricingOf(charge), units, exponentOf(book.life.currency))
  if (!charge.pay_in_advance || !charge.prorated) return price.amountCents
  const isFirst = window.from === lived.subscription.startedAt
  return isFirst
    ? lessPaid(price, paidBefore(book, lived, charge, window, invoice)).amountCents
    : price.amountCents
}

/** The units of a fixed charge that a subscription began with, and those that it was given for a next period. */
function recordedUnits(book: Book, lived: Lived, charge: Wire): RecordedUnits[] {
  const { plan, subscription, zone, wire } = lived
  const { startedAt } = subscription
  const active = { ...subscription, terminatedAt: null, endedBy: null }
  const changes = book.unitsChanges.filter(
    ({ subscriptionId, code }) => subscriptionId === wire.lago_id && code === charge.code,
  )
  return [
    { units: Decimal.of(charge.units), appliesAt: addMs(startedAt, 1000), createdAt: startedAt },
    ...changes.map(({ units, at }) => {
      const { window } = currentFixedChargesWindow({ plan, subscription: active, at: instant(at), zone })
      return { units: Decimal.of(units), appliesAt: addMs(window.to, 1000), createdAt: instant(at) }
    }),
  ]
}

/** What the subscription before was paid in advance for the same add-on and the beginning of the window. */
function paidBefore(book: Book, lived: Lived, charge: Wire, window: Window, invoice: Wire): bigint {
  const before = book.subscriptions.filter(
    (each) =>
      each.external_id === lived.wire.external_id &&
      each.terminated_at !== null &&
      atOf(each.terminated_at) === lived.subscription.startedAt &&
      lived.subscription.startedBy !== 'creation',
  )
  const ids = before.map(({ lago_id: id }) => id)
  return feesOf(book, ids)
    .filter((fee) => {
      const isCovering = atOf(fee.from_date) <= window.from && window.from <= atOf(fee.to_date) + 999
      const isSame = fee.item.code === charge.add_on_code && fee.pay_in_advance
      return isSame && isCovering && fee.lago_invoice_id !== invoice.lago_id
    })
    .reduce((sum, fee) => {
      const period = { from: atOf(fee.from_date), to: atOf(fee.to_date) }
      const paid = { period, billedAt: atOf(fee.created_at), amountCents: BigInt(fee.amount_cents) }
      return sum + alreadyPaidCents(paid, window, lived.zone)
    }, 0n)
}

function feesOf(book: Book, subscriptionIds: readonly string[]): Wire[] {
  return book.invoices
    .flatMap((invoice) => invoice.fees as Wire[])
    .filter((fee) => fee.item.type === 'fixed_charge' && subscriptionIds.includes(fee.lago_subscription_id))
}

function pricingOf(charge: Wire) {
  return { model: charge.charge_model, properties: charge.properties }
}

function daysOf(window: Window, zone: string): number {
  return daysBetween(localDate(window.from, zone), localDate(window.to, zone)) + 1
}

function differs(charge: Wire, fees: readonly Wire[], cents: bigint): string[] {
  const own = fees.filter((fee) => fee.lago_fixed_charge_id === charge.lago_id)
  const told = own.reduce((sum, fee) => sum + BigInt(fee.amount_cents), 0n)
  if (own.length > 1) return [`the fixed charge ${charge.code} is there ${own.length} times`]
  return told === cents ? [] : [`the fixed charge ${charge.code} is ${told}, not ${cents}`]
}
