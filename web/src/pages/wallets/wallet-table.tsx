import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactElement, ReactNode } from 'react'
import type { ApiProblem } from '../../api/client.ts'
import { type NameOf, useNames } from '../../api/names.ts'
import type { Page } from '../../api/queries.ts'
import type { Wallet } from '../../api/types.ts'
import { formatDate } from '../../format/dates.ts'
import { formatCents, formatUnits } from '../../format/money.ts'
import { useAt } from '../../parts/link.tsx'
import { type Column, List, type ViewState } from '../../parts/list.tsx'
import { Named } from '../../parts/named.tsx'
import { None } from '../../parts/page.tsx'
import { Empty } from '../../parts/states.tsx'
import { Status } from '../../parts/status.tsx'

const EXAMPLE = {
  method: 'POST',
  path: '/wallets',
  body: {
    wallet: {
      external_customer_id: 'acme',
      name: 'Prepaid',
      rate_amount: '1',
      currency: 'EUR',
      paid_credits: '100',
    },
  },
} as const

/** What people call a wallet. */
export const walletName = ({ name, code }: Pick<Wallet, 'name' | 'code'>): string => name || code

const columnsOf = (hidesCustomer: boolean, nameOf: NameOf): readonly Column<Wallet>[] => [
  { title: 'Name', cell: (wallet) => <Named name={walletName(wallet)} code={wallet.code} /> },
  ...(hidesCustomer
    ? []
    : [
        {
          title: 'Customer',
          cell: ({ external_customer_id: id }: Wallet) => <Named name={nameOf('customers', id)} code={id} />,
        },
      ]),
  { title: 'Status', cell: ({ status }) => <Status status={status} /> },
  {
    title: 'Balance',
    isNumber: true,
    cell: ({ balance_cents, currency }) => formatCents(balance_cents, currency),
  },
  {
    title: 'Credits',
    isNumber: true,
    isMinor: true,
    cell: ({ credits_balance }) => formatUnits(credits_balance),
  },
  {
    title: 'After current usage',
    isNumber: true,
    isMinor: true,
    cell: ({ ongoing_balance_cents, currency }) => formatCents(ongoing_balance_cents, currency),
  },
  {
    title: 'Consumed',
    isNumber: true,
    isMinor: true,
    cell: ({ consumed_credits }) => formatUnits(consumed_credits),
  },
  { title: 'Priority', isNumber: true, isMinor: true, cell: ({ priority }) => priority },
  { title: 'Expires', isMinor: true, cell: ({ expiration_at: at }) => (at ? formatDate(at) : <None />) },
]

/** Wallets, of everybody or of one customer. */
export function WalletTable(props: {
  readonly query: UseQueryResult<Page<Wallet>, ApiProblem>
  readonly view: ViewState
  readonly hidesCustomer?: boolean
  readonly create?: ReactNode
}): ReactElement {
  const at = useAt()
  const nameOf = useNames({
    customers: props.hidesCustomer ? [] : props.query.data?.rows.map((wallet) => wallet.external_customer_id),
  })
  return (
    <List
      label="wallets"
      query={props.query}
      view={props.view}
      columns={columnsOf(props.hidesCustomer ?? false, nameOf)}
      keyOf={({ lago_id }) => lago_id}
      hrefOf={({ lago_id }) => at(`/wallets/${lago_id}`)}
      filters={['currency', 'customer']}
      empty={
        <Empty icon="wallet" title="Let customers pay ahead" action={props.create} write={EXAMPLE}>
          A wallet holds credits that a customer bought or was given. Invoices are paid from it first.
        </Empty>
      }
    />
  )
}
