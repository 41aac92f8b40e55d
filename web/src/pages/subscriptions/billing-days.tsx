import { useQuery } from '@tanstack/react-query'
import type { ReactElement } from 'react'
import { type ApiProblem, send } from '../../api/client.ts'
import { OWN_API } from '../../api/queries.ts'
import { useOrganization } from '../../api/session.ts'
import type { SubscriptionPreview } from '../../api/types.ts'
import { counted } from '../../format/counts.ts'
import { formatDay, formatPeriod } from '../../format/dates.ts'
import { Card, None } from '../../parts/page.tsx'
import { Loaded } from '../../parts/states.tsx'

type Dates = SubscriptionPreview['bills'][number]['price']

/** What the first bills of a subscription depend on, as the API takes it. */
export type BillingDaysWish = {
  readonly external_customer_id: string
  readonly plan_code: string
  readonly billing_time: string
  readonly subscription_at?: string | undefined
  readonly ending_at?: string | undefined
}

/** The first bills of a subscription that is not made yet, and what its start in the past leaves out. */
export function BillingDays({ wish }: { readonly wish: BillingDaysWish }): ReactElement {
  const { slug } = useOrganization()
  const isReady = wish.external_customer_id !== '' && wish.plan_code !== ''
  const query = useQuery<SubscriptionPreview, ApiProblem>({
    queryKey: [slug, 'subscription-preview', wish],
    queryFn: async ({ signal }) => {
      type Answer = { subscription_preview: SubscriptionPreview }
      const path = `${OWN_API}/subscription_previews`
      return (await send<Answer>('POST', path, { subscription: wish }, signal)).subscription_preview
    },
    enabled: isReady,
    retry: false,
  })
  if (!isReady) return <></>
  return (
    <Card title="Billing days">
      <Loaded query={query} rows={3}>
        {(preview) => (
          <div className="stack">
            <Bills preview={preview} />
            {preview.unbilled_periods_count > 0 && <Unbilled preview={preview} />}
          </div>
        )}
      </Loaded>
    </Card>
  )
}

function Bills({ preview }: { readonly preview: SubscriptionPreview }): ReactElement {
  return (
    <table className="table bill-days">
      <caption>The first invoices, in {preview.timezone}</caption>
      <thead>
        <tr>
          <th scope="col">Invoice of</th>
          <th scope="col">Price for</th>
          <th scope="col">Usage of</th>
        </tr>
      </thead>
      <tbody>
        {preview.bills.map((bill) => (
          <tr key={bill.billing_at}>
            <th scope="row">{formatDay(bill.billing_date)}</th>
            <td>{datesText(bill.price)}</td>
            <td>{datesText(bill.usage)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Unbilled({ preview }: { readonly preview: SubscriptionPreview }): ReactElement {
  const { unbilled_periods: periods, unbilled_periods_count: count } = preview
  return (
    <div className="notice notice-warning" role="note">
      <h3 className="notice-title">Never billed, because it starts in the past</h3>
      <ul>
        {periods.map((period) => (
          <li key={period.from_date}>
            {datesText(period)}: {missing(period)}
          </li>
        ))}
        {count > periods.length && <li>and {counted(count - periods.length, 'period')} before</li>}
      </ul>
    </div>
  )
}

function missing(period: SubscriptionPreview['unbilled_periods'][number]): string {
  if (period.is_usage_billed) return 'not the price'
  return period.is_price_billed ? 'not the usage' : 'neither the price nor the usage'
}

function datesText(dates: Dates): ReactElement | string {
  return dates ? formatPeriod(`${dates.from_date}T00:00:00Z`, `${dates.to_date}T00:00:00Z`) : <None />
}
