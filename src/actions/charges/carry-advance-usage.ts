import { valuesKey } from '../../core/plans/charge-filters.ts'
import { type CarriedBucket, carryAdvanceUsage } from '../../store/carried-advance.ts'
import { type ChargeFilterRow, chargesOfPlans, filtersOfCharges } from '../../store/charges.ts'
import type { Tx } from '../../store/database.ts'
import type { SubscriptionRow } from '../../store/subscriptions.ts'
import type { Caller } from '../context.ts'

/**
 * What a subscription was charged in advance stays charged when it gets prices of its own in the middle of a
 * period: the charges of its new plan, a copy of the old one, remember what those that they are copies of
 * remember (docs/rules/in-advance.md). Filters are recognized by their values. The customer is locked by the
 * caller.
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

/** Of filters with the same values the first counts usage (docs/rules/filters-and-groups.md#filters). */
function byValues(filters: readonly ChargeFilterRow[]): ReadonlyMap<string, ChargeFilterRow> {
  return new Map(filters.toReversed().map((filter) => [valuesKey(filter.values), filter]))
}
