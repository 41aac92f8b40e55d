import { calendarDate } from '../calendar/calendar-date.ts'
import type { Block, Column, DocumentContent, Field, Row, TotalRow } from './content.ts'
import { byName, bySubscriptionName } from './fee-order.ts'
import { feeTitle, taxCell } from './fee-rows.ts'
import { formatAmount, formatDate } from './formats.ts'
import type { FrozenCreditNote, FrozenFee, FrozenNoteItem, FrozenSubscription } from './frozen.ts'
import { shellOf } from './invoice-content.ts'
import { closingNotes } from './notes-block.ts'
import { partiesOf } from './parties.ts'
import { taxRows } from './totals-block.ts'
import type { WordKey } from './words/en.ts'
import { say } from './words.ts'

const COLUMNS: readonly Column[] = [
  { share: 60, align: 'left' },
  { share: 20, align: 'right' },
  { share: 20, align: 'right' },
]
const COLUMNS_OF_CREDITS: readonly Column[] = [
  { share: 80, align: 'left' },
  { share: 20, align: 'right' },
]
const KINDS: readonly FrozenFee['type'][] = ['subscription', 'fixed_charge', 'charge', 'commitment']

/** The texts of a credit note. */
export function creditNoteContent(note: FrozenCreditNote): DocumentContent {
  const { locale, currency, cents, isSelfBilled, isSandbox } = note
  const title = say(locale, isSelfBilled ? 'doc.self_billed_credit_note' : 'doc.credit_note')
  return {
    ...shellOf(note, title),
    watermark: isSandbox ? say(locale, 'wm.test') : null,
    fields: fieldsOf(note),
    parties: partiesOf(note, 'party.credit_to'),
    amount: formatAmount(locale, BigInt(cents.total), currency),
    amountNotes: [creditNoteHeadText(note), ...(note.description ? [note.description] : [])],
    blocks: [...tables(note), { kind: 'totals', rows: totals(note) }, ...closingNotes(note, note.taxes)],
  }
}

function fieldsOf({ locale, number, invoiceNumber, purchaseOrder, issuedOn }: FrozenCreditNote): Field[] {
  const fields: (readonly [WordKey, string | null])[] = [
    ['meta.credit_note_number', number],
    ['meta.invoice_number', invoiceNumber],
    ['meta.purchase_order', purchaseOrder],
    ['meta.issue_date', formatDate(locale, calendarDate(issuedOn))],
  ]
  return fields.flatMap(([key, value]) => (value ? [{ label: say(locale, key), value }] : []))
}

/** What became of the money, when it went one way only. */
export function creditNoteHeadText({ locale, cents, issuedOn, invoiceNumber }: FrozenCreditNote): string {
  const date = formatDate(locale, calendarDate(issuedOn))
  const ways: (readonly [bigint, WordKey])[] = [
    [BigInt(cents.credited), 'head.credited_on'],
    [BigInt(cents.refunded), 'head.refunded_on'],
    [BigInt(cents.offset), 'head.offset_on'],
  ]
  const gone = ways.filter(([amount]) => amount > 0n)
  const key = gone.length === 1 ? (gone[0]?.[1] ?? 'head.issued_on') : 'head.issued_on'
  return say(locale, key, { date, number: invoiceNumber })
}

function tables(note: FrozenCreditNote): Block[] {
  const { locale } = note
  if (note.invoiceType === 'credit') {
    const rows = note.items.map((item) => itemRow(item, null, note).filter((_, k) => k !== 1))
    const head = [say(locale, 'col.item'), say(locale, 'col.amount')]
    return [{ kind: 'table', columns: COLUMNS_OF_CREDITS, head, rows: rowsOf(rows) }]
  }
  const head = [say(locale, 'col.item'), say(locale, 'col.tax'), say(locale, 'col.amount_excl')]
  const sorted = bySubscriptionName(note.subscriptions)
  const bySubscription = sorted.flatMap((subscription): Block[] => {
    const own = note.items.filter(({ fee }) => fee.subscriptionId === subscription.id)
    if (own.length === 0) return []
    const heading: Block[] = sorted.length > 1 ? [{ kind: 'heading', text: subscription.name }] : []
    const rows = subscriptionRows(note, subscription, own)
    return [...heading, { kind: 'table', columns: COLUMNS, head, rows: rowsOf(rows) }]
  })
  const others = note.items.filter(({ fee }) => fee.subscriptionId === null)
  if (others.length === 0) return bySubscription
  const rows = others.map((item) => itemRow(item, null, note))
  return [...bySubscription, { kind: 'table', columns: COLUMNS, head, rows: rowsOf(rows) }]
}

