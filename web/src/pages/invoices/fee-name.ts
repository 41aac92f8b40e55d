import type { Invoice } from '../../api/types.ts'

export type InvoiceFee = NonNullable<Invoice['fees']>[number]

export const feeName = (fee: InvoiceFee): string => {
  const name = fee.item.invoice_display_name || fee.item.name || fee.item.code
  return fee.lago_true_up_parent_fee_id ? `${name} · up to its minimum` : name
}

/** The filter and the group that a line is for. */
export function filterText(fee: InvoiceFee): string {
  const filters = (fee.item.filters ?? {}) as Readonly<Record<string, readonly string[]>>
  const groups = Object.values(fee.item.grouped_by ?? {}).filter(Boolean)
  return [fee.item.filter_invoice_display_name || Object.values(filters).flat().join(', '), ...groups]
    .filter(Boolean)
    .join(' · ')
}
