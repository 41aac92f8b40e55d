import { type ReactElement, useState } from 'react'
import { textOfProblem } from '../../api/problem-texts.ts'
import { OWN_API, useList, useWrite } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import type { Payment, PaymentCall, PaymentTransition } from '../../api/types.ts'
import { formatTime } from '../../format/dates.ts'
import { Button } from '../../parts/button.tsx'
import { Confirm } from '../../parts/dialog.tsx'
import { type Column, Table } from '../../parts/list.tsx'
import type { MenuItem } from '../../parts/menu.tsx'
import { Card, None } from '../../parts/page.tsx'
import { Loaded } from '../../parts/states.tsx'
import { Status } from '../../parts/status.tsx'
import { useToasts } from '../../parts/toast.tsx'
import { ResolvePayment } from './resolve-payment.tsx'

const pathOf = ({ lago_id }: Payment, end: string): string => `${OWN_API}/payments/${lago_id}/${end}`

const CAUSES: Readonly<Record<PaymentTransition['cause'], string>> = {
  call: 'Request to the provider',
  message: 'Message of the provider',
  look: 'Weir asked',
  operator: 'Somebody here',
  clock: 'Time passed',
}

const steps: readonly Column<PaymentTransition>[] = [
  { title: 'State', cell: ({ to }) => <Status status={to} /> },
  { title: 'Because of', cell: ({ cause }) => CAUSES[cause] },
  { title: 'Note', isMinor: true, cell: ({ note }) => note || <None /> },
  { title: 'When', cell: ({ created_at }) => formatTime(created_at) },
]

const calls: readonly Column<PaymentCall>[] = [
  { title: 'Request', cell: ({ call }) => <code>{call}</code> },
  { title: 'Outcome', cell: ({ outcome }) => outcome.replaceAll('_', ' ') },
  { title: 'HTTP', isNumber: true, isMinor: true, cell: ({ http_status }) => http_status ?? <None /> },
  { title: 'Error', isMinor: true, cell: ({ error }) => error || <None /> },
  { title: 'When', cell: ({ started_at }) => formatTime(started_at) },
]

/** The changes of a payment by a provider; none of others. */
export function useTransitions(payment: Payment) {
  return useList<PaymentTransition>(
    pathOf(payment, 'transitions'),
    'transitions',
    {},
    { enabled: payment.type === 'provider', every: 5000 },
  )
}

/** How a payment by a provider came about: its states, and what was asked there. */
export function PaymentJournal({ payment }: { readonly payment: Payment }): ReactElement {
  const transitions = useTransitions(payment)
  const asked = useList<PaymentCall>(pathOf(payment, 'calls'), 'calls', {}, { every: 5000 })
  return (
    <>
      <Card title="What happened" isFlush>
        <Loaded query={transitions} rows={3}>
          {({ rows }) => (
            <Table label="changes of the payment" rows={rows} columns={steps} keyOf={(row) => row.lago_id} />
          )}
        </Loaded>
      </Card>
      <Card title="What was asked of the provider" isFlush>
        <Loaded query={asked} rows={3}>
          {({ rows }) => (
            <Table
              label="requests to the provider"
              rows={rows}
              columns={calls}
              keyOf={(row) => row.lago_id}
            />
          )}
        </Loaded>
      </Card>
    </>
  )
}

const ENDED = ['succeeded', 'failed', 'canceled']
/** What was sent, and of which somebody may know more than Weir. */
const RESOLVABLE = ['sending', 'unknown', 'processing', 'action_required']

type Opened = 'cancel' | 'resolve' | null

/** What can be done about a payment by a provider. */
export function usePaymentMenu(payment: Payment): {
  readonly menu: readonly MenuItem[]
  readonly dialog: ReactElement | null
} {
  const [opened, setOpened] = useState<Opened>(null)
  const may = useMay()
  const { mutate } = useWrite()
  const toasts = useToasts()
  const state = useTransitions(payment).data?.rows.at(-1)?.to ?? payment.payment_status
  const close = () => setOpened(null)
  if (payment.type !== 'provider' || !may('payments:create')) return { menu: [], dialog: null }
  const isOver = ENDED.includes(state)
  const menu: readonly MenuItem[] = [
    {
      label: 'Ask the provider now',
      icon: 'search',
      onSelect: () =>
        mutate(
          { method: 'POST', path: pathOf(payment, 'reconcile') },
          {
            onSuccess: () => toasts.success('The provider was asked.'),
            onError: (problem) => toasts.error(textOfProblem(problem)),
          },
        ),
    },
    {
      label: 'State its outcome',
      icon: 'edit',
      refusal: RESOLVABLE.includes(state) ? undefined : 'Only while its outcome is open.',
      onSelect: () => setOpened('resolve'),
    },
    {
      label: 'Cancel',
      icon: 'close',
      isDangerous: true,
      refusal: isOver ? 'It has ended.' : undefined,
      onSelect: () => setOpened('cancel'),
    },
  ]
  const dialog = (
    <>
      <Confirm
        title="Cancel this payment?"
        isOpen={opened === 'cancel'}
        onClose={close}
        verb="Cancel payment"
        isDangerous
        write={{ method: 'POST', path: pathOf(payment, 'cancel') }}
        done="The payment was canceled."
      >
        <p>
          It is ended before its money moves. If it is too late for that, nothing changes and you are told.
        </p>
      </Confirm>
      {opened === 'resolve' && <ResolvePayment payment={payment} onClose={close} />}
    </>
  )
  return { menu, dialog }
}

/** Charges the invoice of a failed payment again. */
export function RetryPayment({ payment }: { readonly payment: Payment }): ReactElement | null {
  const may = useMay()
  const { mutate, isPending } = useWrite()
  const toasts = useToasts()
  const isMeant =
    payment.type === 'provider' && payment.payment_status === 'failed' && payment.payable_type === 'Invoice'
  if (!isMeant || !may('invoices:update')) return null
  return (
    <Button
      icon="subscription"
      isBusy={isPending}
      onClick={() =>
        mutate(
          { method: 'POST', path: `/invoices/${payment.lago_payable_id}/retry_payment` },
          {
            onSuccess: () => toasts.success('What is still due of the invoice is being charged.'),
            onError: (problem) => toasts.error(textOfProblem(problem)),
          },
        )
      }
    >
      Charge again
    </Button>
  )
}
