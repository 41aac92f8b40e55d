import { Decimal } from '../amounts/decimal.ts'
import { instant } from '../calendar/instant.ts'
import { localDate } from '../calendar/zone.ts'
import { narrowBreakdowns, presentationKeys } from '../metering/grouping.ts'
import type { Block, Column, Row, Table } from './content.ts'
import { feesByPeriod, inOrderOfTime } from './fee-order.ts'
import { type FeeSetting, feeRows, feeTitle, type PrintedRow, trueUpRow } from './fee-rows.ts'
import { formatAmount, formatDates, formatUnits } from './formats.ts'
import type { FrozenFee, FrozenInvoice, FrozenSubscription } from './frozen.ts'
import { say } from './words.ts'

const FEE_COLUMNS: readonly Column[] = [
  { share: 48, align: 'left' },
  { share: 13, align: 'right' },
  { share: 14, align: 'right' },
  { share: 10, align: 'right' },
  { share: 15, align: 'right' },
]
/** Stands where usage has no value for a key. */
const NO_VALUE = '–'
const USAGE_COLUMNS: readonly Column[] = [
  { share: 80, align: 'left' },
  { share: 20, align: 'right' },
]

/** The tables of a subscription's fees: one for each billing period, oldest first. */
export function subscriptionTables(invoice: FrozenInvoice, subscription: FrozenSubscription): Table[] {
  return feesByPeriod(invoice, subscription).map((fees) => {
    const rows = fees.flatMap(({ fee, title, trueUps }) => [
      ...feeRows(fee, subscription, invoice),
      ...trueUps.map((trueUp) => trueUpRow(trueUp, title, invoice)),
    ])
    const [first] = fees
    const head = (first && periodOf(first.fee, invoice)) ?? say(invoice.locale, 'col.item')
    return table(invoice, head, rows)
  })
}

/** A table of fees that belong to no subscription, in the order of their periods. */
export function oneOffTable(invoice: FrozenInvoice): Table {
  const { locale } = invoice
  const rows = inOrderOfTime(invoice.fees).flatMap((fee) => {
    const period = periodOf(fee, invoice)
    const own = [fee.description, period].filter((note): note is string => note !== null && note !== '')
    return feeRows(fee, null, invoice).map((row, k) => (k === 0 ? { ...row, notes: own } : row))
  })
  return table(invoice, say(locale, 'col.item'), rows)
}

/** The table of a prepaid top-up: credits at their rate, and no tax. */
export function creditTable(invoice: FrozenInvoice): Table {
  const { locale } = invoice
  const rows = invoice.fees.flatMap((fee) => feeRows(fee, null, invoice))
  const full = table(invoice, say(locale, 'col.item'), rows)
  const withoutTax = (cells: readonly string[]) => cells.filter((_, k) => k !== 3)
  return {
    ...full,
    columns: [{ share: 58, align: 'left' }, ...withoutTaxColumns()],
    head: withoutTax(full.head),
    rows: full.rows.map((row) => ({ ...row, cells: withoutTax(row.cells) })),
  }
}

function withoutTaxColumns(): Column[] {
  return FEE_COLUMNS.filter((_, k) => k !== 0 && k !== 3)
}

/** The usage of a fee by the values of its presentation keys, those without a value last. */
export type PresentedUsage = {
  readonly fee: FrozenFee
  readonly title: string
  readonly keys: readonly string[]
  readonly rows: readonly { readonly label: string; readonly units: Decimal }[]
}

/** The usage of charges by their presentation keys; of those that are shown on invoices. */
export function presentedUsage(invoice: FrozenInvoice): PresentedUsage[] {
  const { locale } = invoice
  const subscriptions = new Map(invoice.subscriptions.map((each) => [each.id, each]))
  return invoice.fees.flatMap((fee): PresentedUsage[] => {
    const keys = presentationKeys({ presentation_group_keys: fee.presentationKeys })
      .filter(({ displayInInvoice }) => displayInInvoice)
      .map(({ key }) => key)
    const stored = fee.breakdowns.map((each) => ({
      presentationBy: each.presentation_by,
      units: Decimal.of(each.units),
    }))
    const breakdowns = narrowBreakdowns(stored, keys)
    if (breakdowns.length === 0) return []
    const labelled = breakdowns.map(({ presentationBy, units }) => ({
      label: keys.map((key) => presentationBy[key] || NO_VALUE).join(' • '),
      hasEmpty: keys.some((key) => !presentationBy[key]),
      units,
    }))
    const ordered = [...labelled].sort((a, b) => Number(a.hasEmpty) - Number(b.hasEmpty))
    const title = feeTitle(fee, subscriptions.get(fee.subscriptionId ?? '') ?? null, locale)
    return [{ fee, title, keys, rows: ordered }]
  })
}

/** The tables of this usage, with their headings. */
export function usageBlocks(invoice: FrozenInvoice): Block[] {
  const { locale } = invoice
  return presentedUsage(invoice).flatMap(({ fee, title, keys, rows }): Block[] => [
    { kind: 'heading', text: say(locale, 'sec.usage_by', { keys: keys.join(', ') }) },
    {
      kind: 'table',
      columns: USAGE_COLUMNS,
      head: [title, formatUnits(locale, Decimal.of(fee.units))],
      rows: rows.map(({ label, units }) => ({
        style: 'plain',
        cells: [label, formatUnits(locale, units)],
        notes: [],
        carried: null,
      })),
    },
  ])
}

/** The sum of a subscription's fees. */
export function subscriptionCents(invoice: FrozenInvoice, subscription: FrozenSubscription): bigint {
  return invoice.fees
    .filter((fee) => fee.subscriptionId === subscription.id)
    .reduce((sum, fee) => sum + BigInt(fee.amountCents), 0n)
}

function table(invoice: FrozenInvoice, head: string, rows: readonly PrintedRow[]): Table {
  const { locale, currency } = invoice
  let sum = 0n
  return {
    kind: 'table',
    columns: FEE_COLUMNS,
    head: [
      head,
      say(locale, 'col.units'),
      say(locale, 'col.unit_price'),
      say(locale, 'col.tax'),
      say(locale, 'col.amount'),
    ],
    rows: rows.map(({ cents, ...row }): Row => {
      sum += cents
      return { ...row, carried: formatAmount(locale, sum, currency) }
    }),
  }
}

function periodOf({ from, to }: FrozenFee, { locale, timezone }: FeeSetting): string | null {
  if (from === null || to === null) return null
  return formatDates(locale, localDate(instant(from), timezone), localDate(instant(to), timezone))
}
