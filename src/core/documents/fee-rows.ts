import { subunitFactor } from '../amounts/currency.ts'
import { Decimal } from '../amounts/decimal.ts'
import { instant } from '../calendar/instant.ts'
import { localDate } from '../calendar/zone.ts'
import { ALL_FILTER_VALUES } from '../metering/filters.ts'
import type { Row } from './content.ts'
import { type DetailRow, detailRows, type MoneyWriter } from './detail-rows.ts'
import {
  formatAmount,
  formatDate,
  formatMajor,
  formatPrice,
  formatPricingUnitPrice,
  formatPricingUnits,
  formatRate,
  formatUnits,
} from './formats.ts'
import type { FrozenFee, FrozenSubscription, FrozenTax } from './frozen.ts'
import type { WordKey } from './words/en.ts'
import { type Locale, say, sayCount } from './words.ts'

/** What the rows of a fee are written in. */
export type FeeSetting = { readonly locale: Locale; readonly currency: string; readonly timezone: string }

/** A row and the cents that it adds to the sum of its table. */
export type PrintedRow = Omit<Row, 'carried'> & { readonly cents: bigint }

/** The title of a fee: its name, the values that it is grouped by and its filter. */
export function feeTitle(fee: FrozenFee, subscription: FrozenSubscription | null, locale: Locale): string {
  const filter = fee.filterName || filterLabel(fee.filterValues)
  return [nameOf(fee, subscription, locale), ...fee.groups, filter].filter((part) => part).join(' • ')
}

/** The rows of a fee: one, or a title with the parts of its price and their sum. */
export function feeRows(
  fee: FrozenFee,
  subscription: FrozenSubscription | null,
  setting: FeeSetting,
): PrintedRow[] {
  const { locale } = setting
  const cents = BigInt(fee.amountCents)
  const title = feeTitle(fee, subscription, locale)
  const tax = taxCell(fee.taxes, locale)
  const notes = notesOf(fee, setting)
  const { units, price, amount, parts } = printedPrice(fee, setting)
  const conversion = conversionRow(fee, setting)
  if (parts.length === 0) {
    const cells = [title, units, price, tax, amount]
    const style = conversion ? 'title' : 'plain'
    return [{ style, cells, notes, cents: conversion ? 0n : cents }, ...ended(conversion, cents)]
  }
  const subtotal = [say(locale, 'row.subtotal'), '', '', '', amount]
  return [
    { style: 'title', cells: [title, '', '', '', ''], notes, cents: 0n },
    ...parts.map((each) => detailRow(each, tax)),
    { style: 'subtotal', cells: subtotal, notes: [], cents: conversion ? 0n : cents },
    ...ended(conversion, cents),
  ]
}

/** What of a fee tells how its amount came about. */
export type PricedFee = Pick<
  FrozenFee,
  'model' | 'units' | 'unitPrice' | 'amountCents' | 'details' | 'pricingUnit'
>

/** The units and the price of a fee as printed, or the parts of a price that has several. */
export function printedPrice(
  fee: PricedFee,
  setting: Pick<FeeSetting, 'locale' | 'currency'>,
): Omit<DetailRow, 'label'> & { readonly parts: readonly DetailRow[] } {
  const { locale, currency } = setting
  const writer = writerOf(fee, setting)
  const own = ownAmounts(fee, currency)
  const details = BigInt(fee.amountCents) === 0n ? [] : detailRows(fee, locale, writer)
  const [rate] = isPlainRate(fee, details) ? details : []
  const printed = (units: string) => formatUnits(locale, Decimal.of(units))
  return {
    units: printed(rate?.units ?? fee.units),
    price: rate?.price ?? writer.price(own.price),
    amount: writer.amount(own.amount),
    parts: rate ? [] : details.map((each) => ({ ...each, units: printed(each.units) })),
  }
}

/** The row of a true-up, which follows the fee of its charge. */
export function trueUpRow(fee: FrozenFee, parentTitle: string, setting: FeeSetting): PrintedRow {
  const { locale, currency } = setting
  const writer = writerOf(fee, setting)
  const amount = writer.amount(ownAmounts(fee, currency).amount)
  const minimum = fee.minimumCents
  const cells = [
    say(locale, 'fee.true_up', { name: parentTitle }),
    '1',
    amount,
    taxCell(fee.taxes, locale),
    amount,
  ]
  const notes =
    minimum === null
      ? []
      : [say(locale, 'fee.true_up_note', { amount: formatAmount(locale, BigInt(minimum), currency) })]
  return { style: 'plain', cells, notes, cents: BigInt(fee.amountCents) }
}

