import { type ReactElement, useId, useState } from 'react'
import { useNames } from '../../api/names.ts'
import { useNow } from '../../api/now.ts'
import { useList } from '../../api/queries.ts'
import type { Invoice, Plan, Subscription } from '../../api/types.ts'
import { formatDay } from '../../format/dates.ts'
import { formatCents } from '../../format/money.ts'
import { Confirm, ProblemLine } from '../../parts/dialog.tsx'
import { OptionsNote, rowsOf } from '../../parts/options.tsx'
import { INTERVALS } from '../plans/plan-list.tsx'
import { PreviewLines, usePreview } from './next-invoice.tsx'

/** Moves a subscription to another plan; the server says what that bills, and when. */
export function ChangePlan(props: {
  readonly subscription: Subscription
  readonly onClose: () => void
}): ReactElement {
  const { subscription, onClose } = props
  const plans = useList<Plan>('/plans', 'plans', { per_page: 200 })
  const [code, setCode] = useState('')
  const id = useId()
  const now = useNow()
  const others = rowsOf(plans).filter(
    (plan) =>
      plan.code !== subscription.plan_code && plan.amount_currency === subscription.plan_amount_currency,
  )
  const preview = usePreview(
    {
      customer: { external_id: subscription.external_customer_id },
      subscriptions: { external_ids: [subscription.external_id], plan_code: code },
    },
    code !== '',
  )
  return (
    <Confirm
      title="Change plan"
      isOpen
      onClose={onClose}
      verb="Change plan"
      write={{
        method: 'POST',
        path: '/subscriptions',
        body: {
          subscription: {
            external_customer_id: subscription.external_customer_id,
            external_id: subscription.external_id,
            plan_code: code,
          },
        },
      }}
      done="The plan was changed."
    >
      <div className="stack">
        <p className="muted">
          Now on {subscription.plan.name},{' '}
          {formatCents(subscription.plan_amount_cents, subscription.plan_amount_currency)} per{' '}
          {INTERVALS[subscription.plan.interval]}. A plan that costs more starts at once; one that costs less
          starts when the period ends.
        </p>
        <div className="field">
          <label htmlFor={id}>New plan</label>
          <select id={id} className="input" value={code} onChange={(event) => setCode(event.target.value)}>
            <option value="">Choose a plan…</option>
            {others.map((plan) => (
              <option key={plan.code} value={plan.code}>
                {plan.name} — {formatCents(plan.amount_cents, plan.amount_currency)} per{' '}
                {INTERVALS[plan.interval]}
              </option>
            ))}
          </select>
          <OptionsNote
            asked={plans}
            what="plans"
            isEmpty={others.length === 0}
            empty={`There is no other plan in ${subscription.plan_amount_currency}.`}
          />
        </div>
        {preview.error && <ProblemLine problem={preview.error} />}
        {preview.data && (
          <>
            <h3>
              {isLater(preview.data, now) ? 'A downgrade' : 'An upgrade'}, with the invoice of{' '}
              {formatDay(preview.data.issuing_date)}
            </h3>
            <p className="muted">
              {isLater(preview.data, now)
                ? 'The present plan is billed to the end of its period; the new one begins then. It can be taken back until then.'
                : 'The new plan begins at once. What the present one owes until now is on the same invoice, and what was paid ahead for it is credited.'}
            </p>
            <PreviewLines invoice={preview.data} />
          </>
        )}
      </div>
    </Confirm>
  )
}

/** Whether the server starts the new plan at the end of the period, and not now. */
function isLater({ subscriptions }: Invoice, now: number): boolean {
  return (subscriptions ?? []).some(
    ({ started_at }) => started_at !== null && Date.parse(started_at) > now + 60_000,
  )
}

/** Takes back the change that waits for the end of the period. */
export function KeepPlan(props: {
  readonly subscription: Subscription
  readonly onClose: () => void
}): ReactElement {
  const { subscription, onClose } = props
  const code = subscription.next_plan_code ?? ''
  const next = useNames({ plans: [code] })('plans', code)
  return (
    <Confirm
      title={`Keep ${subscription.plan.name}?`}
      isOpen
      onClose={onClose}
      verb="Keep the plan"
      write={{
        method: 'DELETE',
        path: `/subscriptions/${encodeURIComponent(subscription.external_id)}?status=pending`,
      }}
      done="The change was taken back."
    >
      <p>
        It does not change to <strong>{next}</strong> on {formatDay(subscription.downgrade_plan_date)}.
        Nothing else is different.
      </p>
    </Confirm>
  )
}
