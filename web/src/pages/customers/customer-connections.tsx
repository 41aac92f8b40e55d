import { type ReactElement, useState } from 'react'
import { textOfProblem } from '../../api/problem-texts.ts'
import { useList, useWrite } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import type { Customer, PaymentConnection } from '../../api/types.ts'
import { Confirm } from '../../parts/dialog.tsx'
import { type Column, Table } from '../../parts/list.tsx'
import { Menu, type MenuItem } from '../../parts/menu.tsx'
import { Tag } from '../../parts/status.tsx'
import { useToasts } from '../../parts/toast.tsx'
import { kindName } from '../connections/connection-values.ts'

type OfCustomer = { readonly customer: Customer }

const pathOf = ({ external_id }: Customer): string =>
  `/api/weir/v1/customers/${encodeURIComponent(external_id)}/payment_connections`

/** All connections of a customer, where it has others than the default one, which its page shows by itself. */
export function CustomerConnections({ customer }: OfCustomer): ReactElement | null {
  const { data } = useList<PaymentConnection>(pathOf(customer), 'payment_connections', { per_page: 100 })
  const rows = data?.rows ?? []
  if (rows.every(({ is_default }) => is_default)) return null
  const columns: readonly Column<PaymentConnection>[] = [
    {
      title: 'Connection',
      cell: ({ code, is_default }) => (
        <span className="line">
          <code>{code}</code>
          {is_default && <Tag>Default</Tag>}
        </span>
      ),
    },
    { title: 'Provider', isMinor: true, cell: ({ payment_provider: type }) => kindName(type) },
    {
      title: 'Id at the provider',
      isMinor: true,
      cell: ({ provider_customer_id: id }) => (id === null ? '–' : <code>{id}</code>),
    },
    {
      title: 'Actions',
      cell: (connection) => <ConnectionMenu customer={customer} connection={connection} />,
    },
  ]
  return <Table label="payment connections" rows={rows} columns={columns} keyOf={({ lago_id }) => lago_id} />
}

function ConnectionMenu(props: OfCustomer & { readonly connection: PaymentConnection }): ReactElement | null {
  const { customer, connection } = props
  const [isEnding, setEnding] = useState(false)
  const may = useMay()
  const { mutate } = useWrite()
  const toasts = useToasts()
  if (!may('customers:update')) return null
  const path = `${pathOf(customer)}/${encodeURIComponent(connection.code)}`
  const items: readonly MenuItem[] = [
    {
      label: 'Make it the default',
      icon: 'check',
      refusal: connection.is_default ? 'It is already.' : undefined,
      onSelect: () =>
        mutate(
          { method: 'PUT', path: `${path}/set_as_default` },
          {
            onSuccess: () => toasts.success('Invoices are charged there from now on.'),
            onError: (problem) => toasts.error(textOfProblem(problem)),
          },
        ),
    },
    { label: 'End', icon: 'trash', isDangerous: true, onSelect: () => setEnding(true) },
  ]
  return (
    <>
      <Menu label={`Actions of ${connection.code}`} items={items} />
      <Confirm
        title="End this connection?"
        isOpen={isEnding}
        onClose={() => setEnding(false)}
        verb="End connection"
        isDangerous
        write={{ method: 'DELETE', path }}
        done="The connection has ended."
      >
        <p>
          {connection.is_default
            ? 'Its payment methods are forgotten here, and invoices are no longer charged by themselves.'
            : 'Its payment methods are forgotten here. The default connection stays as it is.'}
        </p>
      </Confirm>
    </>
  )
}
