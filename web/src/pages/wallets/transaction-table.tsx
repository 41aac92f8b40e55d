import type { ReactElement } from 'react'
import { useList, useOne } from '../../api/queries.ts'
import type { Wallet, WalletTransaction } from '../../api/types.ts'
import { formatDate, formatTime } from '../../format/dates.ts'
import { formatCents, formatPrice, formatUnits } from '../../format/money.ts'
import { Code } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Link, useAt, useGo } from '../../parts/link.tsx'
import { type Column, FilterBar, FilterChip, List, Table, useView } from '../../parts/list.tsx'
import { Card, Facts, None } from '../../parts/page.tsx'
import { Empty, Loaded } from '../../parts/states.tsx'
import { Status } from '../../parts/status.tsx'

const KINDS: Readonly<Record<WalletTransaction['transaction_status'], string>> = {
  purchased: 'Purchased',
  granted: 'Granted',
  voided: 'Voided',
  invoiced: 'Paid an invoice',
}
const SOURCES: Readonly<Record<WalletTransaction['source'], string>> = {
  manual: 'By hand',
  interval: 'Regular top-up',
  threshold: 'Ran low',
}

const signed = (transaction: WalletTransaction, text: string): string =>
  transaction.transaction_type === 'inbound' ? `+${text}` : `\u2212${text}`

const options = (words: Readonly<Record<string, string>>) =>
  Object.entries(words).map(([value, label]) => ({ value, label }))

/** What entered and left a wallet, newest first. */
export function TransactionTable({ wallet }: { readonly wallet: Wallet }): ReactElement {
  const view = useView()
  const go = useGo()
  const opened = view.get('transaction')
  const one = useOne<WalletTransaction>(`/wallet_transactions/${opened}`, 'wallet_transaction', {
    enabled: opened !== '',
  })
  const query = useList<WalletTransaction>(
    `/wallets/${wallet.lago_id}/wallet_transactions`,
    'wallet_transactions',
    {
      page: view.page,
      per_page: 50,
      transaction_status: view.get('kind'),
      status: view.get('status'),
    },
  )
  const columns: readonly Column<WalletTransaction>[] = [
    {
      title: 'What',
      cell: ({ name, transaction_status: kind }) => name || KINDS[kind],
    },
    { title: 'Status', cell: ({ status }) => <Status status={status} /> },
    { title: 'Source', isMinor: true, cell: ({ source }) => SOURCES[source] },
    {
      title: 'Credits',
      isNumber: true,
      cell: (transaction) => signed(transaction, formatUnits(transaction.credit_amount)),
    },
    {
      title: 'Money',
      isNumber: true,
      isMinor: true,
      cell: (transaction) => signed(transaction, formatPrice(transaction.amount, wallet.currency)),
    },
    {
      title: 'Left of it',
      isNumber: true,
      isMinor: true,
      cell: ({ remaining_credit_amount: left }) => (left === null ? <None /> : formatUnits(left)),
    },
    { title: 'When', isMinor: true, cell: ({ created_at }) => formatDate(created_at) },
  ]
  return (
    <>
      <FilterBar>
        <FilterChip view={view} name="kind" label="Kind" options={options(KINDS)} />
        <FilterChip
          view={view}
          name="status"
          label="Status"
          options={options({ pending: 'Pending', settled: 'Settled', failed: 'Failed' })}
        />
      </FilterBar>
      <List
        label="transactions"
        query={query}
        view={view}
        columns={columns}
        keyOf={({ lago_id }) => lago_id}
        hrefOf={({ lago_id }) => view.hrefWith({ transaction: lago_id })}
        filters={['kind', 'status']}
        empty={
          <Empty icon="wallet" title="No transaction yet">
            Top the wallet up to fill it.
          </Empty>
        }
      />
      {opened !== '' && one.data && (
        <OneTransaction
          wallet={wallet}
          transaction={one.data}
          onClose={() => go(view.hrefWith({ transaction: '' }))}
        />
      )}
    </>
  )
}

function OneTransaction(props: {
  readonly wallet: Wallet
  readonly transaction: WalletTransaction
  readonly onClose: () => void
}): ReactElement {
  const { wallet, transaction } = props
  const at = useAt()
  const invoice = transaction.lago_invoice_id ?? transaction.lago_voided_invoice_id
  return (
    <Dialog
      title={transaction.name || KINDS[transaction.transaction_status]}
      isOpen
      onClose={props.onClose}
      isWide
    >
      <div className="stack-wide">
        <Facts
          facts={[
            ['Kind', KINDS[transaction.transaction_status]],
            ['Status', <Status key="status" status={transaction.status} />],
            ['Credits', signed(transaction, formatUnits(transaction.credit_amount))],
            ['Money', signed(transaction, formatPrice(transaction.amount, wallet.currency))],
            ['Priority', transaction.priority],
            ['Made', formatTime(transaction.created_at)],
            ['Settled', transaction.settled_at && formatTime(transaction.settled_at)],
            [
              'Invoice',
              invoice && (
                <Link key="invoice" className="in-text" href={at(`/invoices/${invoice}`)}>
                  Open the invoice
                </Link>
              ),
            ],
            ['Id', <Code key="id" text={transaction.lago_id} />],
          ]}
        />
        {transaction.status === 'settled' && <OtherEnds wallet={wallet} transaction={transaction} />}
      </div>
    </Dialog>
  )
}

type OtherEnd = {
  readonly lago_id: string
  readonly amount_cents: number
  readonly credit_amount: string
  readonly created_at: string
  readonly wallet_transaction: WalletTransaction
}

/** What an inbound transaction paid for, or what an outbound one was paid from. */
function OtherEnds(props: {
  readonly wallet: Wallet
  readonly transaction: WalletTransaction
}): ReactElement {
  const { wallet, transaction } = props
  const isInbound = transaction.transaction_type === 'inbound'
  const noun = isInbound ? 'consumptions' : 'fundings'
  const query = useList<OtherEnd>(
    `/wallet_transactions/${transaction.lago_id}/${noun}`,
    `wallet_transaction_${noun}`,
    { per_page: 100 },
  )
  const title = isInbound ? 'What it was used for' : 'What it was taken from'
  return (
    <Card title={title} isFlush>
      <Loaded query={query} rows={2}>
        {({ rows }) =>
          rows.length === 0 ? (
            <p className="card-note muted">Nothing of it was used yet.</p>
          ) : (
            <Table
              label={title}
              rows={rows}
              keyOf={({ lago_id }) => lago_id}
              columns={[
                {
                  title: 'What',
                  cell: ({ wallet_transaction: other }) => other.name || KINDS[other.transaction_status],
                },
                { title: 'Credits', isNumber: true, cell: ({ credit_amount }) => formatUnits(credit_amount) },
                {
                  title: 'Money',
                  isNumber: true,
                  cell: ({ amount_cents }) => formatCents(amount_cents, wallet.currency),
                },
                { title: 'When', cell: ({ created_at }) => formatDate(created_at) },
              ]}
            />
          )
        }
      </Loaded>
    </Card>
  )
}
