import type { ReactElement } from 'react'
import type { Wallet } from '../../api/types.ts'
import { formatPrice, formatUnits } from '../../format/money.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { DecimalField, Row, SwitchField, TextField } from '../../parts/fields.tsx'
import { FormPage, useForm } from '../../parts/form.tsx'
import { useToasts } from '../../parts/toast.tsx'
import { walletName } from './wallet-table.tsx'
import { isCredits } from './wallet-values.ts'

type DialogProps = { readonly wallet: Wallet; readonly onClose: () => void }

const CREDITS = 'Enter credits, with up to 5 digits after the point.'
const isSome = (credits: string) => credits !== '' && Number(credits) > 0

/** Sells or grants credits. */
export function TopUp({ wallet, onClose }: DialogProps): ReactElement {
  const toasts = useToasts()
  const form = useForm({
    initial: {
      paid_credits: '',
      granted_credits: '',
      name: '',
      ignore_paid_top_up_limits: false,
    },
    check: ({ paid_credits: paid, granted_credits: granted }) => ({
      paid_credits: !isCredits(paid)
        ? CREDITS
        : isSome(paid) || isSome(granted)
          ? undefined
          : 'Enter credits to sell or to grant.',
      granted_credits: isCredits(granted) ? undefined : CREDITS,
    }),
    toWrite: (values) => ({
      method: 'POST',
      path: '/wallet_transactions',
      body: {
        wallet_transaction: {
          wallet_id: wallet.lago_id,
          ...(values.paid_credits ? { paid_credits: values.paid_credits } : {}),
          ...(values.granted_credits ? { granted_credits: values.granted_credits } : {}),
          ...(values.name ? { name: values.name } : {}),
          ...(values.ignore_paid_top_up_limits ? { ignore_paid_top_up_limits: true } : {}),
        },
      },
    }),
    onDone: () => {
      toasts.success(`${walletName(wallet)} was topped up.`)
      onClose()
    },
  })
  const hasLimits =
    wallet.paid_top_up_min_amount_cents !== null || wallet.paid_top_up_max_amount_cents !== null
  return (
    <Dialog title={`Top up ${walletName(wallet)}`} isOpen onClose={onClose} isWide>
      <FormPage
        form={form}
        verb="Top up"
        onCancel={onClose}
        effect={`One credit is worth ${formatPrice(wallet.rate_amount, wallet.currency)}. Sold credits get an invoice and are in the wallet once it is paid.`}
      >
        <div className="form-fields">
          <Row>
            <DecimalField name="paid_credits" label="To sell" suffix="credits" />
            <DecimalField name="granted_credits" label="To grant" suffix="credits" />
          </Row>
          <TextField name="name" label="Name" help="Printed on the invoice. Optional." />
          {hasLimits && (
            <SwitchField
              name="ignore_paid_top_up_limits"
              label="Allow amounts outside of the wallet’s limits"
            />
          )}
        </div>
      </FormPage>
    </Dialog>
  )
}

/** Takes credits out of a wallet without an invoice. */
export function VoidCredits({ wallet, onClose }: DialogProps): ReactElement {
  const toasts = useToasts()
  const form = useForm({
    initial: { voided_credits: '', name: '' },
    check: ({ voided_credits: credits }) => ({
      voided_credits: isCredits(credits) && isSome(credits) ? undefined : 'Enter credits above zero.',
    }),
    toWrite: (values) => ({
      method: 'POST',
      path: '/wallet_transactions',
      body: {
        wallet_transaction: {
          wallet_id: wallet.lago_id,
          voided_credits: values.voided_credits,
          ...(values.name ? { name: values.name } : {}),
        },
      },
    }),
    onDone: () => {
      toasts.success('The credits were voided.')
      onClose()
    },
  })
  return (
    <Dialog title="Void credits" isOpen onClose={onClose}>
      <FormPage
        form={form}
        verb="Void credits"
        onCancel={onClose}
        effect="They are gone for good and count as consumed. Nothing is paid back."
      >
        <div className="form-fields">
          <DecimalField
            name="voided_credits"
            label="Credits"
            isRequired
            suffix="credits"
            help={`The wallet holds ${formatUnits(wallet.credits_balance)}.`}
          />
          <TextField name="name" label="Reason" help="Optional." />
        </div>
      </FormPage>
    </Dialog>
  )
}
