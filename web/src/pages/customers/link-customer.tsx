import type { ReactElement } from 'react'
import { useList } from '../../api/queries.ts'
import type { Customer, PaymentProvider } from '../../api/types.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { SelectField, TextField } from '../../parts/fields.tsx'
import { FormPage, useForm } from '../../parts/form.tsx'
import { Loaded } from '../../parts/states.tsx'
import { useToasts } from '../../parts/toast.tsx'
import { CONNECTIONS } from '../connections/connection-values.ts'

/** The call that links a customer, or unlinks it. */
export const linkWrite = (customer: Customer, billing: object) =>
  ({
    method: 'POST',
    path: '/customers',
    body: { customer: { external_id: customer.external_id, billing_configuration: billing } },
  }) as const

type Props = { readonly customer: Customer; readonly onClose: () => void }

/** Links a customer to a connection, as one that is known there or as a new one. */
export function LinkCustomer({ customer, onClose }: Props): ReactElement {
  const query = useList<PaymentProvider>(CONNECTIONS, 'payment_providers', { per_page: 100 })
  return (
    <Dialog title="Link to a payment provider" isOpen onClose={onClose}>
      <Loaded query={query} rows={2}>
        {({ rows }) =>
          rows.length === 0 ? (
            <p>There is no connection yet. Make one under Settings, Payment providers.</p>
          ) : (
            <LinkForm customer={customer} onClose={onClose} connections={rows} />
          )
        }
      </Loaded>
    </Dialog>
  )
}

function LinkForm(props: Props & { readonly connections: readonly PaymentProvider[] }): ReactElement {
  const { customer, onClose, connections } = props
  const toasts = useToasts()
  const form = useForm({
    initial: { connection: connections[0]?.lago_id ?? '', provider_customer_id: '' },
    toWrite: ({ connection, provider_customer_id: id }) => {
      const chosen = connections.find(({ lago_id }) => lago_id === connection)
      return linkWrite(customer, {
        payment_provider: chosen?.type,
        payment_provider_code: chosen?.code,
        sync: true,
        ...(id.trim() === '' ? { sync_with_provider: true } : { provider_customer_id: id.trim() }),
      })
    },
    onDone: () => {
      toasts.success('The customer is linked.')
      onClose()
    },
  })
  return (
    <FormPage form={form} verb="Link customer" onCancel={onClose}>
      <div className="form-fields">
        <SelectField
          name="connection"
          label="Connection"
          options={connections.map(({ lago_id, name }) => ({ value: lago_id, label: name }))}
        />
        <TextField
          name="provider_customer_id"
          label="Id at the provider"
          isCode
          help="Empty makes a new customer there."
        />
      </div>
    </FormPage>
  )
}
