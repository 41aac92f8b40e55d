import type { ReactElement } from 'react'
import type { OwnPlan, OwnSubscription } from '../../api/types.ts'
import { formatDate } from '../../format/dates.ts'
import { formatCents, formatPrice, formatRate, formatUnits } from '../../format/money.ts'
import { useRead } from '../api.ts'
import { type Say, useSay } from '../language.ts'
import { Card, Facts, Loaded, Page } from '../parts.tsx'
import { useSession } from '../session.ts'
import type { WordKey } from '../words/en.ts'

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

const INTERVALS: Readonly<Record<string, WordKey>> = {
  weekly: 'weekly',
  monthly: 'monthly',
  quarterly: 'quarterly',
  semiannual: 'semiannual',
  yearly: 'yearly',
}

function One({ id }: { readonly id: string }): ReactElement {
  const say = useSay()
  const { customer } = useSession()
  const read = useRead<{ subscription: OwnPlan }>(`/subscriptions/${id}`)
  return (
    <Loaded read={read}>
      {({ subscription: plan }) => {
        const currency = plan.currency ?? 'EUR'
        const amount = formatCents(plan.amount_cents, currency)
        const since =
          plan.started_at === null ? say('startsOn') : formatDate(plan.started_at, customer.timezone)
        return (
          <Card title={plan.name}>
            <p className="portal-figure">{say(INTERVALS[plan.interval ?? ''] ?? 'monthly', { amount })}</p>
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
            {plan.charges.length > 0 && <Prices plan={plan} currency={currency} />}
            {plan.entitlements.length > 0 && <Entitlements plan={plan} />}
          </Card>
        )
      }}
    </Loaded>
  )
}

function Prices({ plan, currency }: { readonly plan: OwnPlan; readonly currency: string }): ReactElement {
  const say = useSay()
  return (
    <div className="stack-tight">
      <h3>{say('prices')}</h3>
      <Facts facts={plan.charges.map((charge) => [charge.name, wordsOf(say, charge, currency)] as const)} />
    </div>
  )
}

/** The price of a charge in words; tiers are with its usage, where they can be compared with the units. */
function wordsOf(say: Say, { prices }: OwnPlan['charges'][number], currency: string): string {
  const text = (key: string) =>
    prices[key] === undefined || prices[key] === null ? null : String(prices[key])
  const [amount, rate, size, free] = [text('amount'), text('rate'), text('package_size'), text('free_units')]
  const words = [
    ...(amount === null
      ? []
      : [
          size === null
            ? formatPrice(amount, currency)
            : say('perPackage', { amount: formatPrice(amount, currency), size: formatUnits(size) }),
        ]),
    ...(rate === null ? [] : [say('percent', { rate: formatRate(rate) })]),
    ...(free === null || free === '0' ? [] : [say('freeUnits', { units: formatUnits(free) })]),
  ]
  return words.length === 0 ? say('byUsage') : words.join(' · ')
}

function Entitlements({ plan }: { readonly plan: OwnPlan }): ReactElement {
  const say = useSay()
  const valuesOf = ({ values }: OwnPlan['entitlements'][number]) =>
    values.map(({ name, value }) => (value === null ? name : `${name}: ${value}`)).join(' · ') || '✓'
  return (
    <div className="stack-tight">
      <h3>{say('entitlements')}</h3>
      <Facts facts={plan.entitlements.map((each) => [each.name, valuesOf(each)] as const)} />
    </div>
  )
}
