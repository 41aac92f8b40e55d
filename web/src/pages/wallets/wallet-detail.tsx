import { useParams } from '@tanstack/react-router'
import { type ReactElement, useState } from 'react'
import { useNames } from '../../api/names.ts'
import { useNow } from '../../api/now.ts'
import { OWN_API, useOne } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import type { Wallet } from '../../api/types.ts'
import { BalanceLine, type BalancePoint } from '../../charts/balance-line.tsx'
import { formatDate, formatTime } from '../../format/dates.ts'
import { formatCents, formatPrice, formatUnits } from '../../format/money.ts'
import { ApiCallButton } from '../../parts/api-call.tsx'
import { Button, ButtonLink, Code } from '../../parts/button.tsx'
import { Confirm } from '../../parts/dialog.tsx'
import { Link, useAt } from '../../parts/link.tsx'
import { LoadedPage } from '../../parts/loaded-page.tsx'
import { Card, Columns, Facts, Figure, None, Page } from '../../parts/page.tsx'
import { Loaded } from '../../parts/states.tsx'
import { Status } from '../../parts/status.tsx'
import { Tabs } from '../../parts/tabs.tsx'
import { useRecent } from '../../shell/recent.ts'
import { ActivityList } from '../activity/activity-list.tsx'
import { TopUp, VoidCredits } from './move-credits.tsx'
import { TransactionTable } from './transaction-table.tsx'
import { walletName } from './wallet-table.tsx'
import { FEE_TYPES, storedRuleSentence } from './wallet-values.ts'

const TABS = ['overview', 'transactions', 'activity'] as const

/** One wallet: what it holds, how long it lasts, what moved it. */
export function WalletDetail(): ReactElement {
  const { id = '', tab = 'overview' } = useParams({ strict: false }) as { id?: string; tab?: string }
  const at = useAt()
  const query = useOne<Wallet>(`/wallets/${encodeURIComponent(id)}`, 'wallet')
  return (
    <LoadedPage title="Wallet" crumbs={[{ label: 'Wallets', href: at('/wallets') }]} query={query}>
      {(wallet) => <Detail wallet={wallet} tab={tab} />}
    </LoadedPage>
  )
}

function usePayerName({ external_customer_id: id }: Wallet): string {
  return useNames({ customers: [id] })('customers', id)
}

type Question = 'top_up' | 'void' | 'terminate' | null

function Detail({ wallet, tab }: { readonly wallet: Wallet; readonly tab: string }): ReactElement {
  const [question, ask] = useState<Question>(null)
  const at = useAt()
  const may = useMay()
  const name = walletName(wallet)
  const payer = usePayerName(wallet)
  useRecent('Wallet', name)
  const home = at(`/wallets/${wallet.lago_id}`)
  const customer = at(`/customers/${encodeURIComponent(wallet.external_customer_id)}`)
  const ended = wallet.status === 'active' ? undefined : 'The wallet has ended.'
  return (
    <Page
      title={name}
      crumbs={[
        { label: 'Wallets', href: at('/wallets') },
        { label: payer, href: `${customer}/wallets` },
      ]}
      status={<Status status={wallet.status} />}
      facts={
        <>
          <Code text={wallet.code} />
          <Link className="in-text" href={customer}>
            {payer}
          </Link>
          <span>1 credit = {formatPrice(wallet.rate_amount, wallet.currency)}</span>
        </>
      }
      action={
        !ended && (
          <>
            {may('wallets:top_up') && (
              <Button kind="primary" icon="plus" onClick={() => ask('top_up')}>
                Top up
              </Button>
            )}
            {may('wallets:update') && (
              <ButtonLink href={`${home}/edit`} icon="edit">
                Edit
              </ButtonLink>
            )}
          </>
        )
      }
      menu={[
        ...(may('wallets:top_up')
          ? [
              {
                label: 'Void credits',
                icon: 'close' as const,
                refusal: ended ?? (wallet.balance_cents > 0 ? undefined : 'The wallet is empty.'),
                onSelect: () => ask('void'),
              },
            ]
          : []),
        ...(may('wallets:terminate')
          ? [
              {
                label: 'Terminate',
                icon: 'trash' as const,
                isDangerous: true,
                refusal: ended,
                onSelect: () => ask('terminate'),
              },
            ]
          : []),
      ]}
      tabs={
        <Tabs
          label="Parts of the wallet"
          tabs={TABS.map((each) => ({
            href: each === 'overview' ? home : `${home}/${each}`,
            label: each.charAt(0).toUpperCase() + each.slice(1),
            isCurrent: each === tab,
          }))}
        />
      }
    >
      {tab === 'overview' && <Overview wallet={wallet} />}
      {tab === 'transactions' && <TransactionTable wallet={wallet} />}
      {tab === 'activity' && <ActivityList params={{ resource_ids: [wallet.lago_id] }} />}
      {question === 'top_up' && <TopUp wallet={wallet} onClose={() => ask(null)} />}
      {question === 'void' && <VoidCredits wallet={wallet} onClose={() => ask(null)} />}
      <Confirm
        title={`Terminate ${name}?`}
        isOpen={question === 'terminate'}
        onClose={() => ask(null)}
        verb="Terminate wallet"
        isDangerous
        write={{ method: 'DELETE', path: `/wallets/${wallet.lago_id}` }}
        mustType={wallet.code}
        done={`${name} was terminated.`}
      >
        <p>
          The {formatCents(wallet.balance_cents, wallet.currency)} in it (
          {formatUnits(wallet.credits_balance)} credits) can never be spent. Nothing is paid back.
        </p>
      </Confirm>
    </Page>
  )
}

