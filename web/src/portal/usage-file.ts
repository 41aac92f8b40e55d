import type { OwnUsage } from '../api/types.ts'
import { formatPeriod } from '../format/dates.ts'
import { toMajor } from '../format/money.ts'

/** A field of a CSV file. A text that a spreadsheet would compute is made a plain one. */
export function csvField(text: string): string {
  const plain = /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain
}

type Heads = readonly [item: string, units: string, amount: string]

/** The usage of a period as CSV: a line for each charge, and one for each of its parts; amounts where they are shown. */
export function csvOfUsage(usage: OwnUsage, [item, units, amount]: Heads): string {
  const hasAmounts = usage.charges.some(({ amount_cents }) => amount_cents !== undefined)
  const lines = usage.charges.flatMap((charge) => [
    charge,
    ...charge.parts.map((part) => ({ ...part, name: `${charge.name}: ${part.name || '—'}` })),
  ])
  const rows = [
    [item, units, ...(hasAmounts ? [`${amount} (${usage.currency})`] : [])],
    ...lines.map(({ name, units: used, amount_cents: cents }) => [
      name,
      used,
      ...(hasAmounts ? [cents === undefined ? '' : toMajor(cents, usage.currency)] : []),
    ]),
  ]
  return `${rows.map((row) => row.map(csvField).join(',')).join('\r\n')}\r\n`
}

/** Saves it as a file that is named by its period. The mark at its beginning tells spreadsheets that it is UTF-8. */
export function saveUsage(usage: OwnUsage, heads: Heads, zone: string): void {
  const blob = new Blob(['\ufeff', csvOfUsage(usage, heads)], { type: 'text/csv;charset=utf-8' })
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = `${formatPeriod(usage.from, usage.to, zone).replaceAll(/[^\p{L}\p{N}]+/gu, '-')}.csv`
  link.click()
  URL.revokeObjectURL(link.href)
}
