import type { ReactElement } from 'react'
import { useOne } from '../../api/queries.ts'
import type { Customer, Subscription } from '../../api/types.ts'
import { dayIn, startOfDayIn } from '../../format/dates.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { TextField } from '../../parts/fields.tsx'
import { FormPage, useForm } from '../../parts/form.tsx'
import { Loaded } from '../../parts/states.tsx'
import { useToasts } from '../../parts/toast.tsx'

type Props = { readonly subscription: Subscription; readonly onClose: () => void }

/** How a subscription is called, and when it ends. */
export function EditSubscription({ subscription, onClose }: Props): ReactElement {
  const id = encodeURIComponent(subscription.external_customer_id)
  const payer = useOne<Customer>(`/customers/${id}`, 'customer')
  return (
    <Dialog title="Edit subscription" isOpen onClose={onClose}>
      <Loaded query={payer}>
        {({ applicable_timezone: zone }) => (
          <Form subscription={subscription} onClose={onClose} zone={zone ?? 'UTC'} />
        )}
      </Loaded>
    </Dialog>
  )
}

function Form({ subscription, onClose, zone }: Props & { readonly zone: string }): ReactElement {
  const toasts = useToasts()
  const { external_id, ending_at: end, name, status } = subscription
  const endsOn = end ? dayIn(Date.parse(end), zone) : ''
  const form = useForm<{ name: string; ending_at: string }>({
    initial: { name: name ?? '', ending_at: endsOn },
    check: () => ({}),
    toWrite: (values) => ({
      method: 'PUT',
      path: `/subscriptions/${encodeURIComponent(external_id)}${status === 'active' ? '' : `?status=${status}`}`,
      body: {
        subscription: {
          name: values.name.trim(),
          // An end within a day stays as it is as long as the day does.
          ...(values.ending_at === endsOn
            ? {}
            : { ending_at: values.ending_at === '' ? null : startOfDayIn(values.ending_at, zone) }),
        },
      },
    }),
    onDone: () => {
      toasts.success('The subscription was saved.')
      onClose()
    },
  })
  return (
    <FormPage form={form} verb="Save subscription" onCancel={onClose}>
      <div className="form-fields">
        <TextField name="name" label="Name" help="Printed on invoices." />
        <TextField
          name="ending_at"
          label="Ends"
          type="date"
          help={`At the start of the day, in ${zone}. Empty means never.`}
        />
      </div>
    </FormPage>
  )
}
