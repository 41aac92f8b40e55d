import type { ReactElement } from 'react'
import { OWN_API, useOne } from '../../api/queries.ts'
import type { Customer, LiveUsage, Subscription } from '../../api/types.ts'
import { formatPeriod } from '../../format/dates.ts'
import { formatCents, formatUnits } from '../../format/money.ts'
import { Link, useAt } from '../../parts/link.tsx'
import { Loaded } from '../../parts/states.tsx'
import { Tag } from '../../parts/status.tsx'
import { modelLabel } from '../plans/models.tsx'

const LIVE_EVERY_MS = 1500

/** What a subscription has used in its present period, renewed by itself. */
export function UsageCards(props: {
  readonly subscription: Subscription
  readonly isNamed?: boolean
}): ReactElement {
  const { subscription, isNamed } = props
  const at = useAt()
  const customer = encodeURIComponent(subscription.external_customer_id)
  const query = useOne<LiveUsage>(
    `${OWN_API}/customers/${customer}/live_usage?external_subscription_id=${encodeURIComponent(subscription.external_id)}`,
    'live_usage',
    { every: LIVE_EVERY_MS },
  )
  const { data: payer } = useOne<Customer>(`/customers/${customer}`, 'customer')
  const zone = payer?.applicable_timezone ?? 'UTC'
  const isLive = query.error === null
  return (
    <Loaded query={query} rows={3}>
      {(usage) => (
        <section className="stack" aria-label={`Usage of ${subscription.external_id}`}>
          <div className="line-between">
            <div>
              <h2>{isNamed ? subscription.name || subscription.external_id : 'Usage of this period'}</h2>
              <p className="muted">
                {formatPeriod(usage.from_datetime, usage.to_datetime, zone)}, in {zone}
              </p>
            </div>
            <span className="line">
              <span className={isLive ? 'live live-on' : 'live'}>{isLive ? 'Live' : 'Reconnecting…'}</span>
              <strong className="figure-value" data-testid="usage-total">
                {formatCents(usage.amount_cents, usage.currency)}
              </strong>
            </span>
          </div>
          {usage.charges_usage.length === 0 && <p className="muted">This plan meters nothing.</p>}
          <ul className="usage-cards">
            {usage.charges_usage.map((charge) => (
              <UsageCard
                key={charge.charge.lago_id}
                usage={charge}
                currency={usage.currency}
                href={at(
                  `/developers/events?code=${encodeURIComponent(charge.billable_metric.code)}&subscription=${encodeURIComponent(subscription.external_id)}`,
                )}
              />
            ))}
          </ul>
        </section>
      )}
    </Loaded>
  )
}

function UsageCard(props: {
  readonly usage: LiveUsage['charges_usage'][number]
  readonly currency: string
  readonly href: string
}): ReactElement {
  const { usage, currency, href } = props
  const name = usage.charge.invoice_display_name || usage.billable_metric.name
  const filters = usage.filters.filter(({ units }) => units !== '0.0')
  return (
    <li className="card usage-card">
      <div className="line-between">
        <h3>{name}</h3>
        <Tag>{modelLabel(usage.charge.charge_model)}</Tag>
      </div>
      <div className="line-between">
        <span className="figure-value">{formatUnits(usage.units)}</span>
        <span className="usage-amount">{formatCents(usage.amount_cents, currency)}</span>
      </div>
      <TierReached tier={usage.tier} />
      {filters.length > 0 && (
        <ul className="usage-parts">
          {filters.map((part, at) => (
            <li key={at}>
              <span className="line-between">
                <span className="muted">
                  {part.invoice_display_name ||
                    (part.values ? Object.values(part.values).flat().join(', ') : 'Others')}
                </span>
                <span>
                  {formatUnits(part.units)} · {formatCents(part.amount_cents, currency)}
                </span>
              </span>
              <TierReached tier={part.tier} />
            </li>
          ))}
        </ul>
      )}
      <Link href={href} className="caption">
        {usage.events_count.toLocaleString()} {usage.events_count === 1 ? 'event' : 'events'}
      </Link>
    </li>
  )
}

/** Which tier the units have reached, and how far the next one is. */
function TierReached({ tier }: Pick<LiveUsage['charges_usage'][number], 'tier'>): ReactElement | null {
  if (!tier) return null
  const { number, count, left } = tier
  return (
    <span className="bill-detail">
      Tier {number} of {count}
      {left !== null && ` · ${formatUnits(left)} ${left === '1.0' ? 'unit' : 'units'} to the next`}
    </span>
  )
}
