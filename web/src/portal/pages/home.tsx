import type { ReactElement } from 'react'
import type { NextInvoice, Owed, OwnAlert, OwnSubscription, OwnWallet } from '../../api/types.ts'
import { formatDay, formatPeriod } from '../../format/dates.ts'
import { formatCents, formatUnits } from '../../format/money.ts'
import { reachedNews } from '../alert-words.ts'
import { useRead } from '../api.ts'
import { useSay } from '../language.ts'
import { Card, Loaded, Page } from '../parts.tsx'
import { Link } from '../route.tsx'
import { useSession, useShows } from '../session.ts'

type Overview = { readonly owed: readonly Owed[]; readonly subscriptions: readonly OwnSubscription[] }

/** What is owed, what comes next, and what there is. */
export function Home(): ReactElement {
  const say = useSay()
  const shows = useShows()
  const overview = useRead<Overview>('/overview')
  return (
    <Page title={say('home')}>
      {shows('alerts') && <Reached />}
      <Loaded read={overview}>
        {({ owed, subscriptions }) => (
          <>
            <div className="portal-figures">
              {shows('invoices') && <OwedCard owed={owed} />}
              {shows('amounts') && subscriptions.length > 0 && <NextCard subscriptions={subscriptions} />}
              {shows('wallets') && <WalletCards />}
            </div>
            <Subscriptions subscriptions={subscriptions} />
          </>
        )}
      </Loaded>
    </Page>
  )
}

/** The alerts of the customer whose amount has been reached. */
function Reached(): ReactElement | null {
  const say = useSay()
  const { data } = useRead<{ alerts: readonly OwnAlert[] }>('/alerts?per_page=100')
  const reached = data?.alerts.filter(({ is_reached }) => is_reached) ?? []
  if (reached.length === 0) return null
  return (
    <section className="notice notice-warning portal-notice" aria-label={say('alerts')}>
      <ul className="portal-reached">
        {reached.map((alert) => (
          <li key={alert.id}>{reachedNews(say, alert)}</li>
        ))}
      </ul>
      <Link to="alerts">{say('alerts')}</Link>
    </section>
  )
}

function OwedCard({ owed }: { readonly owed: readonly Owed[] }): ReactElement {
  const say = useSay()
  return (
    <Card title={say('toPay')}>
      {owed.length === 0 && <p className="portal-figure">{say('nothingToPay')}</p>}
      {owed.map((each) => (
        <div key={each.currency}>
          <p className="portal-figure">{formatCents(each.due_cents, each.currency)}</p>
          <p className="muted">
            {say('openInvoices', { count: formatUnits(each.due_count) })}
            {each.overdue_count > 0 && (
              <span className="portal-late">
                {' · '}
                {say('overdueOf', { amount: formatCents(each.overdue_cents, each.currency) })}
              </span>
            )}
          </p>
        </div>
      ))}
      {owed.length > 0 && <Link to="invoices">{say('invoices')}</Link>}
    </Card>
  )
}

function NextCard(props: { readonly subscriptions: readonly OwnSubscription[] }): ReactElement | null {
  const { subscriptions } = props
  const say = useSay()
  const read = useRead<{ next_invoices: readonly NextInvoice[] }>('/next_invoices')
  if (read.data?.next_invoices.length === 0) return null
  return (
    <Card title={say('nextInvoice')}>
      <Loaded read={read}>
        {({ next_invoices: next }) =>
          next.map((each) => (
            <div key={each.subscription_id}>
              <p className="portal-figure">{formatCents(each.total_amount_cents, each.currency)}</p>
              <p className="muted">
                {subscriptions.length > 1 &&
                  `${subscriptions.find(({ id }) => id === each.subscription_id)?.name}: `}
                {say('estimate', { date: formatDay(each.issuing_date) })}
              </p>
            </div>
          ))
        }
      </Loaded>
    </Card>
  )
}

function WalletCards(): ReactElement | null {
  const say = useSay()
  const { data } = useRead<{ wallets: readonly OwnWallet[] }>('/wallets')
  const active = data?.wallets.filter(({ status }) => status === 'active') ?? []
  return (
    <>
      {active.map((wallet) => (
        <Card key={wallet.id} title={wallet.name || say('wallets')}>
          <p className="portal-figure">{formatCents(wallet.balance_cents, wallet.currency)}</p>
          <p className="muted">{say('creditsOf', { credits: formatUnits(wallet.credits_balance) })}</p>
          <Link to={`wallets/${wallet.id}`}>{say('wallets')}</Link>
        </Card>
      ))}
    </>
  )
}

function Subscriptions(props: { readonly subscriptions: readonly OwnSubscription[] }): ReactElement {
  const say = useSay()
  const shows = useShows()
  const { customer } = useSession()
  return (
    <Card title={say('subscriptions')}>
      {props.subscriptions.length === 0 && <p className="muted">{say('noSubscriptions')}</p>}
      <ul className="portal-list">
        {props.subscriptions.map((each) => (
          <li key={each.id} className="line-between">
            <div>
              <h3>{each.name}</h3>
              <p className="muted">
                {each.period_from === null
                  ? say('startsOn')
                  : formatPeriod(each.period_from, each.period_to, customer.timezone)}
              </p>
            </div>
            {shows('usage') && each.status === 'active' && (
              <Link to={`usage/${each.id}`} aria-label={`${say('usage')}: ${each.name}`}>
                {say('usage')}
              </Link>
            )}
          </li>
        ))}
      </ul>
    </Card>
  )
}
