import { type RawBuilder, sql } from 'kysely'
import { Decimal } from '../../core/amounts/decimal.ts'
import type { AppliedCouponFacts } from '../../core/billing/reductions/applied-coupon.ts'
import type { Reads } from '../database.ts'
import { anyOf, groupedBy } from '../values.ts'

type CouponFactsRow = {
  readonly id: string
  readonly customerId: string
  readonly amountCents: bigint | null
  readonly amountCurrency: string | null
  readonly percentageRate: string | null
  readonly frequency: AppliedCouponFacts['frequency']
  readonly frequencyDuration: number | null
  readonly limitedPlans: boolean
  readonly limitedBillableMetrics: boolean
  readonly usedCents: bigint
  readonly uses: bigint
  readonly planIds: readonly string[]
  readonly metricIds: readonly string[]
}

/**
 * The active coupons of customers by customer id, each list oldest first, in one statement. Invoices that are voided,
 * closed or deleted have not used a coupon. The caller has locked the customers when it is going to use the coupons.
 *
 * @param planIds plans that a customer is going to have besides those of its subscriptions
 */
export async function readCouponFacts(
  reads: Reads,
  customerIds: readonly string[],
  planIds: readonly string[] = [],
): Promise<ReadonlyMap<string, readonly AppliedCouponFacts[]>> {
  const { rows } = await sql<CouponFactsRow>`
    select a.id, a.customer_id, a.amount_cents, a.amount_currency, a.percentage_rate, a.frequency,
      a.frequency_duration, c.limited_plans, c.limited_billable_metrics,
      coalesce(used.cents, 0)::bigint as used_cents, coalesce(used.uses, 0) as uses,
      array(
        select distinct s.plan_id::text from coupon_targets t
        join subscriptions s on s.organization_id = t.organization_id and s.customer_id = a.customer_id
        join plans p on p.organization_id = s.organization_id and p.id = s.plan_id
        where c.limited_plans and t.organization_id = c.organization_id and t.coupon_id = c.id
          and t.plan_id = coalesce(p.parent_id, p.id)
        union
        ${plansOf(sql`c.id`, planIds)}
      ) as plan_ids,
      array(
        select t.billable_metric_id::text from coupon_targets t
        where c.limited_billable_metrics and t.organization_id = c.organization_id and t.coupon_id = c.id
      ) as metric_ids
    from applied_coupons a
    join coupons c on c.organization_id = a.organization_id and c.id = a.coupon_id
    left join lateral (
      select sum(r.amount_cents) as cents, count(*) as uses
      from invoice_reductions r
      join invoices i on i.organization_id = r.organization_id and i.id = r.invoice_id
      where r.organization_id = a.organization_id and r.kind = 'coupon' and r.source_id = a.id
        and i.status not in ('voided', 'closed', 'deleted')
    ) used on a.frequency <> 'forever'
    where a.customer_id = ${anyOf(customerIds)} and a.status = 'active'
    order by a.created_at, a.id`.execute(reads)
  return new Map([...groupedBy(rows, (row) => row.customerId)].map(([id, own]) => [id, own.map(factsOf)]))
}

/** Of some plans, those that a coupon is limited to, as a query; copies with other prices count as their original. */
function plansOf(couponId: RawBuilder<unknown>, planIds: readonly string[]): RawBuilder<unknown> {
  return sql`select p.id::text from plans p
    join coupon_targets t on t.organization_id = p.organization_id and t.plan_id = coalesce(p.parent_id, p.id)
    where t.coupon_id = ${couponId} and p.id = ${anyOf(planIds)}`
}

/** The fees that a coupon would apply to on an invoice of some plans. */
export async function limitOfCoupon(
  reads: Reads,
  coupon: Pick<CouponFactsRow, 'id' | 'limitedPlans' | 'limitedBillableMetrics'>,
  planIds: readonly string[],
): Promise<AppliedCouponFacts['limit']> {
  const { rows } = await sql<Pick<CouponFactsRow, 'planIds' | 'metricIds'>>`
    select array(${plansOf(sql`${coupon.id}::uuid`, planIds)}) as plan_ids, array(
      select t.billable_metric_id::text from coupon_targets t
      where t.coupon_id = ${coupon.id}::uuid and t.billable_metric_id is not null
    ) as metric_ids`.execute(reads)
  const [targets] = rows
  return limitOf({ ...coupon, planIds: targets?.planIds ?? [], metricIds: targets?.metricIds ?? [] })
}

function factsOf(row: CouponFactsRow): AppliedCouponFacts {
  return {
    id: row.id,
    discount: discountOf(row),
    frequency: row.frequency,
    usedCents: row.usedCents,
    usesLeft: row.frequency === 'recurring' ? (row.frequencyDuration ?? 0) - Number(row.uses) : null,
    limit: limitOf(row),
  }
}

function discountOf(row: CouponFactsRow): AppliedCouponFacts['discount'] {
  if (row.percentageRate !== null) return { kind: 'percentage', rate: Decimal.of(row.percentageRate) }
  return {
    kind: 'fixed_amount',
    amountCents: row.amountCents ?? 0n,
    currency: row.amountCurrency ?? '',
  }
}

function limitOf(
  row: Pick<CouponFactsRow, 'limitedPlans' | 'limitedBillableMetrics' | 'planIds' | 'metricIds'>,
): AppliedCouponFacts['limit'] {
  if (row.limitedPlans) return { to: 'plans', planIds: new Set(row.planIds) }
  if (row.limitedBillableMetrics) return { to: 'metrics', metricIds: new Set(row.metricIds) }
  return { to: 'everything' }
}
