import { type ReactElement, useState } from 'react'
import { textOfProblem } from '../../api/problem-texts.ts'
import { useWrite, type Write } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import type { Customer, PaymentConnection } from '../../api/types.ts'
import { Code } from '../../parts/button.tsx'
import { Confirm } from '../../parts/dialog.tsx'
import { type Column, Table } from '../../parts/list.tsx'
import { Menu, type MenuItem } from '../../parts/menu.tsx'
import { Named } from '../../parts/named.tsx'
import { None } from '../../parts/page.tsx'
import { Status, Tag } from '../../parts/status.tsx'
import { useToasts } from '../../parts/toast.tsx'
import { kindName } from '../connections/provider-kinds.ts'
import { isWaiting, linksPath, syncOf } from './connection-links.ts'

type OfCustomer = { readonly customer: Customer }

/** All connections of a customer: the accounts that it pays through, one of which is charged by itself. */
export function CustomerConnections(
  props: OfCustomer & { readonly links: readonly PaymentConnection[] },
): ReactElement {
  const { customer, links } = props
  const may = useMay()
  const columns: readonly Column<PaymentConnection>[] = [
    {
      title: 'Connection',
      cell: ({ code, payment_provider_name: name, is_default }) => (
        <span className="line">
          <Named name={name} code={code} />
          {is_default && <Tag>Default</Tag>}
        </span>
      ),
    },
    { title: 'Provider', cell: ({ payment_provider: type }) => kindName(type) },
    { title: 'Customer there', cell: (link) => <Status {...syncOf(link)} /> },
    {
      title: 'Id there',
      isMinor: true,
      cell: ({ provider_customer_id: id }) => (id === null ? <None /> : <Code text={id} />),
    },
    ...(may('customers:update')
      ? [
          {
            title: 'Actions',
            cell: (link: PaymentConnection) => <ConnectionMenu customer={customer} link={link} />,
          },
        ]
      : []),
  ]
  return (
    <Table
      label="payment connections"
      rows={links}
      columns={columns}
      keyOf={({ lago_id }) => lago_id}
      isStacked
    />
  )
}

function ConnectionMenu(props: OfCustomer & { readonly link: PaymentConnection }): ReactElement {
  const { customer, link } = props
  const [isEnding, setEnding] = useState(false)
  const { mutate } = useWrite()
  const toasts = useToasts()
  const path = `${linksPath(customer)}/${encodeURIComponent(link.code)}`
  const run = (write: Write, done: string) => () =>
    mutate(write, {
      onSuccess: () => toasts.success(done),
      onError: (problem) => toasts.error(textOfProblem(problem)),
    })
  const again = { payment_connection: { sync_with_provider: true, sync: true } }
  const items: readonly MenuItem[] = [
    {
      label: 'Make it the default',
      icon: 'check',
      refusal: link.is_default ? 'It is already.' : undefined,
      onSelect: run(
        { method: 'PUT', path: `${path}/set_as_default` },
        'Invoices are charged there from now on.',
      ),
    },
    ...(isWaiting(link)
      ? [
          {
            label: 'Ask the provider again',
            icon: 'event' as const,
            onSelect: run({ method: 'PUT', path, body: again }, 'The provider knows the customer now.'),
          },
        ]
      : []),
    { label: 'End', icon: 'trash', isDangerous: true, onSelect: () => setEnding(true) },
  ]
  return (
    <>
      <Menu label={`Actions of ${link.code}`} items={items} />
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
          {link.is_default
            ? 'Its payment methods are forgotten here, and invoices are no longer charged by themselves.'
            : 'Its payment methods are forgotten here. The default connection stays as it is.'}
        </p>
      </Confirm>
    </>
  )
}
