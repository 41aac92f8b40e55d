import { Decimal } from '../amounts/decimal.ts'
import { instant } from '../calendar/instant.ts'
import { localDate } from '../calendar/zone.ts'
import { narrowBreakdowns, presentationKeys } from '../metering/grouping.ts'
import type { Block, Column, Row, Table } from './content.ts'
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
const USAGE_COLUMNS: readonly Column[] = [
  { share: 80, align: 'left' },
  { share: 20, align: 'right' },
]

type Fees = { readonly fees: readonly FrozenFee[]; readonly all: ReadonlyMap<string, FrozenFee[]> }

/** The tables of a subscription's fees: one for each billing period, oldest first. */
export function subscriptionTables(invoice: FrozenInvoice, subscription: FrozenSubscription): Table[] {
  const own = invoice.fees.filter((fee) => fee.subscriptionId === subscription.id)
  const shown = { fees: shownFees(own, invoice), all: trueUpsOf(own) }
  const periods = new Map<string, FrozenFee[]>()
  for (const fee of shown.fees) {
    const key = `${fee.from ?? ''} ${fee.to ?? ''}`
    const period = periods.get(key)
    if (period) period.push(fee)
    else periods.set(key, [fee])
  }
  return [...periods.values()]
    .sort((a, b) => startOf(a) - startOf(b) || endOf(a) - endOf(b))
    .map((fees) => periodTable(invoice, subscription, { ...shown, fees }))
}

/** A table of fees that belong to no subscription, in the order of their periods. */
export function oneOffTable(invoice: FrozenInvoice): Table {
  const { locale } = invoice
  const fees = [...invoice.fees].sort((a, b) => (a.from ?? 0) - (b.from ?? 0))
  const rows = fees.flatMap((fee) => {
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

/** The usage of charges by their presentation keys; of those that are shown on invoices. */
export function usageBlocks(invoice: FrozenInvoice): Block[] {
  const { locale } = invoice
  const subscriptions = new Map(invoice.subscriptions.map((each) => [each.id, each]))
  return invoice.fees.flatMap((fee): Block[] => {
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
      label: keys.map((key) => presentationBy[key] ?? '').join(' • '),
      hasEmpty: keys.some((key) => !presentationBy[key]),
      units,
    }))
    const ordered = [...labelled].sort((a, b) => Number(a.hasEmpty) - Number(b.hasEmpty))
    const title = feeTitle(fee, subscriptions.get(fee.subscriptionId ?? '') ?? null, locale)
    return [
      { kind: 'heading', text: say(locale, 'sec.usage_by', { keys: keys.join(', ') }) },
      {
        kind: 'table',
        columns: USAGE_COLUMNS,
        head: [title, formatUnits(locale, Decimal.of(fee.units))],
        rows: ordered.map(({ label, units }) => ({
          style: 'plain',
          cells: [label, formatUnits(locale, units)],
          notes: [],
          carried: null,
        })),
      },
    ]
  })
}

/** The sum of a subscription's fees. */
export function subscriptionCents(invoice: FrozenInvoice, subscription: FrozenSubscription): bigint {
  return invoice.fees
    .filter((fee) => fee.subscriptionId === subscription.id)
    .reduce((sum, fee) => sum + BigInt(fee.amountCents), 0n)
}

/** Orders by name without regard to case, then by id. */
export function byName<T>(nameOf: (each: T) => string, idOf: (each: T) => string): (a: T, b: T) => number {
  return (a, b) => compare(nameOf(a).toLowerCase(), nameOf(b).toLowerCase()) || compare(idOf(a), idOf(b))
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** The fees that are printed; a fee of zero is only shown when nothing else would be, or when it has a true-up. */
function shownFees(own: readonly FrozenFee[], invoice: FrozenInvoice): FrozenFee[] {
  const trueUps = trueUpsOf(own)
  const hasOther = own.some((fee) => fee.type !== 'subscription' && fee.amountCents !== '0')
  return own.filter((fee) => {
    if (fee.trueUpParentId !== null) return false
    const isZero = fee.amountCents === '0'
    switch (fee.type) {
      case 'subscription':
        return invoice.invoiceType !== 'progressive_billing' && (!isZero || !hasOther)
      case 'commitment':
        return !isZero
      default:
        return !isZero || !Decimal.of(fee.units).isZero() || trueUps.has(fee.id)
    }
  })
}

const KINDS: readonly FrozenFee['type'][] = [
  'subscription',
  'fixed_charge',
  'charge',
  'add_on',
  'credit',
  'commitment',
]

function periodTable(invoice: FrozenInvoice, subscription: FrozenSubscription, { fees, all }: Fees): Table {
  const titled = fees.map((fee) => ({ fee, title: feeTitle(fee, subscription, invoice.locale) }))
  const ordered = titled.sort(
    (a, b) =>
      KINDS.indexOf(a.fee.type) - KINDS.indexOf(b.fee.type) ||
      byName<(typeof titled)[number]>(
        ({ title }) => title,
        ({ fee }) => fee.id,
      )(a, b),
  )
  const rows = ordered.flatMap(({ fee, title }) => [
    ...feeRows(fee, subscription, invoice),
    ...(all.get(fee.id) ?? []).map((trueUp) => trueUpRow(trueUp, title, invoice)),
  ])
  const [first] = fees
  const head = (first && periodOf(first, invoice)) ?? say(invoice.locale, 'col.item')
  return table(invoice, head, rows)
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

function trueUpsOf(fees: readonly FrozenFee[]): Map<string, FrozenFee[]> {
  const byParent = new Map<string, FrozenFee[]>()
  for (const fee of fees) {
    if (fee.trueUpParentId === null) continue
    byParent.set(fee.trueUpParentId, [...(byParent.get(fee.trueUpParentId) ?? []), fee])
  }
  return byParent
}

function periodOf({ from, to }: FrozenFee, { locale, timezone }: FeeSetting): string | null {
  if (from === null || to === null) return null
  return formatDates(locale, localDate(instant(from), timezone), localDate(instant(to), timezone))
}

function startOf(fees: readonly FrozenFee[]): number {
  return fees[0]?.from ?? 0
}

function endOf(fees: readonly FrozenFee[]): number {
  return fees[0]?.to ?? 0
}
