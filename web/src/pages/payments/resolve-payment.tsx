import type { ReactElement } from 'react'
import { OWN_API } from '../../api/queries.ts'
import type { Payment } from '../../api/types.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { CardsField, TextField } from '../../parts/fields.tsx'
import { FormPage, useForm } from '../../parts/form.tsx'
import { useToasts } from '../../parts/toast.tsx'

type Values = { outcome: 'succeeded' | 'failed'; provider_payment_id: string; note: string }

/** States what somebody found out at the provider about a payment whose outcome is open. */
export function ResolvePayment(props: {
  readonly payment: Payment
  readonly onClose: () => void
}): ReactElement {
  const { payment, onClose } = props
  const toasts = useToasts()
  const form = useForm<Values>({
    initial: { outcome: 'succeeded', provider_payment_id: payment.provider_payment_id ?? '', note: '' },
    check: ({ outcome, provider_payment_id: id, note }) => ({
      provider_payment_id:
        outcome === 'succeeded' && id.trim() === '' ? 'Give the id that it has at the provider.' : undefined,
      note: note.trim() === '' ? 'Say how you know.' : undefined,
    }),
    toWrite: ({ outcome, provider_payment_id: id, note }) => ({
      method: 'POST',
      path: `${OWN_API}/payments/${payment.lago_id}/resolve`,
      body: {
        resolution: {
          outcome,
          note: note.trim(),
          ...(outcome === 'succeeded' ? { provider_payment_id: id.trim() } : {}),
        },
      },
    }),
    onDone: () => {
      toasts.success('The outcome was stated.')
      onClose()
    },
  })
  return (
    <Dialog title="State the outcome" isOpen onClose={onClose} isWide>
      <FormPage
        form={form}
        verb="State outcome"
        onCancel={onClose}
        effect="It counts as if the provider had said so. Look it up there first."
      >
        <div className="form-fields">
          <CardsField
            name="outcome"
            label="What became of it"
            options={[
              { value: 'succeeded', label: 'It was paid', help: 'The invoice is paid by it.' },
              { value: 'failed', label: 'It was not paid', help: 'The invoice is still due.' },
            ]}
          />
          {form.values.outcome === 'succeeded' && (
            <TextField name="provider_payment_id" label="Id at the provider" isRequired isCode />
          )}
          <TextField name="note" label="How you know" isRequired isLong />
        </div>
      </FormPage>
    </Dialog>
  )
}
