import { Decimal } from '../core/amounts/decimal.ts'
import type { PlanFixedCharge } from '../store/fixed-charges.ts'
import { toWireTax } from './taxes.ts'
import { isoSeconds } from './times.ts'

/** A fixed charge as clients see it. */
export function toWireFixedCharge(charge: PlanFixedCharge): object {
  return {
    lago_id: charge.id,
    lago_add_on_id: charge.addOnId,
    code: charge.code,
    invoice_display_name: charge.invoiceDisplayName,
    add_on_code: charge.addOnCode,
    created_at: isoSeconds(charge.createdAt),
    charge_model: charge.chargeModel,
    pay_in_advance: charge.payInAdvance,
    prorated: charge.prorated,
    properties: charge.properties,
    units: Decimal.of(charge.units).toWire(),
    lago_parent_id: charge.parentId,
    taxes: charge.taxes.map(toWireTax),
  }
}
