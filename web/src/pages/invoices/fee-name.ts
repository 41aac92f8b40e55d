import type { Invoice } from '../../api/types.ts'

export type InvoiceFee = NonNullable<Invoice['fees']>[number]

export const feeName = (fee: Pick<InvoiceFee, 'item' | 'lago_true_up_parent_fee_id'>): string => {
  const given = fee.item.invoice_display_name || fee.item.name || fee.item.code
  const name = fee.item.type === 'credit' && given === 'credit' ? 'Prepaid credits' : given
  return fee.lago_true_up_parent_fee_id ? `${name} · up to its minimum` : name
}

/** The filter and the group that a line is for. */
export function filterText(fee: Pick<InvoiceFee, 'item'>): string {
  const filters = (fee.item.filters ?? {}) as Readonly<Record<string, readonly string[]>>
  const groups = Object.values(fee.item.grouped_by ?? {}).filter(Boolean)
  return [fee.item.filter_invoice_display_name || Object.values(filters).flat().join(', '), ...groups]
    .filter(Boolean)
    .join(' · ')
}
