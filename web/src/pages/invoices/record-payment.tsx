import type { ReactElement } from 'react'
import type { Invoice } from '../../api/types.ts'
import { formatCents, toMajor, toMinor } from '../../format/money.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { DecimalField, TextField } from '../../parts/fields.tsx'
import { FormPage, useForm } from '../../parts/form.tsx'
import { useToasts } from '../../parts/toast.tsx'

type PaymentValues = { amount: string; reference: string; day: string }

/** Notes a payment that came by another way, such as a bank transfer. */
export function RecordPayment(props: {
  readonly invoice: Invoice
  readonly onClose: () => void
}): ReactElement {
  const { invoice, onClose } = props
  const { currency, total_due_amount_cents: due } = invoice
  const toasts = useToasts()
  const form = useForm<PaymentValues>({
    initial: { amount: toMajor(due, currency), reference: '', day: '' },
    check: (values) => {
      const cents = toMinor(values.amount, currency)
      return {
        amount:
          cents === null || cents <= 0 || cents > due
            ? `Enter up to ${formatCents(due, currency)}.`
            : undefined,
        reference: values.reference.trim() === '' ? 'Enter the reference of the payment.' : undefined,
      }
    },
    toWrite: (values) => ({
      method: 'POST',
      path: '/payments',
      body: {
        payment: {
          invoice_id: invoice.lago_id,
          amount_cents: toMinor(values.amount, currency),
          reference: values.reference.trim(),
          ...(values.day ? { paid_at: values.day } : {}),
        },
      },
    }),
    onDone: () => {
      toasts.success('The payment was recorded.')
      onClose()
    },
  })
  return (
    <Dialog title="Record payment" isOpen onClose={onClose}>
      <FormPage form={form} verb="Record payment" onCancel={onClose}>
        <div className="form-fields">
          <DecimalField
            name="amount"
            label="Amount"
            isRequired
            suffix={currency}
            help={`${formatCents(due, currency)} is due.`}
          />
          <TextField
            name="reference"
            label="Reference"
            isRequired
            help="What the bank statement says, for example."
          />
          <TextField name="day" label="Paid on" type="date" help="Empty means today." />
        </div>
      </FormPage>
    </Dialog>
  )
}
