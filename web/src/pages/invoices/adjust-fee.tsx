import { type ReactElement, useMemo } from 'react'
import { ApiProblem } from '../../api/client.ts'
import { OWN_API, useList, useWrite } from '../../api/queries.ts'
import type { AdjustedFee, Invoice } from '../../api/types.ts'
import { formatUnits } from '../../format/money.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog, ProblemLine } from '../../parts/dialog.tsx'
import { DecimalField, TextField } from '../../parts/fields.tsx'
import { FormPage, useForm } from '../../parts/form.tsx'
import { useToasts } from '../../parts/toast.tsx'
import { type AdjustValues, adjustBody, checkAdjustment } from './adjust-values.ts'
import { feeName, type InvoiceFee } from './fee-name.ts'

const pathOf = (invoice: Invoice): string => `${OWN_API}/invoices/${invoice.lago_id}/adjusted_fees`

/** What was changed by hand on the lines of an invoice, by the id of the line. */
export function useAdjustedFees(invoice: Invoice): ReadonlyMap<string, AdjustedFee> {
  const { data } = useList<AdjustedFee>(pathOf(invoice), 'adjusted_fees', { per_page: 1000 })
  return useMemo(
    () => new Map((data?.rows ?? []).flatMap((row) => (row.lago_fee_id ? [[row.lago_fee_id, row]] : []))),
    [data],
  )
}

/** Changes the units, the price or the name of a line of a draft. */
export function AdjustFee(props: {
  readonly invoice: Invoice
  readonly fee: InvoiceFee
  readonly onClose: () => void
}): ReactElement {
  const { invoice, fee, onClose } = props
  const toasts = useToasts()
  const form = useForm<AdjustValues>({
    initial: { units: '', unitAmount: '', name: '' },
    check: checkAdjustment,
    toWrite: (values) => ({
      method: 'POST',
      path: pathOf(invoice),
      body: { adjusted_fee: adjustBody(values, fee) },
    }),
    onDone: () => {
      toasts.success('The line was changed.')
      onClose()
    },
  })
  return (
    <Dialog title={`Change ${feeName(fee)}`} isOpen onClose={onClose}>
      <FormPage
        form={form}
        verb="Change line"
        onCancel={onClose}
        effect="It stays changed when the draft is made anew and when it is finalized."
      >
        <div className="form-fields">
          <DecimalField name="units" label="Units" help={`${formatUnits(fee.units)} are billed now.`} />
          <DecimalField
            name="unitAmount"
            label="Unit price"
            suffix={fee.amount_currency}
            help="Empty keeps the prices of the plan."
          />
          <TextField name="name" label="Name on the invoice" />
        </div>
      </FormPage>
    </Dialog>
  )
}

/** Takes back what was changed by hand on a line of a draft. */
export function UndoAdjustment(props: {
  readonly invoice: Invoice
  readonly adjusted: AdjustedFee
  readonly onDone: () => void
}): ReactElement {
  const { invoice, adjusted, onDone } = props
  const { mutateAsync, isPending, error } = useWrite()
  const toasts = useToasts()
  const undo = async () => {
    try {
      // Awaited here: once the line is made anew this button is gone, and would not hear of it.
      await mutateAsync({ method: 'DELETE', path: `${pathOf(invoice)}/${adjusted.lago_id}` })
    } catch (problem) {
      if (problem instanceof ApiProblem) return // Shown below.
      throw problem
    }
    toasts.success('The line is as the usage makes it.')
    onDone()
  }
  return (
    <>
      <Button icon="subscription" isBusy={isPending} onClick={() => void undo()}>
        Undo the change
      </Button>
      {error && <ProblemLine problem={error} />}
    </>
  )
}