/** The rates of the taxes of a fee, highest first, one in each line. */
export function taxCell(taxes: readonly FrozenTax[], locale: Locale): string {
  if (taxes.length === 0) return formatRate(locale, Decimal.zero)
  const rates = taxes.map(({ rate }) => Decimal.of(rate)).sort((a, b) => b.compare(a))
  return rates.map((rate) => formatRate(locale, rate)).join('\n')
}

/** The calendar date of an instant as printed. */
export function dateText(at: number, { locale, timezone }: Pick<FeeSetting, 'locale' | 'timezone'>): string {
  return formatDate(locale, localDate(instant(at), timezone))
}

function nameOf(fee: FrozenFee, subscription: FrozenSubscription | null, locale: Locale): string {
  if (fee.name) return fee.name
  if (fee.type === 'commitment') return say(locale, 'fee.minimum_commitment')
  if (fee.type === 'credit') {
    return [say(locale, 'credit.prepaid'), fee.walletName].filter((part) => part).join(' – ')
  }
  if (!subscription) return ''
  const interval = say(locale, `interval.${subscription.interval}` as WordKey)
  return say(locale, 'fee.subscription', { interval, plan: subscription.planName })
}

/** The values of a filter; one that takes every value prints its key. */
function filterLabel(values: FrozenFee['filterValues']): string {
  return Object.entries(values ?? {})
    .flatMap(([key, list]) => list.map((value) => (value === ALL_FILTER_VALUES ? key : value)))
    .join(', ')
}

function notesOf(fee: FrozenFee, { locale, timezone }: FeeSetting): string[] {
  const count = fee.eventsCount
  const isAverage = fee.model === 'dynamic' || fee.model === 'custom'
  return [
    ...(fee.paidAt === null ? [] : [dateText(fee.paidAt, { locale, timezone })]),
    ...(fee.aggregation === 'weighted_sum_agg' ? [say(locale, 'fee.weighted')] : []),
    ...(fee.model === 'percentage' && count !== null
      ? [sayCount(locale, 'fee.events', { value: count, text: formatUnits(locale, Decimal.of(count)) })]
      : []),
    ...(fee.isProrated ? [say(locale, 'fee.prorated')] : []),
    ...(isAverage ? [say(locale, 'fee.average')] : []),
  ]
}

/** A percentage without anything but its rate is one row. */
function isPlainRate(fee: Pick<FrozenFee, 'model'>, details: readonly DetailRow[]): boolean {
  return fee.model === 'percentage' && details.length === 1
}

function detailRow({ label, units, price, amount }: DetailRow, tax: string): PrintedRow {
  const cells = [label, units, price, tax, amount]
  return { style: 'detail', cells, notes: [], cents: 0n }
}

function writerOf(
  fee: Pick<FrozenFee, 'pricingUnit'>,
  { locale, currency }: Pick<FeeSetting, 'locale' | 'currency'>,
): MoneyWriter {
  const unit = fee.pricingUnit
  if (unit) {
    return {
      amount: (major) => formatPricingUnits(locale, major, unit.shortName),
      price: (major) => formatPricingUnitPrice(locale, major, unit.shortName),
    }
  }
  return {
    amount: (major) => formatMajor(locale, major, currency),
    price: (major) => formatPrice(locale, major, currency),
  }
}

/** The amount and unit price of a fee in major units of what it is priced in. */
function ownAmounts(
  fee: Pick<FrozenFee, 'pricingUnit' | 'amountCents' | 'unitPrice'>,
  currency: string,
): { readonly amount: Decimal; readonly price: Decimal } {
  const unit = fee.pricingUnit
  if (unit) {
    const amount = Decimal.of(unit.amountCents).dividedBy(Decimal.hundred)
    return { amount, price: Decimal.of(unit.unitPrice) }
  }
  const amount = Decimal.of(fee.amountCents).dividedBy(subunitFactor(currency))
  return { amount, price: Decimal.of(fee.unitPrice) }
}

function conversionRow(fee: FrozenFee, { locale, currency }: FeeSetting): readonly string[] | null {
  const unit = fee.pricingUnit
  if (!unit) return null
  const amount = formatPrice(locale, Decimal.of(unit.conversionRate), currency)
  const label = say(locale, 'row.conversion', { unit: unit.shortName, amount })
  return [label, '', '', '', formatAmount(locale, BigInt(fee.amountCents), currency)]
}

function ended(conversion: readonly string[] | null, cents: bigint): PrintedRow[] {
  return conversion ? [{ style: 'subtotal', cells: conversion, notes: [], cents }] : []
}