type History = {
  readonly points: readonly BalancePoint[]
  readonly spent_cents_in_30_days: number
  readonly empty_at: string | null
}

function Overview({ wallet }: { readonly wallet: Wallet }): ReactElement {
  const now = useNow()
  const { currency } = wallet
  const history = useOne<History>(`${OWN_API}/wallets/${wallet.lago_id}/balance_history`, 'balance_history')
  const rules = wallet.recurring_transaction_rules.filter(({ status }) => status === 'active')
  return (
    <Columns aside={<Aside wallet={wallet} />}>
      <div className="figures">
        <Figure
          label="Balance"
          value={formatCents(wallet.balance_cents, currency)}
          note={`${formatUnits(wallet.credits_balance)} credits`}
        />
        <Figure
          label="After current usage"
          value={formatCents(wallet.ongoing_balance_cents, currency)}
          note={`${formatCents(wallet.ongoing_usage_balance_cents, currency)} not invoiced yet`}
        />
        <Figure
          label="Spent in 30 days"
          value={formatCents(history.data?.spent_cents_in_30_days, currency)}
          note="On invoices"
        />
        <Figure
          label="Empty"
          value={history.data?.empty_at ? formatDate(history.data.empty_at) : <None />}
          note={
            wallet.ongoing_balance_cents < 0 && !history.data?.empty_at
              ? 'Used up by the next invoice'
              : 'At this pace'
          }
        />
      </div>
      <Card title="Balance over time">
        <Loaded query={history} rows={4}>
          {({ points, empty_at }) =>
            points.length === 0 ? (
              <p className="muted">Nothing has entered this wallet yet.</p>
            ) : (
              <BalanceLine
                name={walletName(wallet)}
                points={points}
                currency={currency}
                ongoingCents={wallet.ongoing_balance_cents}
                now={Date.parse(wallet.terminated_at ?? new Date(now).toISOString())}
                emptyAt={empty_at}
              />
            )
          }
        </Loaded>
      </Card>
      <Card title="Recurring top-up">
        {rules.length === 0 ? (
          <p className="muted">None. It is filled by hand.</p>
        ) : (
          rules.map((rule) => <p key={rule.lago_id}>{storedRuleSentence(rule)}</p>)
        )}
      </Card>
    </Columns>
  )
}

function Aside({ wallet }: { readonly wallet: Wallet }): ReactElement {
  const { applies_to: scope, currency } = wallet
  const nameOf = useNames({
    billable_metrics: scope.billable_metric_codes,
    billing_entities: [wallet.billing_entity_code],
  })
  const limits = [
    ...scope.fee_types.map((type) => FEE_TYPES.find(({ value }) => value === type)?.label ?? type),
    ...scope.billable_metric_codes.map((code) => nameOf('billable_metrics', code)),
  ]
  const limit = (cents: number | null) => cents !== null && formatCents(cents, currency)
  return (
    <Card
      title="Facts"
      aside={<ApiCallButton write={{ method: 'GET', path: `/wallets/${wallet.lago_id}` }} />}
    >
      <Facts
        facts={[
          ['Pays for', limits.length === 0 ? 'Everything' : limits.join(', ')],
          ['Priority', wallet.priority],
          ['Consumed', `${formatUnits(wallet.consumed_credits)} credits`],
          ['Smallest purchase', limit(wallet.paid_top_up_min_amount_cents) || null],
          ['Largest purchase', limit(wallet.paid_top_up_max_amount_cents) || null],
          ['Billing entity', nameOf('billing_entities', wallet.billing_entity_code)],
          ['Expires', wallet.expiration_at && formatTime(wallet.expiration_at)],
          ['Created', formatTime(wallet.created_at)],
          ['Terminated', wallet.terminated_at && formatTime(wallet.terminated_at)],
          ['Id', <Code key="id" text={wallet.lago_id} />],
        ]}
      />
    </Card>
  )
}
