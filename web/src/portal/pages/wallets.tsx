import { type FormEvent, type ReactElement, useEffect, useRef, useState } from 'react'
import type { ApiProblem } from '../../api/client.ts'
import type { OwnInvoiceInFull, OwnTransaction, OwnWallet } from '../../api/types.ts'
import { formatDate } from '../../format/dates.ts'
import { formatCents, formatPrice, formatUnits } from '../../format/money.ts'
import { exampleNumber, readDecimal } from '../../format/typed-number.ts'
import { readAgain, useRead, useWrite } from '../api.ts'
import { type Say, useSay } from '../language.ts'
import {
  Button,
  Card,
  type Column,
  Facts,
  Loaded,
  Page,
  type Paged,
  Pages,
  Status,
  Table,
} from '../parts.tsx'
import { Link } from '../route.tsx'
import { useSession, useShows } from '../session.ts'
import { Transfer } from '../transfer.tsx'
import type { WordKey } from '../words/en.ts'

/** The wallets; the one that was chosen, or the only one, with its movements. */
export function Wallets({ id }: { readonly id: string }): ReactElement {
  const say = useSay()
  const read = useRead<{ wallets: readonly OwnWallet[] }>('/wallets')
  return (
    <Page title={say('wallets')}>
      <Loaded read={read}>
        {({ wallets }) => {
          const chosen = wallets.find((wallet) => wallet.id === id) ?? wallets[0]
          if (!chosen) return <p className="muted">{say('noWallets')}</p>
          return (
            <div className="stack-wide">
              {wallets.length > 1 && (
                <ul className="portal-tabs">
                  {wallets.map((wallet) => (
                    <li key={wallet.id}>
                      <Link
                        to={`wallets/${wallet.id}`}
                        aria-current={wallet.id === chosen.id ? 'true' : undefined}
                      >
                        {wallet.name || formatCents(wallet.balance_cents, wallet.currency)}
                      </Link>
                    </li>
                  ))}
                </ul>
              )}
              <One key={chosen.id} wallet={chosen} />
            </div>
          )
        }}
      </Loaded>
    </Page>
  )
}

type OfWallet = { readonly wallet: OwnWallet }

function One({ wallet }: OfWallet): ReactElement {
  const say = useSay()
  const shows = useShows()
  const { customer, is_view_only } = useSession()
  const isActive = wallet.status === 'active'
  return (
    <>
      <Card
        title={wallet.name || say('balance')}
        aside={isActive ? undefined : <Status tone="neutral">{say('ended')}</Status>}
      >
        <p className="portal-figure">{formatCents(wallet.balance_cents, wallet.currency)}</p>
        <Facts
          facts={[
            [say('available'), say('creditsOf', { credits: formatUnits(wallet.credits_balance) })],
            [say('afterUsage'), formatCents(wallet.ongoing_balance_cents, wallet.currency)],
          ]}
        />
        <p className="muted">
          {say('creditPrice', { amount: formatPrice(wallet.rate_amount, wallet.currency) })}
        </p>
        {wallet.expires_at && (
          <p className="muted">
            {say('expiresOn', { date: formatDate(wallet.expires_at, customer.timezone) })}
          </p>
        )}
        {wallet.rules.map((rule) => (
          <p key={rule.trigger} className="muted">
            {rule.trigger === 'threshold'
              ? say('ruleThreshold', { credits: formatUnits(rule.threshold_credits) })
              : say('ruleInterval')}
          </p>
        ))}
      </Card>
      {isActive && shows('top_ups') && !is_view_only && <TopUp wallet={wallet} />}
      <Movements wallet={wallet} />
    </>
  )
}

const PROBLEMS: Readonly<Record<string, WordKey>> = {
  amount_below_minimum: 'tooLittle',
  amount_above_maximum: 'tooMuch',
  value_is_mandatory: 'missing',
}

function refusalOf(problem: ApiProblem, say: Say): string {
  const [code] = problem.details.paid_credits ?? []
  return say(problem.status === 429 ? 'tooMany' : (PROBLEMS[code ?? ''] ?? 'wrongValue'))
}

