import { valuesKey } from '../../core/plans/charge-filters.ts'
import { type CarriedBucket, carryAdvanceUsage } from '../../store/carried-advance.ts'
import { type ChargeFilterRow, chargesOfPlans, filtersOfCharges } from '../../store/charges.ts'
import type { Tx } from '../../store/database.ts'
import type { SubscriptionRow } from '../../store/subscriptions.ts'
import type { Caller } from '../context.ts'

/**
 * When a subscription gets its own prices in mid-period, what was charged in advance stays charged: the charges of
 * the plan's copy take over the state of the originals (docs/rules/in-advance.md). Filters are matched by their
 * values. The caller has locked the customer.
 */
export async function carryAdvanceToCopy(
  tx: Tx,
  caller: Caller,
  subscription: Pick<SubscriptionRow, 'id' | 'externalId'>,
  copyPlanId: string,
): Promise<void> {
  const copies = (await chargesOfPlans(tx, [copyPlanId])).filter((charge) => charge.payInAdvance)
  const filters = await filtersOfCharges(
    tx,
    copies.flatMap(({ id, parentId }) => (parentId === null ? [id] : [id, parentId])),
  )
  const buckets = copies.flatMap(({ id, parentId }): CarriedBucket[] => {
    if (parentId === null) return []
    const place = { fromChargeId: parentId, toChargeId: id }
    const own = byValues(filters.get(id) ?? [])
    const carried = [...byValues(filters.get(parentId) ?? [])].flatMap(([values, from]): CarriedBucket[] => {
      const to = own.get(values)
      return to ? [{ ...place, fromFilterId: from.id, toFilterId: to.id }] : []
    })
    return [{ ...place, fromFilterId: null, toFilterId: null }, ...carried]
  })
  await carryAdvanceUsage(tx, subscription, buckets, caller.now)
}

/** Among filters with the same values, the first one counts usage (docs/rules/filters-and-groups.md#filters). */
function byValues(filters: readonly ChargeFilterRow[]): ReadonlyMap<string, ChargeFilterRow> {
  return new Map(filters.toReversed().map((filter) => [valuesKey(filter.values), filter]))
}
