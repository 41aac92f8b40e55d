import { sql } from 'kysely'
import { Decimal } from '../../core/amounts/decimal.ts'
import type { ProgressiveInvoiceFacts } from '../../core/billing/reductions/available.ts'
import type { ProgressiveQuestion } from '../../core/billing/usage-questions.ts'
import { addMs, type Instant } from '../../core/calendar/instant.ts'
import { usageKey } from '../../core/invoicing/fee-draft.ts'
import type { GroupedBy, PropertyValues } from '../../core/metering/usage.ts'
import { ZONE_CHANGE_MAX_MS } from '../../core/subscriptions/open-window.ts'
import type { Reads } from '../database.ts'
import { readCreditableFees, readNotedAmounts } from '../noted-invoices.ts'
import { anyOf, groupedBy } from '../values.ts'

/** The newest progressive invoice for a question, by the question's 1-based position. */
type LatestRow = {
  readonly place: number
  readonly id: string
  readonly status: string
  readonly subscriptionId: string
  readonly feesAmountCents: bigint
  readonly couponsAmountCents: bigint
  /** What other invoices have already credited from it; voided, closed and deleted ones no longer count. */
  readonly takenCents: string
  /** The credit of its credit notes that were not voided. */
  readonly notedCents: string
}

/**
 * For each question, the newest progressive invoice in the chain whose charges window covers the start of the
 * requested window, with the facts needed to credit it; voided ones do not count. After a zone change eastward, a
 * first window starts before its progressive invoices.
 */
export async function answerProgressive(
  reads: Reads,
  questions: readonly ProgressiveQuestion[],
): Promise<readonly (ProgressiveInvoiceFacts | null)[]> {
  if (questions.length === 0) return []
  const latest = await findLatest(reads, questions)
  const answers: (ProgressiveInvoiceFacts | null)[] = questions.map(() => null)
  if (latest.length === 0) return answers
  const ids = [...new Set(latest.map(({ id }) => id))]
  const [fees, creditable, noted] = await Promise.all([
    readFees(reads, ids),
    readCreditableFees(reads, ids),
    readNotedAmounts(reads, ids),
  ])
  for (const row of latest) {
    const question = questions[row.place - 1]
    if (!question) continue
    const own = fees.get(row.id) ?? []
    const isEarlier = row.subscriptionId !== question.subscriptionId
    const recurring = own.filter((fee) => fee.isRecurring && !fee.prorated)
    const carried = isEarlier ? recurring : []
    answers[row.place - 1] = {
      invoiceId: row.id,
      amounts: {
        feesCents: row.feesAmountCents,
        couponsCents: row.couponsAmountCents,
        takenCents: BigInt(row.takenCents),
        creditNotesCents: BigInt(row.notedCents),
      },
      rootChargeIds: new Set(own.map((fee) => fee.rootChargeId)),
      carriedMetricIds: new Set(carried.map((fee) => fee.billableMetricId)),
      recurringByMetric: new Map(
        [...groupedBy(recurring, ({ billableMetricId }) => billableMetricId)].map(([id, ofMetric]) => [
          id,
          ofMetric.reduce((sum, { amountCents }) => sum + amountCents, 0n),
        ]),
      ),
      feesByUsage: new Map(own.map((fee) => [usageKey(fee), fee.amountCents])),
      credited: {
        isFinal: row.status === 'finalized',
        // What earlier progressive invoices took off was paid with them, and is given back with the rest.
        fees: (creditable.get(row.id) ?? []).map(({ preciseCouponsCents, ...fee }) => ({
          ...fee,
          preciseReductionCents: preciseCouponsCents,
        })),
        taxRoundingCents: noted.get(row.id)?.taxRoundingCents ?? Decimal.zero,
      },
    }
  }
  return answers
}

