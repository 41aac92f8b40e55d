import { type ReactElement, useState } from 'react'
import { textOfProblem } from '../../api/problem-texts.ts'
import { useList, useWrite } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import type { Customer, PaymentMethod } from '../../api/types.ts'
import { formatDate } from '../../format/dates.ts'
import { Button, Code } from '../../parts/button.tsx'
import { Confirm, Dialog } from '../../parts/dialog.tsx'
import { type Column, Table } from '../../parts/list.tsx'
import { Menu, type MenuItem } from '../../parts/menu.tsx'
import { Card, Facts } from '../../parts/page.tsx'
import { Loaded } from '../../parts/states.tsx'
import { Tag } from '../../parts/status.tsx'
import { useToasts } from '../../parts/toast.tsx'
import { kindName } from '../connections/connection-values.ts'
import { CustomerConnections } from './customer-connections.tsx'
import { LinkCustomer, linkWrite } from './link-customer.tsx'

type OfCustomer = { readonly customer: Customer }

const pathOf = ({ external_id }: Customer): string => `/customers/${encodeURIComponent(external_id)}`

/** The connection that a customer pays through, and the cards and mandates that it left there. */
export function HowItPays({ customer }: OfCustomer): ReactElement {
  const may = useMay()
  const [isLinking, setLinking] = useState(false)
  const [isUnlinking, setUnlinking] = useState(false)
  const billing = customer.billing_configuration
  const isLinked = Boolean(billing.payment_provider)
  const mayUpdate = may('customers:update')
  return (
    <Card
      title="How it pays"
      aside={
        mayUpdate && (
          <span className="line">
            {isLinked && <SetupLink customer={customer} />}
            {isLinked ? (
              <Button kind="quiet" onClick={() => setUnlinking(true)}>
                Unlink
              </Button>
            ) : (
              <Button icon="link" onClick={() => setLinking(true)}>
                Link to a provider
              </Button>
            )}
          </span>
        )
      }
    >
      {isLinked ? (
        <div className="stack-wide">
          <Facts
            facts={[
              ['Provider', kindName(billing.payment_provider ?? '')],
              ['Connection', billing.payment_provider_code],
              [
                'Id at the provider',
                billing.provider_customer_id ? <Code key="id" text={billing.provider_customer_id} /> : null,
              ],
            ]}
          />
          {may('payment_methods:view') && <Methods customer={customer} />}
          <CustomerConnections customer={customer} />
        </div>
      ) : (
        <div className="stack-wide">
          <p className="muted">
            By itself: bank transfer, for example. Linked to a payment provider, its invoices are charged.
          </p>
          <CustomerConnections customer={customer} />
        </div>
      )}
      {isLinking && <LinkCustomer customer={customer} onClose={() => setLinking(false)} />}
      <Confirm
        title="Unlink this customer?"
        isOpen={isUnlinking}
        onClose={() => setUnlinking(false)}
        verb="Unlink customer"
        isDangerous
        write={linkWrite(customer, { payment_provider: null })}
        done="The customer is no longer linked."
      >
        <p>Its payment methods there are forgotten here, and its invoices are no longer charged.</p>
      </Confirm>
    </Card>
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

function Methods({ customer }: OfCustomer): ReactElement {
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
    { title: 'Provider', isMinor: true, cell: ({ payment_provider_type: type }) => kindName(type) },
    { title: 'Left', isMinor: true, cell: ({ created_at }) => formatDate(created_at) },
    { title: 'Actions', cell: (method) => <MethodMenu customer={customer} method={method} /> },
  ]
  return (
    <Loaded query={query} rows={2}>
      {({ rows }) =>
        rows.length === 0 ? (
          <p className="notice notice-warning">
            There is no payment method yet, so nothing can be charged. Send the customer a setup link.
          </p>
        ) : (
          <Table label="payment methods" rows={rows} columns={columns} keyOf={({ lago_id }) => lago_id} />
        )
      }
    </Loaded>
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
