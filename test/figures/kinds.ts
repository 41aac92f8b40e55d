import { Decimal } from '../../src/core/amounts/decimal.ts'
import { roundCents, toCents } from '../../src/core/amounts/rounding.ts'
import { split } from '../../src/core/amounts/split.ts'
import { type PeriodRule, periodContaining, periodDays } from '../../src/core/calendar/boundaries.ts'
import type { CalendarDate } from '../../src/core/calendar/calendar-date.ts'
import { days } from '../../src/core/calendar/days.ts'
import type { Instant } from '../../src/core/calendar/instant.ts'
import { endOfDay, startOfDay } from '../../src/core/calendar/zone.ts'
import { customerNumber, entityNumber } from '../../src/core/invoicing/numbering.ts'
import { trueUpFee } from '../../src/core/pricing/minimum.ts'
import { progressiveCredit } from '../../src/core/progressive-billing/credit.ts'
import { passedThresholds } from '../../src/core/progressive-billing/thresholds.ts'
import { planChangeKind } from '../../src/core/subscriptions/change.ts'
import { commitmentTrueUp } from '../../src/core/subscriptions/commitment.ts'
import {
  finalizedDates,
  type IssuingSettings,
  issuingDates,
} from '../../src/core/subscriptions/issuing-dates.ts'
import type { BillingPlan } from '../../src/core/subscriptions/subscription.ts'
import { subscriptionFee } from '../../src/core/subscriptions/subscription-fee.ts'
import { billWindows, type Window } from '../../src/core/subscriptions/windows.ts'
import { taxesOfFee, taxesOfInvoice } from '../../src/core/taxes/apply.ts'
import { billingPlan, billingSubscription, endedAt } from '../support/subscription-fixtures.ts'
import { at, cents, decimal, list, type Row, shown } from './cells.ts'
import { couponFigures } from './coupon-kinds.ts'
import { creditNoteFigures, earlyEndFigures } from './credit-note-kinds.ts'
import { quantityFigures, vatFigures } from './e-invoice-kinds.ts'
import { alreadyPaid, fixedPrices, fixedUnits, moreUnits } from './fixed-kinds.ts'
import { dunningFigures, manualPaymentFigures, paymentRequestFigures } from './payment-kinds.ts'
import type { FigureTable } from './tables.ts'
import { ongoingFigures, topUpDays, topUpFigures } from './top-up-kinds.ts'
import {
  advanceFigures,
  priceFigures,
  proratedFigures,
  usageFigures,
  weightedFigures,
} from './usage-kinds.ts'
import { consumptionFigures, prepaidFigures, walletCreditFigures } from './wallet-kinds.ts'

/** The cells that the core computes for each row, by column. */
export type Kind = (table: FigureTable) => readonly Row[]

/** How each kind of table is computed with the core. */
export const KINDS: Readonly<Record<string, Kind>> = {
  rounding: eachRow((row) => ({ Cents: shown(toCents(decimal(row.Amount), row.Currency ?? '')) })),
  split: eachRow((row) => ({ Shares: split(cents(row.Total), list(row.Weights).map(decimal)).join(', ') })),
  period: ({ rows, settings }) => rows.map((row) => periodFigures(row, settings)),
  days: ({ rows, settings }) =>
    rows.map((row) => ({ Days: String(days(at(row.From), at(row.To), settings.zone ?? 'UTC')) })),
  share: eachRow((row) => ({ Amount: shareOf(row) })),
  'change-of-plan': eachRow((row) => ({ Kind: planChangeKind(planOf(row.From), planOf(row.To)) })),
  windows: windowFigures,
  'subscription-fee': subscriptionFees,
  minimum: eachRow(minimumFigures),
  commitment: eachRow(commitmentFigures),
  taxes: eachRow(taxFigures),
  'progressive-credit': eachRow(creditFigures),
  coupons: eachRow(couponFigures),
  'e-invoice-vat': eachRow(vatFigures),
  'e-invoice-quantities': eachRow(quantityFigures),
  'manual-payment': ({ rows, settings }) =>
    rows.map((row) => manualPaymentFigures(row, BigInt(settings.total))),
  'payment-request': eachRow(paymentRequestFigures),
  dunning: dunningFigures,
  'credit-notes': eachRow(creditNoteFigures),
  'early-ends': eachRow(earlyEndFigures),
  credits: eachRow(walletCreditFigures),
  consumption: eachRow(consumptionFigures),
  prepaid: eachRow(prepaidFigures),
  'top-ups': topUpFigures,
  'top-up-days': eachRow(topUpDays),
  ongoing: eachRow(ongoingFigures),
  thresholds: ({ rows, settings }) => rows.map((row) => thresholdFigures(row, settings)),
  'issuing-dates': issuingFigures,
  numbers: numberFigures,
  price: priceFigures,
  usage: usageFigures,
  'weighted-sum': weightedFigures,
  prorated: proratedFigures,
  'in-advance': advanceFigures,
  'fixed-units': fixedUnits,
  'fixed-price': fixedPrices,
  'more-units': moreUnits,
  'already-paid': alreadyPaid,
}

