import type { AvailableReductions } from './available.ts'
import { reduceByCoupons } from './coupons.ts'
import { reduceByWallets } from './prepaid.ts'
import { reduceByProgressiveInvoices } from './progressive.ts'
import type { Reduce, ReducibleInvoice } from './reduction.ts'

/**
 * The order in which reductions apply, each to what the previous ones left. A new kind is one file beside
 * `progressive.ts` and one line here.
 */
const ORDER: Readonly<Record<'before_taxes' | 'after_taxes', readonly Reduce[]>> = {
  before_taxes: [reduceByProgressiveInvoices, reduceByCoupons],
  after_taxes: [reduceByWallets],
}

/** The invoice after all reductions of a stage. */
export function reduceInvoice(
  stage: keyof typeof ORDER,
  invoice: ReducibleInvoice,
  available: AvailableReductions,
): ReducibleInvoice {
  return ORDER[stage].reduce((reduced, reduce) => reduce(reduced, available), invoice)
}
