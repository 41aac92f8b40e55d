import { type ReactElement, type ReactNode, useState } from 'react'
import type { ApiProblem } from '../../api/client.ts'
import { useNames } from '../../api/names.ts'
import { OWN_API, usePosted, type Write } from '../../api/queries.ts'
import type { Plan, PlanChangePreview } from '../../api/types.ts'
import { formatCents } from '../../format/money.ts'
import { ApiCallButton } from '../../parts/api-call.tsx'
import { Button } from '../../parts/button.tsx'
import { Dialog, ProblemLine } from '../../parts/dialog.tsx'
import { Link, useAt } from '../../parts/link.tsx'
import { Loaded } from '../../parts/states.tsx'
import { type ChangeLine, changeLine, keptWords } from './change-words.ts'
import { INTERVALS } from './plan-list.tsx'
import { bodyOfPlan, valuesOfPlan } from './plan-values.ts'
import { usePlanPreview } from './preview-panel.tsx'
import { type AskedUsage, sameUsage, type UsedCharge } from './same-usage.ts'

/** Who gets a change: everybody, all without prices of their own, or nobody who is there already. */
export type Reach = 'all' | 'plan' | 'new'

type ChangedBody = { readonly charges: readonly UsedCharge[] }

type ChangeDialogProps = {
  readonly title: string
  readonly verb: string
  readonly plan: Plan
  /** The plan as it is to become, as an update takes it. */
  readonly body: ChangedBody
  /** What is taken as used for the bill that is compared, and what that is, as `150 units`. */
  readonly usage: readonly AskedUsage[]
  readonly usageWords: string
  readonly writeFor: (reach: Reach) => Write
  readonly onSend: (write: Write) => void
  readonly onClose: () => void
  readonly isBusy: boolean
  readonly problem?: ApiProblem | null
  /** Fields for a plan of its own, where a change may be for new subscriptions only. */
  readonly newPlan?: ReactNode
}

/** Says what a change of a used plan does, to whom, and asks who gets it. Nothing is written before the answer. */
export function ChangeDialog(props: ChangeDialogProps): ReactElement {
  const { plan, body } = props
  const [reach, setReach] = useState<Reach>('all')
  const query = usePosted<PlanChangePreview>(
    `${OWN_API}/plans/${encodeURIComponent(plan.code)}/change_previews`,
    { plan: body },
    'plan_change',
  )
  const write = props.writeFor(reach)
  const actions = (
    <>
      <ApiCallButton write={write} />
      <span className="grow" />
      <Button onClick={props.onClose}>Cancel</Button>
      <Button
        kind="primary"
        isBusy={props.isBusy}
        disabled={query.data === undefined}
        onClick={() => props.onSend(write)}
      >
        {props.verb}
      </Button>
    </>
  )
  return (
    <Dialog title={props.title} isOpen isWide onClose={props.onClose} actions={actions}>
      <Loaded query={query} rows={4}>
        {(change) => (
          <div className="stack-wide">
            <ChangeTable
              label="What changes"
              lines={change.changes.map((each) => changeLine(each, plan.amount_currency))}
              none="Nothing differs from what is stored."
            />
            <TypicalBill plan={plan} body={body} usage={props.usage} words={props.usageWords} />
            <Whom change={change} currency={plan.amount_currency} />
            <ReachChoice
              change={change}
              reach={reach}
              onChange={setReach}
              newPlan={props.newPlan === undefined ? null : props.newPlan}
            />
          </div>
        )}
      </Loaded>
      {props.problem && <ProblemLine problem={props.problem} />}
    </Dialog>
  )
}