function eachRow(compute: (row: Row) => Row): Kind {
  return ({ rows }) => rows.map(compute)
}

function periodFigures(row: Row, settings: PeriodRule): Row {
  const period = periodContaining(row.Day as CalendarDate, settings)
  return { Period: `${period.start} to ${period.end}`, Days: String(periodDays(period)) }
}

function shareOf(row: Row): string {
  return shown(roundCents(decimal(row.Price).times(decimal(row.Days)).dividedBy(decimal(row.Of))))
}

/** `monthly 1,000`: interval and cents of a plan. */
function planOf(text: string | undefined): BillingPlan {
  const [interval, amount] = (text ?? '').split(' ')
  return billingPlan({ interval: interval as BillingPlan['interval'], amountCents: cents(amount) })
}

function dated(window: Window | null): string {
  if (window === null) return 'none'
  if (window.from >= window.to) return 'none'
  const day = (when: Instant) => new Date(when).toISOString()
  const from = day(window.from)
  const to = day(window.to)
  const start = from.endsWith('T00:00:00.000Z') ? from.slice(0, 10) : from.slice(0, 16).replace('T', ' ')
  const end = to.endsWith('T23:59:59.999Z') ? to.slice(0, 10) : to.slice(0, 16).replace('T', ' ')
  return `${start} to ${end}`
}

function windowFigures({ rows, settings }: FigureTable): Row[] {
  const { started, billing_time: billingTime, ...plan } = settings
  const subscription = billingSubscription(started, { billingTime })
  return rows.map((row) => {
    const moment = { plan: billingPlan(plan), subscription, at: at(row['Bill of']), zone: 'UTC' }
    const windows = billWindows({ ...moment, current: false })
    return { 'Price for': dated(windows.subscription), 'Usage of': dated(windows.charges) }
  })
}

/** Each row is one bill of a plan of its own; the history says whether an earlier bill had a fee. */
function subscriptionFees({ rows, settings }: FigureTable): Row[] {
  return rows.map((row) => {
    const ended =
      row.Ended === undefined || row.Ended === '' ? {} : endedAt(row.Ended.split(' ')[0] ?? '', endOf(row))
    const subscription = billingSubscription(row.Started ?? '', ended)
    const plan = billingPlan({
      ...settings,
      amountCents: cents(row.Price),
      ...(row.Trial === undefined || row.Trial === '' ? {} : { trialDays: Number.parseInt(row.Trial, 10) }),
    })
    const moment = { plan, subscription, at: at(row['Bill of']), zone: 'UTC' }
    const { subscription: window } = billWindows({ ...moment, current: false })
    const history = {
      hasFeeOnIssuingDay: false,
      hasEarlierFee: false,
      isFirstInvoice: true,
      isOnlyStartingInvoice: false,
      invoiceCreatedAt: moment.at,
    }
    return { Fee: shown(subscriptionFee(moment, window, history).amountCents) }
  })
}

function endOf(row: Row): 'upgrade' | 'downgrade' | 'termination' {
  const [, cause] = /\((\w+)\)/.exec(row.Ended ?? '') ?? []
  return cause === 'upgrade' || cause === 'downgrade' ? cause : 'termination'
}

function minimumFigures(row: Row): Row {
  const used = cents(row.Fees)
  const use = {
    minAmountCents: cents(row.Minimum),
    usedCents: used,
    usedPreciseCents: Decimal.of(used),
    fullDays: Number(row.Of),
    days: Number(row.Days),
  }
  const fee = trueUpFee(use, { exponent: 2, conversionRate: null })
  return { 'True-up': shown(fee?.amountCents ?? 0n) }
}

