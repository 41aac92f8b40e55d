import { type ReactElement, useState } from 'react'
import { textOfProblem } from '../../api/problem-texts.ts'
import { useList, useWrite } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import type { Customer, PaymentConnection, PaymentMethod } from '../../api/types.ts'
import { formatDate } from '../../format/dates.ts'
import { Button, Code } from '../../parts/button.tsx'
import { Confirm, Dialog } from '../../parts/dialog.tsx'
import { type Column, Table } from '../../parts/list.tsx'
import { Menu, type MenuItem } from '../../parts/menu.tsx'
import { Card } from '../../parts/page.tsx'
import { Loaded } from '../../parts/states.tsx'
import { Tag } from '../../parts/status.tsx'
import { useToasts } from '../../parts/toast.tsx'
import { kindName, kindOf } from '../connections/provider-kinds.ts'
import { AddConnection } from './add-connection.tsx'
import { linksPath } from './connection-links.ts'
import { CustomerConnections } from './customer-connections.tsx'

type OfCustomer = { readonly customer: Customer }

const pathOf = ({ external_id }: Customer): string => `/customers/${encodeURIComponent(external_id)}`

/** The connections that a customer pays through, and the cards and mandates that it left there. */
export function HowItPays({ customer }: OfCustomer): ReactElement {
  const may = useMay()
  const [isAdding, setAdding] = useState(false)
  const query = useList<PaymentConnection>(
    linksPath(customer),
    'payment_connections',
    { per_page: 100 },
    { every: 5000 },
  )
  const links = query.data?.rows ?? []
  const isReady = query.data !== undefined && may('customers:update')
  const standard = links.find(({ is_default }) => is_default)
  const hasSetup = standard && !kindOf(standard.payment_provider)?.isPageOnly
  return (
    <Card
      title="How it pays"
      aside={
        <span className="line">
          {isReady && hasSetup && <SetupLink customer={customer} />}
          {/* An account is chosen among those that only some may see. */}
          {isReady && may('organization:integrations:view') && (
            <Button icon="link" onClick={() => setAdding(true)}>
              {links.length === 0 ? 'Link to a provider' : 'Add a connection'}
            </Button>
          )}
        </span>
      }
    >
      <Loaded query={query} rows={2}>
        {({ rows }) =>
          rows.length === 0 ? (
            <Unlinked customer={customer} />
          ) : (
            <div className="stack-wide">
              <CustomerConnections customer={customer} links={rows} />
              {!standard && (
                <p className="notice notice-info">
                  None of them is the default, so nothing is charged by itself.
                </p>
              )}
              {may('payment_methods:view') && <Methods customer={customer} standard={standard} />}
            </div>
          )
        }
      </Loaded>
      {isAdding && <AddConnection customer={customer} links={links} onClose={() => setAdding(false)} />}
    </Card>
  )
}

function Unlinked({ customer }: OfCustomer): ReactElement {
  const { payment_provider: named } = customer.billing_configuration
  return (
    <p className="muted">
      {named
        ? `${kindName(named)} is named as its provider, but it is not linked there: nothing is charged by itself.`
        : 'By itself: bank transfer, for example. Linked to a payment provider, its invoices are charged.'}
    </p>
  )
}

/** Gives the address of a page at the provider on which the customer leaves a card or a mandate. */
function SetupLink({ customer }: OfCustomer): ReactElement {
  const { mutate, data, isPending, reset } = useWrite<{ customer: { checkout_url: string } }>()
  const toasts = useToasts()
  const url = data?.customer.checkout_url
  return (
    <>
      <Button
        icon="link"
        isBusy={isPending}
        onClick={() =>
          mutate(
            { method: 'POST', path: `${pathOf(customer)}/checkout_url` },
            { onError: (problem) => toasts.error(textOfProblem(problem)) },
          )
        }
      >
        Setup link
      </Button>
      {url && (
        <Dialog title="Send this to your customer" isOpen onClose={reset}>
          <div className="stack">
            <p>On this page of the provider, the customer leaves a payment method. It works for a while.</p>
            <Code text={url} />
          </div>
        </Dialog>
      )}
    </>
  )
}

function Methods(props: OfCustomer & { readonly standard: PaymentConnection | undefined }): ReactElement {
  const { customer, standard } = props
  const query = useList<PaymentMethod>(
    `${pathOf(customer)}/payment_methods`,
    'payment_methods',
    { per_page: 100 },
    { every: 5000 },
  )
  const columns: readonly Column<PaymentMethod>[] = [
    {
      title: 'Payment method',
      cell: ({ provider_method_id, is_default }) => (
        <span className="line">
          <code>{provider_method_id}</code>
          {is_default && <Tag>Default</Tag>}
        </span>
      ),
    },
    { title: 'Provider', cell: ({ payment_provider_type: type }) => kindName(type) },
    { title: 'Left', isMinor: true, cell: ({ created_at }) => formatDate(created_at) },
    { title: 'Actions', cell: (method) => <MethodMenu customer={customer} method={method} /> },
  ]
  return (
    <Loaded query={query} rows={2}>
      {({ rows }) =>
        rows.length === 0 ? (
          <NoMethods standard={standard} />
        ) : (
          <Table
            label="payment methods"
            rows={rows}
            columns={columns}
            keyOf={({ lago_id }) => lago_id}
            isStacked
          />
        )
      }
    </Loaded>
  )
}

function NoMethods(props: { readonly standard: PaymentConnection | undefined }): ReactElement {
  const { standard } = props
  if (!standard) return <p className="muted">There is no payment method yet.</p>
  const { payment_provider: type } = standard
  if (kindOf(type)?.isPageOnly) {
    return (
      <p className="muted">
        {kindName(type)} stores no payment methods. Send the customer the payment link of each invoice.
      </p>
    )
  }
  return (
    <p className="notice notice-warning">
      There is no payment method yet, so nothing can be charged. Send the customer a setup link.
    </p>
  )
}

function MethodMenu(props: OfCustomer & { readonly method: PaymentMethod }): ReactElement | null {
  const { customer, method } = props
  const [isRemoving, setRemoving] = useState(false)
  const may = useMay()
  const { mutate } = useWrite()
  const toasts = useToasts()
  const path = `${pathOf(customer)}/payment_methods/${method.lago_id}`
  const items: readonly MenuItem[] = [
    ...(may('payment_methods:update')
      ? [
          {
            label: 'Make it the default',
            icon: 'check' as const,
            refusal: method.is_default ? 'It is already.' : undefined,
            onSelect: () =>
              mutate(
                { method: 'PUT', path: `${path}/set_as_default` },
                {
                  onSuccess: () => toasts.success('It is charged from now on.'),
                  onError: (problem) => toasts.error(textOfProblem(problem)),
                },
              ),
          },
        ]
      : []),
    ...(may('payment_methods:delete')
      ? [
          {
            label: 'Remove',
            icon: 'trash' as const,
            isDangerous: true,
            onSelect: () => setRemoving(true),
          },
        ]
      : []),
  ]
  return (
    <>
      <Menu label={`Actions of ${method.provider_method_id}`} items={items} />
      <Confirm
        title="Remove this payment method?"
        isOpen={isRemoving}
        onClose={() => setRemoving(false)}
        verb="Remove payment method"
        isDangerous
        write={{ method: 'DELETE', path }}
        done="The payment method was removed."
      >
        <p>It is charged no more, and is taken away at the provider too.</p>
      </Confirm>
    </>
  )
}
