import type { ReactElement } from 'react'
import type { OwnPlan, OwnSubscription } from '../../api/types.ts'
import { formatDate } from '../../format/dates.ts'
import { useRead } from '../api.ts'
import { useSay } from '../language.ts'
import { Card, Facts, Loaded, Page } from '../parts.tsx'
import { PlanChoices } from '../plan-change.tsx'
import { entitlementWords, priceOf, pricesOf } from '../plan-words.ts'
import { useSession, useShows } from '../session.ts'

/** What the customer has subscribed to, in words. */
export function Plan(): ReactElement {
  const say = useSay()
  const read = useRead<{ subscriptions: readonly OwnSubscription[] }>('/overview')
  return (
    <Page title={say('plan')}>
      <Loaded read={read}>
        {({ subscriptions }) => (
          <div className="stack-wide">
            {subscriptions.length === 0 && <p className="muted">{say('noSubscriptions')}</p>}
            {subscriptions.map(({ id }) => (
              <One key={id} id={id} />
            ))}
          </div>
        )}
      </Loaded>
    </Page>
  )
}

function One({ id }: { readonly id: string }): ReactElement {
  const say = useSay()
  const { customer } = useSession()
  const shows = useShows()
  const read = useRead<{ subscription: OwnPlan }>(`/subscriptions/${id}`)
  return (
    <Loaded read={read}>
      {({ subscription: plan }) => {
        const currency = plan.currency ?? 'EUR'
        const since =
          plan.started_at === null ? say('startsOn') : formatDate(plan.started_at, customer.timezone)
        return (
          <Card title={plan.name}>
            <p className="portal-figure">{priceOf(say, plan)}</p>
            <p className="muted">{say(plan.is_paid_in_advance ? 'inAdvance' : 'inArrears')}</p>
            {plan.description && <p>{plan.description}</p>}
            <Facts
              facts={[
                [say('plan'), plan.plan_name],
                [say('since'), since],
                ...(plan.ending_at
                  ? ([[say('endsOn'), formatDate(plan.ending_at, customer.timezone)]] as const)
                  : []),
              ]}
            />
            <Prices plan={plan} currency={currency} />
            {plan.entitlements.length > 0 && <Entitlements plan={plan} />}
            {shows('plan_changes') && plan.status === 'active' && <PlanChoices id={plan.id} />}
          </Card>
        )
      }}
    </Loaded>
  )
}

function Prices(props: { readonly plan: OwnPlan; readonly currency: string }): ReactElement | null {
  const say = useSay()
  const prices = pricesOf(say, props.plan, props.currency)
  if (prices.length === 0) return null
  return (
    <div className="stack-tight">
      <h3>{say('prices')}</h3>
      <Facts facts={prices} />
    </div>
  )
}

function Entitlements({ plan }: { readonly plan: OwnPlan }): ReactElement {
  const say = useSay()
  return (
    <div className="stack-tight">
      <h3>{say('entitlements')}</h3>
      <Facts facts={plan.entitlements.map((each) => [each.name, entitlementWords(each)] as const)} />
    </div>
  )
}