function commitmentFigures(row: Row): Row {
  const [start, end] = (row.Period ?? '').split(' to ') as [CalendarDate, CalendarDate]
  const [from, to] = (row.Billed ?? '').split(' to ') as [CalendarDate, CalendarDate]
  const fees = cents(row.Fees)
  const trueUp = commitmentTrueUp(
    cents(row.Commitment),
    {
      period: { from: startOfDay(start, 'UTC'), to: endOfDay(end, 'UTC') },
      billedFrom: startOfDay(from, 'UTC'),
      billedTo: endOfDay(to, 'UTC'),
      zone: 'UTC',
    },
    { amountCents: fees, preciseAmountCents: Decimal.of(fees) },
  )
  return { 'True-up': shown(trueUp?.amountCents ?? 0n) }
}

/** `1,005 at 10 % and 5 % less 100`: fees with the rates of their taxes and what reductions took off. */
function taxFigures(row: Row): Row {
  const fees = (row.Fees ?? '').split('; ').map((text) => {
    const [, amount, rates, reduction] = /^([\d,]+) at (.+?)(?: less ([\d,.]+))?$/.exec(text) ?? []
    const taxes = (rates ?? '').split(' and ').map((rate) => {
      const percent = rate.replace(' %', '')
      return { id: percent, code: percent, name: percent, description: null, rate: Decimal.of(percent) }
    })
    const amountCents = cents(amount)
    const reduced = reduction === undefined ? Decimal.zero : decimal(reduction)
    return {
      amountCents,
      preciseAmountCents: Decimal.of(amountCents),
      preciseReductionCents: reduced,
      taxes,
    }
  })
  const own = fees.map((fee) => taxesOfFee(fee).taxesAmountCents)
  const net = Decimal.sum(fees.map((fee) => Decimal.of(fee.amountCents).minus(fee.preciseReductionCents)))
  const taxes = taxesOfInvoice(fees, net.toBigInt())
  return {
    'Taxes of the fees': own.map(shown).join('; '),
    'Tax of the invoice': shown(taxes.taxesAmountCents),
    Total: shown(net.toBigInt() + taxes.taxesAmountCents),
  }
}

function creditFigures(row: Row): Row {
  const credit = progressiveCredit(
    {
      feesCents: cents(row['Fees of the newest progressive invoice']),
      couponsCents: 0n,
      takenCents: cents(row['Taken by other invoices']),
      creditNotesCents: 0n,
    },
    cents(row['Usage fees of the new invoice']),
  )
  return { Credit: shown(credit.creditCents) }
}

function thresholdFigures(row: Row, settings: { fixed: number[]; recurring: number | null }): Row {
  const passed = passedThresholds(
    {
      fixedCents: settings.fixed.map((each) => BigInt(each)),
      recurringCents: settings.recurring === null ? null : BigInt(settings.recurring),
    },
    cents(row['Before the period']),
    cents(row['Of the period']),
  )
  const names = [...passed.fixedCents.map(shown), ...(passed.recurring ? ['the recurring one'] : [])]
  return { Passes: names.length === 0 ? 'nothing' : names.join(', ') }
}

function issuingFigures({ rows, settings: { on } }: FigureTable): Row[] {
  return rows.map((row) => {
    const settings: IssuingSettings = {
      graceDays: Number(row.Grace),
      netPaymentTermDays: Number(row['Payment term']),
      anchor: row.Anchor as IssuingSettings['anchor'],
      adjustment: row.Adjustment as IssuingSettings['adjustment'],
    }
    const bill = { at: at(on), zone: 'UTC', isPeriodic: true, hasGrace: true }
    const dates = issuingDates(bill, settings)
    const final = { ...bill, at: startOfDay(dates.expectedFinalizationOn, 'UTC') }
    const own = settings.graceDays > 0 ? finalizedDates(dates, final, settings) : dates
    return {
      'Final on': dates.expectedFinalizationOn,
      'Issued on': own.issuingOn,
      'Due on': own.paymentDueOn,
    }
  })
}

function numberFigures({ rows, settings: { prefix } }: FigureTable): Row[] {
  return rows.map((row) => {
    const sequence = BigInt(row.Invoice ?? '0')
    const own = customerNumber(prefix, BigInt(row.Customer ?? '0'), sequence)
    const entity = entityNumber(prefix, row.Date as CalendarDate, sequence)
    return { 'per customer': own, 'per billing entity': entity }
  })
}
