import { type ReactElement, useEffect, useRef, useState } from 'react'
import type { OwnPlanChange, OwnPlanChoices } from '../api/types.ts'
import { formatDay } from '../format/dates.ts'
import { formatCents, formatRate, formatUnits } from '../format/money.ts'
import { readAgain, useRead, useWrite } from './api.ts'
import { type Say, useSay } from './language.ts'
import { Button, type Column, Loaded, ProblemLine, Table } from './parts.tsx'
import { entitlementWords, priceOf, pricesOf } from './plan-words.ts'
import { useSession } from './session.ts'

type Choice = OwnPlanChoices['plans'][number]

/** The plans to which the customer may change a subscription; nothing where there are none. */
export function PlanChoices({ id }: { readonly id: string }): ReactElement {
  const say = useSay()
  const { is_view_only } = useSession()
  const read = useRead<{ plan_choices: OwnPlanChoices }>(`/subscriptions/${id}/plans`)
  const [chosen, setChosen] = useState<Choice | null>(null)
  return (
    <Loaded read={read}>
      {({ plan_choices: { plans, waiting } }) => (
        <>
          {waiting && <Waiting id={id} waiting={waiting} />}
          {plans.length > 0 && (
            <div className="stack portal-choices">
              <h3>{say('changePlan')}</h3>
              <ul className="portal-list">
                {plans.map((plan) => (
                  <li key={plan.id} className="line-between portal-plan">
                    <div className="stack-tight">
                      <h4 className="portal-method">{plan.name}</h4>
                      <p>
                        {priceOf(say, plan)} <span className="muted">{whenOf(say, plan)}</span>
                      </p>
                      {plan.description && <p className="muted">{plan.description}</p>}
                      <p className="caption">{detailsOf(say, plan)}</p>
                    </div>
                    {!is_view_only && (
                      <Button aria-label={`${say('choose')}: ${plan.name}`} onClick={() => setChosen(plan)}>
                        {say('choose')}
                      </Button>
                    )}
                  </li>
                ))}
              </ul>
            </div>
          )}
          {chosen && <Confirm id={id} plan={chosen} onClose={() => setChosen(null)} />}
        </>
      )}
    </Loaded>
  )
}

const whenOf = (say: Say, { takes_effect_on: on }: Choice): string =>
  on === null ? say('changeNow') : say('changeOn', { date: formatDay(on) })

const detailsOf = (say: Say, plan: Choice): string =>
  [
    ...pricesOf(say, plan, plan.currency).map(([name, price]) => `${name}: ${price}`),
    ...plan.entitlements.map((each) => `${each.name}: ${entitlementWords(each)}`),
  ].join(' · ')

function Waiting(props: {
  readonly id: string
  readonly waiting: NonNullable<OwnPlanChoices['waiting']>
}): ReactElement {
  const say = useSay()
  const { is_view_only } = useSession()
  const { run, isBusy, problem } = useWrite()
  const { plan_name: plan, takes_effect_on: on, can_be_withdrawn: isWithdrawable } = props.waiting
  return (
    <div className="notice notice-info portal-notice">
      <p>{say('waitingChange', { plan, date: formatDay(on) })}</p>
      {isWithdrawable && !is_view_only && (
        <Button isBusy={isBusy} onClick={() => void run('DELETE', `/subscriptions/${props.id}/plan_change`)}>
          {say('keepPlan')}
        </Button>
      )}
      {problem && <ProblemLine problem={problem} />}
    </div>
  )
}

/** What the change does and what it costs, and the button that makes it; the browser keeps the focus inside. */
function Confirm(props: {
  readonly id: string
  readonly plan: Choice
  readonly onClose: () => void
}): ReactElement {
  const say = useSay()
  const ref = useRef<HTMLDialogElement>(null)
  const { id, plan } = props
  const read = useRead<{ plan_change: OwnPlanChange }>(`/subscriptions/${id}/plans/${plan.id}`)
  const { run, isBusy, problem } = useWrite()
  useEffect(() => {
    if (!ref.current?.open) ref.current?.showModal()
  }, [])
  const change = async ({ plan: { id: plan_id }, terms }: OwnPlanChange) => {
    const done = await run('POST', `/subscriptions/${id}/plan_change`, { plan_change: { plan_id, terms } })
    // A dialog that is still open after a refusal shows what the plan is now.
    if (done === undefined) readAgain()
    else ref.current?.close()
  }
  return (
    <dialog
      ref={ref}
      className="portal-dialog portal-dialog-wide"
      aria-labelledby="change"
      onClose={props.onClose}
    >
      <div className="stack">
        <h2 id="change">{say('changeAsk', { plan: plan.name })}</h2>
        <Loaded read={read}>
          {({ plan_change: preview }) => (
            <>
              <p>
                {priceOf(say, preview.plan)} <span className="muted">{whenOf(say, preview.plan)}</span>
              </p>
              {preview.invoice && <Bill invoice={preview.invoice} isNow={preview.plan.kind === 'upgrade'} />}
              {problem && (problem.details.terms ? <Outdated /> : <ProblemLine problem={problem} />)}
              <div className="line">
                <Button autoFocus onClick={() => ref.current?.close()}>
                  {say('cancel')}
                </Button>
                <Button kind="primary" isBusy={isBusy} onClick={() => void change(preview)}>
                  {say('changePlan')}
                </Button>
              </div>
            </>
          )}
        </Loaded>
      </div>
    </dialog>
  )
}

function Outdated(): ReactElement {
  const say = useSay()
  return (
    <p role="alert" className="field-error">
      {say('planHasChanged')}
    </p>
  )
}

type PreviewedInvoice = NonNullable<OwnPlanChange['invoice']>
/** Fees that are not made have no ids. */
type FeeRow = PreviewedInvoice['fees'][number] & { readonly key: string }

function Bill(props: { readonly invoice: PreviewedInvoice; readonly isNow: boolean }): ReactElement {
  const say = useSay()
  const { invoice, isNow } = props
  const money = (cents: number | string) => formatCents(cents, invoice.currency)
  // An amount that is taken off is written with its sign, and not computed.
  const off = (name: string, cents: number) => (cents === 0 ? [] : [[name, money(`-${cents}`)] as const])
  const columns: Column<FeeRow>[] = [
    {
      head: say('item'),
      cell: ({ name, detail }) => (
        <>
          {name}
          {detail && <span className="muted"> {detail}</span>}
        </>
      ),
    },
    { head: say('units'), isNumber: true, cell: ({ units }) => formatUnits(units) },
    { head: say('amount'), isNumber: true, cell: (fee) => money(fee.amount_cents) },
  ]
  const totals = [
    ...off(say('billedBefore'), invoice.progressive_billing_credit_amount_cents),
    ...off(say('discounts'), invoice.coupons_amount_cents),
    ...invoice.taxes.map((tax) => [`${tax.name} ${formatRate(tax.rate)}`, money(tax.amount_cents)] as const),
    ...off(say('creditNotes'), invoice.credit_notes_amount_cents),
    ...off(say('prepaid'), invoice.prepaid_credit_amount_cents),
    [say('total'), money(invoice.total_amount_cents)] as const,
  ]
  const rows: FeeRow[] = invoice.fees.map((fee, n) => ({ ...fee, key: String(n) }))
  const title = isNow ? say('billNow') : say('billLater', { date: formatDay(invoice.issuing_date) })
  return (
    <div className="stack-tight">
      <h3>{title}</h3>
      <Table caption={title} columns={columns} rows={rows} keyOf={({ key }) => key} />
      <dl className="portal-totals">
        {totals.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
}