/** Differences, a line for each: what, before, after. */
export function ChangeTable(props: {
  readonly label: string
  readonly lines: readonly ChangeLine[]
  /** What to say when nothing differs. */
  readonly none: string
}): ReactElement {
  if (props.lines.length === 0) return <p className="muted">{props.none}</p>
  return (
    <table className="table change-table">
      <caption className="visually-hidden">{props.label}</caption>
      <thead>
        <tr>
          <th scope="col">{props.label}</th>
          <th scope="col">Before</th>
          <th scope="col">After</th>
        </tr>
      </thead>
      <tbody>
        {props.lines.map(({ what, before, after }, place) => (
          <tr key={`${place}-${what}`}>
            <th scope="row">{what}</th>
            <td>
              <span className="change-side">Before</span>
              {before}
            </td>
            <td>
              <span className="change-side">After</span>
              <strong>{after}</strong>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** What some usage costs before and after, as the server bills it. */
function TypicalBill(props: {
  readonly plan: Plan
  readonly body: ChangedBody
  readonly usage: readonly AskedUsage[]
  readonly words: string
}): ReactElement | null {
  const { plan, body, usage } = props
  const stored = bodyOfPlan(valuesOfPlan(plan))
  const before = usePlanPreview(stored, sameUsage(usage, body.charges, stored.charges))
  const after = usePlanPreview(body, usage)
  if (!before.data || !after.data || usage.length === 0) return null
  return (
    <p data-testid="typical-bill">
      With {props.words}, a {INTERVALS[plan.interval]} costs{' '}
      <strong>{formatCents(after.data.total_amount_cents, after.data.currency)}</strong> instead of{' '}
      {formatCents(before.data.total_amount_cents, before.data.currency)}.
    </p>
  )
}

const subscriptions = (count: number): string =>
  `${count.toLocaleString()} ${count === 1 ? 'subscription' : 'subscriptions'}`

/** How many follow, and which keep prices of their own. */
function Whom(props: { readonly change: PlanChangePreview; readonly currency: string }): ReactElement {
  const { change, currency } = props
  const { keeping_subscriptions: keeping, keeping_subscriptions_count: count } = change
  const at = useAt()
  const nameOf = useNames({ customers: keeping.map((each) => each.external_customer_id) })
  return (
    <section className="stack" aria-label="Subscriptions">
      <p>
        {subscriptions(change.subscriptions_on_plan_count)} on this plan,{' '}
        {subscriptions(change.overridden_subscriptions_count)} with prices of their own. A change counts from
        the next bill on, for the whole period that it bills. What was invoiced stays.
      </p>
      {count > 0 && (
        <div className="notice notice-info stack-tight">
          <h3 className="notice-title">
            {count === 1 ? '1 keeps its own price' : `${count.toLocaleString()} keep their own prices`}
          </h3>
          <ul>
            {keeping.map((each) => (
              <li key={each.external_id}>
                <Link className="in-text" href={at(`/subscriptions/${encodeURIComponent(each.external_id)}`)}>
                  {each.name || each.external_id}
                </Link>{' '}
                of {nameOf('customers', each.external_customer_id)}:{' '}
                {each.kept_prices.map((kept) => keptWords(kept, currency)).join('; ')}
              </li>
            ))}
            {count > keeping.length && <li>and {(count - keeping.length).toLocaleString()} more</li>}
          </ul>
        </div>
      )}
    </section>
  )
}

function ReachChoice(props: {
  readonly change: PlanChangePreview
  readonly reach: Reach
  readonly onChange: (reach: Reach) => void
  readonly newPlan: ReactNode
}): ReactElement {
  const { change, reach, onChange } = props
  const { subscriptions_on_plan_count: onPlan, overridden_subscriptions_count: overridden } = change
  const following = onPlan + overridden - change.keeping_subscriptions_count
  const choice = (value: Reach, label: string, help: string) => (
    <label className="check check-tall">
      <input type="radio" name="reach" checked={reach === value} onChange={() => onChange(value)} />
      <span>
        {label}
        <span className="help">{help}</span>
      </span>
    </label>
  )
  return (
    <fieldset className="stack change-reach">
      <legend>Who gets the change</legend>
      {choice(
        'all',
        'Existing subscriptions too',
        overridden > 0
          ? `${subscriptions(following)} in full; prices of their own follow where they still are the old ones.`
          : `${subscriptions(following)}.`,
      )}
      {overridden > 0 &&
        choice(
          'plan',
          'Only subscriptions without prices of their own',
          `${subscriptions(onPlan)}. Those with prices of their own, ${overridden.toLocaleString()}, stay as they are.`,
        )}
      {props.newPlan !== null &&
        choice(
          'new',
          'Only new subscriptions',
          'Everybody who is on this plan stays on it as it is. The new prices are a plan of their own.',
        )}
      {reach === 'new' && props.newPlan}
    </fieldset>
  )
}
