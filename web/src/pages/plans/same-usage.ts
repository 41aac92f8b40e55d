/** What a preview takes as used of one charge, as the API takes it. */
export type AskedUsage = {
  readonly charge: number
  readonly filter: number | null
  readonly units: string
  readonly events_count?: number
  readonly precise_total_amount?: string
}

/** A charge of a plan that is previewed, by which it is found in another state of the plan. */
export type UsedCharge = {
  readonly id?: string | null
  readonly filters: readonly { readonly values: unknown }[]
}

/**
 * The usage of one state of a plan, for another state of it: charges are found by their ids and filters by their
 * values. What the other state does not have is left out.
 */
export function sameUsage(
  usage: readonly AskedUsage[],
  from: readonly UsedCharge[],
  to: readonly UsedCharge[],
): readonly AskedUsage[] {
  return usage.flatMap((each) => {
    const charge = from[each.charge]
    const place = to.findIndex(({ id }) => id && id === charge?.id)
    const other = to[place]
    if (!charge || !other) return []
    if (each.filter === null) return [{ ...each, charge: place }]
    const values = JSON.stringify(charge.filters[each.filter]?.values)
    const filter = other.filters.findIndex((own) => JSON.stringify(own.values) === values)
    return filter < 0 ? [] : [{ ...each, charge: place, filter }]
  })
}
