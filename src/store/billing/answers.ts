import { sql } from 'kysely'
import { Decimal } from '../../core/amounts/decimal.ts'
import type { BillAnswers, BillQuestions, CommitmentQuestion } from '../../core/billing/usage-questions.ts'
import { addMs, type Instant } from '../../core/calendar/instant.ts'
import type { CommitmentFees } from '../../core/subscriptions/commitment.ts'
import { ZONE_CHANGE_MAX_MS } from '../../core/subscriptions/open-window.ts'
import type { Reads } from '../database.ts'
import { answerUsages } from '../events/usage.ts'
import { answerFixedCharges } from './fixed-charge-facts.ts'
import { answerProgressive } from './progressive-facts.ts'

/** Answers the questions of some bills, each list in the order of its questions. */
export async function answerQuestions(reads: Reads, questions: BillQuestions): Promise<BillAnswers> {
  const [usage, progressive, commitments, fixedCharges] = await Promise.all([
    answerUsages(reads, questions.usage),
    answerProgressive(reads, questions.progressive),
    answerCommitments(reads, questions.commitments),
    answerFixedCharges(reads, questions.fixedCharges),
  ])
  return { usage, progressive, commitments, fixedCharges }
}

/**
 * The existing fees that count towards minimum commitments: the subscription fee of the period, and the fees of its
 * charges, invoiced or not (a renewal in advance pays for the period it starts). If the customer changed zones, the
 * period's usage may start earlier, and the next period's before this one ends.
 */
async function answerCommitments(
  reads: Reads,
  questions: readonly CommitmentQuestion[],
): Promise<readonly CommitmentFees[]> {
  if (questions.length === 0) return []
  const asked = questions.map(({ subscriptionId, covered: { period, billed }, exceptInvoiceId }) => ({
    subscription_id: subscriptionId,
    except_invoice_id: exceptInvoiceId,
    period_from: iso(period.from),
    latest_to: iso(addMs(period.to, ZONE_CHANGE_MAX_MS)),
    billed_from: iso(billed.from),
    billed_to: iso(billed.to),
    earliest_from: iso(addMs(billed.from, -ZONE_CHANGE_MAX_MS)),
    earliest_to: iso(addMs(billed.from, ZONE_CHANGE_MAX_MS)),
  }))
  const { rows } = await sql<{ amount: string; precise: string }>`
    select coalesce(sum(f.amount_cents), 0)::text as amount,
      coalesce(sum(f.precise_amount_cents), 0)::text as precise
    from rows from (json_to_recordset(${JSON.stringify(asked)}::json) as (
      subscription_id uuid, except_invoice_id uuid, period_from timestamptz, latest_to timestamptz,
      billed_from timestamptz, billed_to timestamptz, earliest_from timestamptz, earliest_to timestamptz
    )) with ordinality as q (subscription_id, except_invoice_id, period_from, latest_to, billed_from, billed_to,
      earliest_from, earliest_to, place)
    left join lateral (
      select f.amount_cents, f.precise_amount_cents
      from fees f
      left join invoices i on i.organization_id = f.organization_id and i.id = f.invoice_id
      where f.subscription_id = q.subscription_id and f.deleted_at is null and (
          i.id is null or (i.status not in ('deleted', 'voided', 'closed')
            and i.invoice_type <> 'progressive_billing' and i.id is distinct from q.except_invoice_id)
        ) and (
          (f.fee_type = 'subscription' and f.from_at >= q.period_from and f.from_at <= q.billed_to)
          or (f.fee_type in ('charge', 'fixed_charge') and f.from_at <= q.billed_to and f.to_at < q.latest_to and (
            f.from_at >= q.billed_from or (f.from_at > q.earliest_from and f.to_at >= q.earliest_to)
          ))
        )
    ) as f on true
    group by q.place
    order by q.place`.execute(reads)
  return rows.map(({ amount, precise }) => ({
    amountCents: BigInt(amount),
    preciseAmountCents: Decimal.of(precise),
  }))
}

function iso(at: Instant): string {
  return new Date(at).toISOString()
}
