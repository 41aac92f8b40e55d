import { Decimal } from '../core/amounts/decimal.ts'
import type { AdjustedFeeRow } from '../store/adjusted-fees.ts'
import { isoSeconds } from './times.ts'

/** What was changed by hand on a fee of an invoice. */
export function toWireAdjustedFee(row: AdjustedFeeRow): object {
  return {
    lago_id: row.id,
    lago_invoice_id: row.invoiceId,
    lago_fee_id: row.feeId,
    units: wireDecimal(row.units),
    unit_precise_amount: wireDecimal(row.unitPreciseAmount),
    invoice_display_name: row.invoiceDisplayName,
    created_at: isoSeconds(row.createdAt),
  }
}

function wireDecimal(text: string | null): string | null {
  return text === null ? null : Decimal.of(text).toWire()
}
