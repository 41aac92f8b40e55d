import { formatPrice, formatRate, formatUnitPrice, formatUnits } from '../../format/money.ts'
import type { InvoiceFee } from './fee-name.ts'

type Priced = Pick<InvoiceFee, 'amount_details' | 'precise_unit_amount' | 'amount_currency'>

/**
 * The price of a line as its charge states it: by package, in tiers or as a share. The average of such prices is one
 * that nobody agreed on, and times the units it need not be the amount.
 */
export function unitPriceText({ amount_details, precise_unit_amount, amount_currency }: Priced): string {
  const details = amount_details as Readonly<Record<string, unknown>>
  const text = (name: string) => String(details[name] ?? '')
  const ranges = [details.graduated_ranges, details.graduated_percentage_ranges].find(Array.isArray) ?? []
  if (ranges.length > 1) return 'Tiered'
  if (text('per_package_unit_amount') !== '') {
    const price = formatPrice(text('per_package_unit_amount'), amount_currency)
    return `${price} / ${formatUnits(text('per_package_size'))}`
  }
  if (text('rate') !== '') return formatRate(text('rate'))
  return formatUnitPrice(precise_unit_amount, amount_currency)
}