async function findLatest(
  reads: Reads,
  questions: readonly ProgressiveQuestion[],
): Promise<readonly LatestRow[]> {
  const asked = questions.map(({ subscriptionId, externalId, window, exceptInvoiceId }) => ({
    subscription_id: subscriptionId,
    external_id: externalId,
    except_invoice_id: exceptInvoiceId,
    window_from: iso(window.from),
    window_to: iso(window.to),
    moved_before: iso(addMs(window.from, ZONE_CHANGE_MAX_MS)),
  }))
  const { rows } = await sql<LatestRow>`
    select q.place::int, p.*, (
      select coalesce(sum(r.amount_cents), 0)::text
      from invoice_reductions r
      join invoices t on t.organization_id = r.organization_id and t.id = r.invoice_id
      where r.kind = 'progressive_billing' and r.source_id = p.id and t.status not in ('voided', 'closed', 'deleted')
        and t.id is distinct from q.except_invoice_id
    ) as taken_cents, (
      select coalesce(sum(n.credit_amount_cents), 0)::text
      from credit_notes n
      where n.invoice_id = p.id and n.credit_status in ('available', 'consumed')
    ) as noted_cents
    from rows from (json_to_recordset(${JSON.stringify(asked)}::json) as (
      subscription_id uuid, external_id text, except_invoice_id uuid, window_from timestamptz, window_to timestamptz,
      moved_before timestamptz
    )) with ordinality as q (subscription_id, external_id, except_invoice_id, window_from, window_to, moved_before,
      place)
    cross join lateral (
      select i.id, i.status, l.subscription_id, i.fees_amount_cents, i.coupons_amount_cents
      from subscriptions s
      join invoice_subscriptions l on l.organization_id = s.organization_id and l.subscription_id = s.id
      join invoices i on i.organization_id = l.organization_id and i.id = l.invoice_id
      where s.external_id = q.external_id and l.invoicing_reason = 'progressive_billing'
        and i.invoice_type = 'progressive_billing' and i.status in ('finalized', 'failed', 'pending')
        and (
          l.charges_from <= q.window_from
          or (l.subscription_id = q.subscription_id and l.charges_from < q.moved_before
            and l.charges_from <= q.window_to)
        )
        and l.charges_to >= q.window_from and i.id is distinct from q.except_invoice_id
      order by i.issuing_date desc, i.created_at desc, i.id desc
      limit 1
    ) as p
    order by q.place`.execute(reads)
  return rows
}

type BilledFeeRow = {
  readonly rootChargeId: string
  readonly filterValues: PropertyValues | null
  readonly groupedBy: GroupedBy
  readonly amountCents: bigint
  readonly billableMetricId: string
  readonly prorated: boolean
  readonly isRecurring: boolean
}

async function readFees(
  reads: Reads,
  invoiceIds: readonly string[],
): Promise<ReadonlyMap<string, readonly BilledFeeRow[]>> {
  const rows = await reads
    .selectFrom('fees as f')
    .innerJoin('charges as c', 'c.id', 'f.chargeId')
    .innerJoin('billableMetrics as m', 'm.id', 'c.billableMetricId')
    .leftJoin('chargeFilters as v', 'v.id', 'f.chargeFilterId')
    .select((eb) => eb.fn.coalesce('c.parentId', 'c.id').as('rootChargeId'))
    .select(['f.invoiceId', 'v.values as filterValues', 'f.groupedBy', 'f.amountCents'])
    .select(['c.billableMetricId', 'c.prorated', 'm.isRecurring'])
    .where('f.invoiceId', '=', anyOf(invoiceIds))
    .execute()
  const byInvoice = new Map<string, BilledFeeRow[]>()
  for (const { invoiceId, filterValues, groupedBy, ...row } of rows) {
    if (invoiceId === null) continue
    const fee = {
      ...row,
      filterValues: filterValues as PropertyValues | null,
      groupedBy: groupedBy as GroupedBy,
    }
    const own = byInvoice.get(invoiceId)
    if (own) own.push(fee)
    else byInvoice.set(invoiceId, [fee])
  }
  return byInvoice
}

function iso(at: Instant): string {
  return new Date(at).toISOString()
}