function TopUp({ wallet }: OfWallet): ReactElement {
  const say = useSay()
  const { run, isBusy, problem } = useWrite()
  const [credits, setCredits] = useState('')
  const [bought, setBought] = useState<string | null>(null)
  const [isUnread, setUnread] = useState(false)
  const field = useRef<HTMLInputElement>(null)
  const limits = [
    ...(wallet.top_up_min_cents === null
      ? []
      : [say('atLeast', { amount: formatCents(wallet.top_up_min_cents, wallet.currency) })]),
    ...(wallet.top_up_max_cents === null
      ? []
      : [say('atMost', { amount: formatCents(wallet.top_up_max_cents, wallet.currency) })]),
  ]
  const wrong = isUnread
    ? say('notANumber', { example: exampleNumber() })
    : problem && refusalOf(problem, say)
  const buy = async (event: FormEvent) => {
    event.preventDefault()
    setBought(null)
    const paid_credits = readDecimal(credits)
    setUnread(paid_credits === undefined)
    if (paid_credits === undefined) return field.current?.focus()
    const top_up = { paid_credits }
    type Answer = { readonly transactions: readonly OwnTransaction[] }
    const answer = await run<Answer>('POST', `/wallets/${wallet.id}/top_ups`, { top_up })
    if (answer === undefined) return field.current?.focus()
    setCredits('')
    setBought(answer.transactions[0]?.id ?? null)
  }
  return (
    <Card title={say('buy')}>
      <form className="portal-buy" onSubmit={(event) => void buy(event)} noValidate>
        <div className="field">
          <label htmlFor="credits">{say('credits')}</label>
          <input
            id="credits"
            ref={field}
            className="input"
            inputMode="decimal"
            autoComplete="off"
            value={credits}
            onChange={(event) => setCredits(event.target.value)}
            aria-invalid={wrong !== null}
            aria-describedby="credits-help"
          />
        </div>
        <Button type="submit" kind="primary" isBusy={isBusy}>
          {say('buy')}
        </Button>
      </form>
      <p id="credits-help" className={wrong ? 'field-error' : 'help'} role={wrong ? 'alert' : undefined}>
        {wrong ?? limits.join(' · ')}
      </p>
      <p role="status" className="portal-good">
        {bought !== null && say('bought')}
      </p>
      {bought !== null && <InvoiceOf key={bought} walletId={wallet.id} purchaseId={bought} />}
    </Card>
  )
}

/** The invoice of a purchase is made soon after it. */
const LOOKS_MAX = 20
const LOOK_MS = 1500

/** The invoice of a purchase, as soon as there is one, and how it is paid by bank transfer. */
function InvoiceOf(props: { readonly walletId: string; readonly purchaseId: string }): ReactElement | null {
  const say = useSay()
  const shows = useShows()
  const [looks, setLooks] = useState(0)
  type Answer = { readonly transactions: readonly OwnTransaction[] }
  const path = shows('invoices') ? `/wallets/${props.walletId}/transactions?page=1&per_page=20` : null
  const { data } = useRead<Answer>(path)
  const invoiceId = data?.transactions.find(({ id }) => id === props.purchaseId)?.invoice_id ?? null
  const isAwaited = path !== null && invoiceId === null && looks < LOOKS_MAX
  useEffect(() => {
    if (!isAwaited) return
    const timer = setTimeout(() => {
      setLooks(looks + 1)
      readAgain()
    }, LOOK_MS)
    return () => clearTimeout(timer)
  }, [isAwaited, looks])
  const read = useRead<{ invoice: OwnInvoiceInFull }>(invoiceId === null ? null : `/invoices/${invoiceId}`)
  const invoice = read.data?.invoice
  if (!invoice) return null
  return (
    <div className="stack">
      <p>
        <Link to={`invoices/${invoice.id}`}>
          {say('invoice')} {invoice.number}
        </Link>
      </p>
      <Transfer invoice={invoice} />
    </div>
  )
}

const KINDS: Readonly<Record<string, WordKey>> = {
  purchased: 'purchased',
  granted: 'granted',
  invoiced: 'used',
  voided: 'removed',
}

function Movements({ wallet }: OfWallet): ReactElement {
  const say = useSay()
  const { customer } = useSession()
  const [page, setPage] = useState(1)
  type Answer = Paged & { readonly transactions: readonly OwnTransaction[] }
  const read = useRead<Answer>(`/wallets/${wallet.id}/transactions?page=${page}&per_page=20`)
  const standing = ({ status }: OwnTransaction) => {
    if (status === 'settled') return <Status tone="success">{say('done')}</Status>
    if (status === 'failed') return <Status tone="danger">{say('notDone')}</Status>
    return <Status tone="info">{say('waiting')}</Status>
  }
  const sign = ({ direction }: OwnTransaction) => (direction === 'outbound' ? '-' : '')
  const columns: Column<OwnTransaction>[] = [
    { head: say('date'), cell: ({ created_at }) => formatDate(created_at, customer.timezone) },
    { head: say('kind'), cell: ({ kind, name }) => name || say(KINDS[kind] ?? 'used') },
    { head: say('status'), cell: standing },
    { head: say('credits'), isNumber: true, cell: (row) => formatUnits(`${sign(row)}${row.credits}`) },
    {
      head: say('amount'),
      isNumber: true,
      cell: (row) => formatCents(`${sign(row)}${row.amount_cents}`, row.currency),
    },
  ]
  return (
    <Card title={say('movements')}>
      <Loaded read={read}>
        {({ transactions, meta }) =>
          transactions.length === 0 ? (
            <p className="muted">{say('noMovements')}</p>
          ) : (
            <>
              <Table
                caption={say('movements')}
                columns={columns}
                rows={transactions}
                keyOf={({ id }) => id}
              />
              <Pages meta={meta} onPage={setPage} />
            </>
          )
        }
      </Loaded>
    </Card>
  )
}
