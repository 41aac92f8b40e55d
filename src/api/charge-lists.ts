import type { Context } from '../actions/context.ts'
import { chargesOfPlans } from '../store/charges.ts'
import type { Reads } from '../store/database.ts'
import { chargesWithParts, type PlanCharge } from '../store/plans.ts'
import { toWireCharge, toWireChargeFilter } from '../wire/charges.ts'
import { metaOf, pageOf } from './pagination.ts'

/** One page of the charges of a plan, in the order in which they were made. */
export async function answerCharges(reads: Reads, planId: string, query: unknown): Promise<object> {
  const page = pageOf(query)
  const rows = await chargesOfPlans(reads, [planId])
  const charges = await chargesWithParts(reads, rows.slice(page.offset, page.offset + page.perPage))
  return { charges: charges.map(toWireCharge), meta: metaOf(page, rows.length) }
}

/** One page of the filters of a charge, in their order. */
export function answerFilters(charge: PlanCharge, query: unknown): object {
  const page = pageOf(query)
  const filters = charge.filters.slice(page.offset, page.offset + page.perPage)
  return {
    filters: filters.map((filter) => toWireChargeFilter(filter, charge.code)),
    meta: metaOf(page, charge.filters.length),
  }
}

/** Reads for one request, in one snapshot. */
export function reading<T>(
  context: Context,
  request: { readonly caller: { readonly organizationId: string } },
  work: (reads: Reads) => Promise<T>,
): Promise<T> {
  return context.database.read(request.caller, work)
}
