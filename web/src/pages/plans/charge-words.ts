import type { NameOf } from '../../api/names.ts'
import type { Plan } from '../../api/types.ts'
import { formatPrice, formatRate, formatUnits } from '../../format/money.ts'
import type { Charge } from './models.tsx'

type Stored = Readonly<Record<string, unknown>>
type Range = {
  readonly from_value: unknown
  readonly to_value: unknown
  readonly flat_amount: string
} & Stored

const text = (value: unknown): string => String(value ?? '0')

function rangeWords(range: Range, price: string, currency: string): string {
  const to = range.to_value === null || range.to_value === undefined ? '∞' : formatUnits(text(range.to_value))
  const flat = Number(range.flat_amount) > 0 ? ` + ${formatPrice(range.flat_amount, currency)} flat` : ''
  return `${formatUnits(text(range.from_value))} – ${to}: ${price}${flat}`
}

/** What a charge is called: on invoices by its own name, or by that of its metric. */
export const chargeName = (
  { invoice_display_name, billable_metric_code }: Plan['charges'][number],
  nameOf: NameOf,
): string => invoice_display_name || nameOf('billable_metrics', billable_metric_code)

/** The metrics and add-ons that a plan has charges for. */
export const namedIn = ({ charges, fixed_charges }: Plan) => ({
  billable_metrics: charges.map((charge) => charge.billable_metric_code),
  add_ons: (fixed_charges ?? []).map((charge) => charge.add_on_code),
})

/** The price of a charge in words, a line for each tier. */
export function chargeWords(
  charge: Pick<Charge, 'charge_model' | 'properties'>,
  currency: string,
): readonly string[] {
  const stored = charge.properties as Stored
  const ranges = (key: string) => (stored[key] ?? []) as readonly Range[]
  const each = (range: Range) => `${formatPrice(text(range.per_unit_amount), currency)} each`
  switch (charge.charge_model) {
    case 'standard':
      return [`${formatPrice(text(stored.amount), currency)} per unit`]
    case 'graduated':
      return ranges('graduated_ranges').map((range) => rangeWords(range, each(range), currency))
    case 'volume':
      return ranges('volume_ranges').map((range) =>
        rangeWords(range, `${each(range)}, for all units`, currency),
      )
    case 'graduated_percentage':
      return ranges('graduated_percentage_ranges').map((range) =>
        rangeWords(range, formatRate(text(range.rate)), currency),
      )
    case 'package': {
      const free =
        Number(stored.free_units) > 0 ? `, after ${formatUnits(text(stored.free_units))} free units` : ''
      return [
        `${formatPrice(text(stored.amount), currency)} per ${formatUnits(text(stored.package_size))} units${free}`,
      ]
    }
    case 'percentage': {
      const fixed =
        Number(stored.fixed_amount) > 0
          ? ` + ${formatPrice(text(stored.fixed_amount), currency)} per event`
          : ''
      return [`${formatRate(text(stored.rate))} of the amount${fixed}`]
    }
    case 'dynamic':
      return ['Every event carries its own price']
    case 'custom':
      return ['Priced by a custom aggregation']
  }
}
