import { cascadedCharges, filtersOfCharges } from './charges.ts'
import type { Reads } from './database.ts'
import { cascadedFixedCharges } from './fixed-charges.ts'
import { groupedBy } from './values.ts'

/** A copy of a plan that a subscription is on. */
export type PlanCopyRow = {
  readonly planId: string
  readonly amountCents: bigint
  readonly externalId: string
  readonly name: string | null
  readonly externalCustomerId: string
}

/** How many subscriptions that are active or pending are on a plan itself. */
export async function countOnPlan(reads: Reads, planId: string): Promise<number> {
  const { count } = await reads
    .selectFrom('subscriptions')
    .select((eb) => eb.fn.countAll<bigint>().as('count'))
    .where('planId', '=', planId)
    .where('status', 'in', ['active', 'pending'])
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** The copies of a plan that active or pending subscriptions are on, which a cascade may reach, the oldest first. */
export async function copiesInUse(reads: Reads, planId: string): Promise<PlanCopyRow[]> {
  return reads
    .selectFrom('plans as p')
    .innerJoin('subscriptions as s', 's.planId', 'p.id')
    .innerJoin('customers as c', 'c.id', 's.customerId')
    .select([
      'p.id as planId',
      'p.amountCents',
      's.externalId',
      's.name',
      'c.externalId as externalCustomerId',
    ])
    .where('p.parentId', '=', planId)
    .where('p.deletedAt', 'is', null)
    .where('s.status', 'in', ['active', 'pending'])
    .orderBy('s.createdAt')
    .orderBy('s.id')
    .execute()
}

/** The copies of some charges and fixed charges of a plan in the copies that are in use, by the id of the copy. */
export async function copiedCharges(
  reads: Reads,
  of: { readonly chargeIds: readonly string[]; readonly fixedChargeIds: readonly string[] },
) {
  const [charges, fixedCharges] = await Promise.all([
    Promise.all(of.chargeIds.map((id) => cascadedCharges(reads, id))),
    Promise.all(of.fixedChargeIds.map((id) => cascadedFixedCharges(reads, id))),
  ])
  const rows = charges.flat()
  const filters = await filtersOfCharges(
    reads,
    rows.map(({ id }) => id),
  )
  const whole = rows.map((row) => ({ ...row, filters: filters.get(row.id) ?? [] }))
  return {
    charges: groupedBy(whole, ({ planId }) => planId),
    fixedCharges: groupedBy(fixedCharges.flat(), ({ planId }) => planId),
  }
}