/** One row for all of the subscription fees, then every other item, each with its true-up behind it. */
function subscriptionRows(
  note: FrozenCreditNote,
  subscription: FrozenSubscription,
  items: readonly FrozenNoteItem[],
): string[][] {
  const { locale, currency } = note
  const titled = items.map((item) => ({ item, title: feeTitle(item.fee, subscription, locale) }))
  const fees = titled.filter(({ item }) => item.fee.type === 'subscription')
  const [first] = fees
  const sum = fees.reduce((total, { item }) => total + BigInt(item.amountCents), 0n)
  const plan = first
    ? [[first.title, taxCell(first.item.fee.taxes, locale), formatAmount(locale, sum, currency)]]
    : []
  const trueUps = titled.filter(({ item }) => item.fee.trueUpParentId !== null)
  const parents = new Set(items.map(({ fee }) => fee.id))
  const others = titled
    .filter(({ item: { fee } }) => fee.type !== 'subscription' && !parents.has(fee.trueUpParentId ?? ''))
    .sort(
      (a, b) =>
        KINDS.indexOf(a.item.fee.type) - KINDS.indexOf(b.item.fee.type) ||
        byName<(typeof titled)[number]>(
          ({ title }) => title,
          ({ item }) => item.fee.id,
        )(a, b),
    )
  const rows = others.flatMap(({ item, title }) => [
    itemRow(item, subscription, note, item.fee.trueUpParentId === null ? undefined : title),
    ...trueUps
      .filter(({ item: trueUp }) => trueUp.fee.trueUpParentId === item.fee.id)
      .map(({ item: trueUp }) => itemRow(trueUp, subscription, note, title)),
  ])
  return [...plan, ...rows]
}

/** @param parentTitle the title of the fee that this item tops up */
function itemRow(
  { fee, amountCents }: FrozenNoteItem,
  subscription: FrozenSubscription | null,
  { locale, currency }: FrozenCreditNote,
  parentTitle?: string,
): string[] {
  const title =
    parentTitle === undefined
      ? feeTitle(fee, subscription, locale)
      : say(locale, 'fee.true_up', { name: parentTitle })
  return [title, taxCell(fee.taxes, locale), formatAmount(locale, BigInt(amountCents), currency)]
}

function rowsOf(rows: readonly (readonly string[])[]): Row[] {
  return rows.map((cells) => ({ style: 'plain', cells, notes: [], carried: null }))
}

function totals(note: FrozenCreditNote): TotalRow[] {
  const { locale, currency, cents, invoiceNumber } = note
  const row = (label: string, amount: bigint, isStrong = false): TotalRow => ({
    label,
    amount: formatAmount(locale, amount, currency),
    isStrong,
  })
  const when = (amount: bigint, label: string, sign = 1n): TotalRow[] =>
    amount > 0n ? [row(label, amount * sign)] : []
  const isOfCredits = note.invoiceType === 'credit'
  const taxed = isOfCredits
    ? []
    : [
        ...when(BigInt(cents.coupons), say(locale, 'cn.coupons'), -1n),
        row(say(locale, 'tot.subtotal_excl'), BigInt(cents.subtotalExcl)),
        ...taxRows(note.taxes, BigInt(cents.taxes), note),
      ]
  return [
    ...taxed,
    ...when(BigInt(cents.offset), say(locale, 'cn.offset', { number: invoiceNumber })),
    ...when(BigInt(cents.credited), say(locale, 'cn.credited')),
    ...when(BigInt(cents.refunded), say(locale, 'cn.refunded')),
    row(say(locale, 'tot.total'), BigInt(cents.total), true),
  ]
}
