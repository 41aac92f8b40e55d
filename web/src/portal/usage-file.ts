import type { OwnUsage } from '../api/types.ts'
import { csvLines, saveCsv } from '../format/csv.ts'
import { formatPeriod } from '../format/dates.ts'
import { toMajor } from '../format/money.ts'

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
  return csvLines(rows)
}

/** Saves it as a file that is named by its period. */
export function saveUsage(usage: OwnUsage, heads: Heads, zone: string): void {
  const name = formatPeriod(usage.from, usage.to, zone).replaceAll(/[^\p{L}\p{N}]+/gu, '-')
  saveCsv(`${name}.csv`, [csvOfUsage(usage, heads)])
}
