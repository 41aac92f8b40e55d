import { Decimal } from '../amounts/decimal.ts'
import { formatRate, formatUnits } from './formats.ts'
import type { FrozenFee } from './frozen.ts'
import { type Locale, say } from './words.ts'

/** A part of a fee's price, with everything but its units as printed. */
export type DetailRow = {
  readonly label: string
  readonly units: string
  readonly price: string
  readonly amount: string
}

/** How the amounts of one fee are written: in the currency or in its pricing unit; takes major units. */
export type MoneyWriter = {
  readonly amount: (major: Decimal) => string
  readonly price: (major: Decimal) => string
}

type Details = FrozenFee['details']

/** How the price of a fee came about, by its charge model; empty for a price that has no parts. */
export function detailRows(
  fee: Pick<FrozenFee, 'details' | 'model' | 'units'>,
  locale: Locale,
  writer: MoneyWriter,
): DetailRow[] {
  const { details } = fee
  if (Array.isArray(details.graduated_ranges)) return graduatedRows(details.graduated_ranges, locale, writer)
  if (Array.isArray(details.graduated_percentage_ranges)) {
    return graduatedRows(details.graduated_percentage_ranges, locale, writer)
  }
  if ('per_package_size' in details) return packageRows(details, locale, writer)
  if ('rate' in details) return percentageRows(details, locale, writer)
  if (fee.model === 'volume' && 'flat_unit_amount' in details) {
    return volumeRows(fee.units, details, locale, writer)
  }
  return []
}

/** The ranges that were entered, and after them their flat amounts. A percentage has a rate for a price. */
function graduatedRows(ranges: readonly Details[], locale: Locale, writer: MoneyWriter): DetailRow[] {
  const entered = ranges.map((range, k) => ({ range, label: tierLabel(range, k, locale) }))
  const parts = entered.map(({ range, label }) => {
    const amount = decimal(range.total_with_flat_amount).minus(decimal(range.flat_unit_amount))
    const price =
      'rate' in range ? formatRate(locale, decimal(range.rate)) : writer.price(decimal(range.per_unit_amount))
    return { label, units: text(range.units), price, amount: writer.amount(amount) }
  })
  const flats = entered.flatMap(({ range, label }) =>
    flatRow(decimal(range.flat_unit_amount), label, locale, writer),
  )
  return [...parts, ...flats]
}

function volumeRows(units: string, details: Details, locale: Locale, writer: MoneyWriter): DetailRow[] {
  const label = say(locale, 'tier.all')
  const row = {
    label,
    units,
    price: writer.price(decimal(details.per_unit_amount)),
    amount: writer.amount(decimal(details.per_unit_total_amount)),
  }
  return [row, ...flatRow(decimal(details.flat_unit_amount), label, locale, writer)]
}

function packageRows(details: Details, locale: Locale, writer: MoneyWriter): DetailRow[] {
  const free = decimal(details.free_units)
  const paid = decimal(details.paid_units)
  const size = decimal(details.per_package_size)
  const price = decimal(details.per_package_unit_amount)
  const rows: DetailRow[] = []
  if (free.isPositive()) {
    const label = say(locale, 'package.free', { n: formatUnits(locale, free) })
    rows.push({ label, units: free.toString(), ...nothing(writer) })
  }
  if (size.isPositive()) {
    const packages = paid.dividedBy(size, 0, 'ceil')
    const printedSize = formatUnits(locale, size)
    const n = formatUnits(locale, packages)
    rows.push({
      label: say(locale, 'package.paid', { size: printedSize, n }),
      units: paid.toString(),
      price: say(locale, 'package.price', { amount: writer.price(price), size: printedSize }),
      amount: writer.amount(packages.times(price)),
    })
  }
  return rows
}

function percentageRows(details: Details, locale: Locale, writer: MoneyWriter): DetailRow[] {
  const free = decimal(details.free_units)
  const freeEvents = decimal(details.free_events)
  const fixed = decimal(details.fixed_fee_total_amount)
  const limits = decimal(details.min_max_adjustment_total_amount)
  const rows: DetailRow[] = []
  if (free.isPositive()) {
    const label = say(locale, 'pct.free', { n: formatUnits(locale, freeEvents) })
    rows.push({ label, units: free.toString(), ...nothing(writer) })
  }
  rows.push({
    label: say(locale, 'pct.rate'),
    units: text(details.paid_units),
    price: formatRate(locale, decimal(details.rate)),
    amount: writer.amount(decimal(details.per_unit_total_amount)),
  })
  if (!fixed.isZero()) {
    rows.push({
      label: say(locale, 'pct.fixed'),
      units: text(details.paid_events),
      price: writer.price(decimal(details.fixed_fee_unit_amount)),
      amount: writer.amount(fixed),
    })
  }
  if (!limits.isZero()) {
    const amount = writer.amount(limits)
    rows.push({ label: say(locale, 'pct.limits'), units: '1', price: amount, amount })
  }
  return rows
}

function tierLabel(range: Details, index: number, locale: Locale): string {
  const from = formatUnits(locale, decimal(range.from_value))
  if (range.to_value === null || range.to_value === undefined) return say(locale, 'tier.last', { from })
  const to = formatUnits(locale, decimal(range.to_value))
  return index === 0 ? say(locale, 'tier.first', { to }) : say(locale, 'tier.next', { from, to })
}

function flatRow(flat: Decimal, tier: string, locale: Locale, writer: MoneyWriter): DetailRow[] {
  if (flat.isZero()) return []
  const amount = writer.amount(flat)
  return [{ label: say(locale, 'tier.flat', { tier }), units: '1', price: amount, amount }]
}

function nothing(writer: MoneyWriter): Pick<DetailRow, 'price' | 'amount'> {
  return { price: writer.price(Decimal.zero), amount: writer.amount(Decimal.zero) }
}

function text(value: unknown): string {
  return value === null || value === undefined ? '0' : String(value)
}

/** Details hold decimals as texts or JSON numbers; what is absent counts as zero. */
function decimal(value: unknown): Decimal {
  return Decimal.of(text(value))
}
