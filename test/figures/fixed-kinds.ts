import { addMs, instant } from '../../src/core/calendar/instant.ts'
import { endOfDay, startOfDay } from '../../src/core/calendar/zone.ts'
import {
  alreadyPaidCents,
  type FixedPricing,
  priceFixedCharge,
  priceMoreUnits,
} from '../../src/core/fixed-charges/price.ts'
import { unitsOfPeriod } from '../../src/core/fixed-charges/units.ts'
import { at, cents, decimal, list, type Row, shown } from './cells.ts'
import type { FigureTable } from './tables.ts'

/** `2024-12-01 10, 2025-01-16 5`: units with the days from which they count, in the order of their recording. */
export function fixedUnits({ rows, settings }: FigureTable): Row[] {
  const window = { from: startOfDay(settings.from, 'UTC'), to: endOfDay(settings.to, 'UTC') }
  return rows.map((row) => {
    const records = list(row.Recorded).map((text) => {
      const [date = '', units] = text.split(' ')
      return { units: decimal(units), appliesAt: addMs(at(date), 1000), createdAt: at(date) }
    })
    const started = at(list(row.Recorded)[0]?.split(' ')[0])
    const from = instant(Math.max(started, window.from))
    const period = { window: { ...window, from }, durationDays: settings.of, zone: 'UTC', prorated: true }
    const units = unitsOfPeriod(records, period)
    return { Units: shown(units?.full ?? 0n), Weighed: shown(units?.weighed ?? 0n) }
  })
}

export function fixedPrices({ rows, settings }: FigureTable): Row[] {
  const ranges = (settings.ranges as [number, number | null, string, string][]).map(
    ([from_value, to_value, per_unit_amount, flat_amount]) => ({
      from_value,
      to_value,
      per_unit_amount,
      flat_amount,
    }),
  )
  const properties = { amount: settings.amount, graduated_ranges: ranges, volume_ranges: ranges }
  return rows.map((row) => {
    const pricing = { model: row.Model as FixedPricing['model'], properties }
    const units = { full: decimal(row.Units), weighed: decimal(row.Weighed) }
    return { Fee: shown(priceFixedCharge(pricing, units, 2).amountCents) }
  })
}

export function moreUnits({ rows, settings }: FigureTable): Row[] {
  const pricing = { model: 'standard', properties: { amount: settings.amount } } as const
  return rows.map((row) => {
    const units = decimal(row.Units).minus(decimal(row['Billed before']))
    const more = { units, days: Number(row.Days), of: Number(row.Of) }
    return { Fee: shown(priceMoreUnits(pricing, more, 2).amountCents) }
  })
}

export function alreadyPaid({ rows }: FigureTable): Row[] {
  return rows.map((row) => {
    const billedAt = at(row['Billed on'])
    const to = at(row['For days until'])
    const paid = { period: { from: billedAt, to }, billedAt, amountCents: cents(row.Paid) }
    const window = { from: at(row['New window from']), to }
    return { 'Taken off': shown(alreadyPaidCents(paid, window, 'UTC')) }
  })
}
