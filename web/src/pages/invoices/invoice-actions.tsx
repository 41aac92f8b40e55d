import { type ReactElement, useState } from 'react'
import { textOfProblem } from '../../api/problem-texts.ts'
import { useWrite } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import type { Invoice } from '../../api/types.ts'
import { Button, ButtonLink } from '../../parts/button.tsx'
import { Confirm } from '../../parts/dialog.tsx'
import { ownPath } from '../../parts/document-dialog.tsx'
import { useAt } from '../../parts/link.tsx'
import type { MenuItem } from '../../parts/menu.tsx'
import { SendByMail, sendItem } from '../../parts/send-by-mail.tsx'
import { useToasts } from '../../parts/toast.tsx'
import { RecordPayment } from './record-payment.tsx'
import { VoidInvoice } from './void-invoice.tsx'

/** What an invoice's state calls for next. */
export function InvoiceActions({ invoice }: { readonly invoice: Invoice }): ReactElement | null {
  const may = useMay()
  const at = useAt()
  const [opened, setOpened] = useState<'finalize' | 'payment' | null>(null)
  const refresh = useWrite()
  const toasts = useToasts()
  const path = `/invoices/${invoice.lago_id}`
  const onError = (problem: Parameters<typeof textOfProblem>[0]) => toasts.error(textOfProblem(problem))
  if (invoice.status === 'draft' && may('invoices:update')) {
    return (
      <>
        <Button
          icon="subscription"
          isBusy={refresh.isPending}
          onClick={() =>
            refresh.mutate(
              { method: 'PUT', path: `${path}/refresh` },
              { onSuccess: () => toasts.success('The draft was made anew.'), onError },
            )
          }
        >
          Refresh
        </Button>
        <Button kind="primary" icon="check" onClick={() => setOpened('finalize')}>
          Finalize
        </Button>
        <Confirm
          title="Finalize this draft?"
          isOpen={opened === 'finalize'}
          onClose={() => setOpened(null)}
          verb="Finalize invoice"
          write={{ method: 'PUT', path: `${path}/finalize` }}
          done="The invoice was finalized."
        >
          <p>It gets its number, its lines can no longer change, and its payment starts.</p>
        </Confirm>
      </>
    )
  }
  if (invoice.status === 'failed' && may('invoices:update')) {
    return (
      <Button
        kind="primary"
        isBusy={refresh.isPending}
        onClick={() =>
          refresh.mutate(
            { method: 'POST', path: `${path}/retry` },
            { onSuccess: () => toasts.success('The invoice is being made again.'), onError },
          )
        }
      >
        Retry
      </Button>
    )
  }
  if (invoice.status === 'voided' && !invoice.regenerated_invoice_id && may('invoices:create')) {
    return (
      <ButtonLink href={at(`/invoices/${invoice.lago_id}/regenerate`)} kind="primary" icon="invoice">
        Replace
      </ButtonLink>
    )
  }
  if (invoice.status === 'finalized' && invoice.total_due_amount_cents > 0 && may('payments:create')) {
    return (
      <>
        <Button kind="primary" icon="payment" onClick={() => setOpened('payment')}>
          Record payment
        </Button>
        {opened === 'payment' && <RecordPayment invoice={invoice} onClose={() => setOpened(null)} />}
      </>
    )
  }
  return null
}

/** The file of an e-invoice, where one was issued. */
export function eInvoiceItem({ xml_url: url }: { readonly xml_url: string | null }): readonly MenuItem[] {
  if (url === null) return []
  return [{ label: 'E-invoice (XML)', icon: 'download', onSelect: () => location.assign(ownPath(url)) }]
}

type Opened = 'succeeded' | 'failed' | 'pending' | 'void' | 'dispute' | 'delete' | 'mail' | null

/** The rest of what can be done; what cannot be done now says why. */
export function useInvoiceMenu(invoice: Invoice): { menu: readonly MenuItem[]; dialog: ReactElement | null } {
  const at = useAt()
  const may = useMay()
  const [opened, setOpened] = useState<Opened>(null)
  const { mutate } = useWrite()
  const toasts = useToasts()
  const path = `/invoices/${invoice.lago_id}`
  const isFinal = invoice.status === 'finalized'
  const onlyFinal = isFinal ? undefined : `Only for finalized invoices; this one is ${invoice.status}.`
  const mayUpdate = may('invoices:update')
  const setStatus = (status: 'succeeded' | 'failed' | 'pending', label: string): MenuItem => ({
    label,
    icon: 'payment',
    refusal: onlyFinal ?? (invoice.payment_status === status ? 'It is already so.' : undefined),
    onSelect: () => setOpened(status),
  })
  const menu: readonly MenuItem[] = [
    ...eInvoiceItem(invoice),
    ...(may('invoices:send')
      ? [sendItem({ email: invoice.customer.email, refusal: onlyFinal, onSelect: () => setOpened('mail') })]
      : []),
    ...(may('credit_notes:create')
      ? [
          {
            label: 'Credit note',
            icon: 'creditNote' as const,
            refusal: onlyFinal,
            href: at(`/credit-notes/new?invoice=${invoice.lago_id}`),
          },
        ]
      : []),
    ...(mayUpdate
      ? [
          setStatus('succeeded', 'Mark as paid'),
          setStatus('failed', 'Mark payment as failed'),
          setStatus('pending', 'Mark payment as pending'),
          {
            label: 'Retry payment',
            icon: 'subscription' as const,
            refusal: onlyFinal ?? (invoice.payment_status === 'succeeded' ? 'It is paid.' : undefined),
            onSelect: () =>
              mutate(
                { method: 'POST', path: `${path}/retry_payment` },
                {
                  onSuccess: () => toasts.success('The payment is tried again.'),
                  onError: (problem) => toasts.error(textOfProblem(problem)),
                },
              ),
          },
          {
            label: 'Dispute lost',
            icon: 'alert' as const,
            refusal: onlyFinal,
            onSelect: () => setOpened('dispute'),
          },
        ]
      : []),
    ...(may('invoices:void')
      ? [
          {
            label: 'Void',
            icon: 'close' as const,
            isDangerous: true,
            refusal: onlyFinal,
            onSelect: () => setOpened('void'),
          },
        ]
      : []),
    ...(may('invoices:delete') && invoice.status === 'draft'
      ? [
          {
            label: 'Delete draft',
            icon: 'trash' as const,
            isDangerous: true,
            onSelect: () => setOpened('delete'),
          },
        ]
      : []),
  ]
  return { menu, dialog: <InvoiceDialog invoice={invoice} opened={opened} onClose={() => setOpened(null)} /> }
}

function InvoiceDialog(props: {
  readonly invoice: Invoice
  readonly opened: Opened
  readonly onClose: () => void
}): ReactElement | null {
  const { invoice, opened, onClose } = props
  const path = `/invoices/${invoice.lago_id}`
  if (opened === null) return null
  if (opened === 'void') return <VoidInvoice invoice={invoice} onClose={onClose} />
  if (opened === 'mail') {
    const { number, customer } = invoice
    return <SendByMail path={path} name={number} email={customer.email ?? ''} onClose={onClose} />
  }
  if (opened === 'dispute') {
    return (
      <Confirm
        title="Was the dispute lost?"
        isOpen
        onClose={onClose}
        verb="Mark as lost"
        isDangerous
        write={{ method: 'POST', path: `${path}/lose_dispute`, body: {} }}
        done="The dispute was marked as lost."
      >
        <p>The invoice stays, and is no longer asked for. This cannot be undone.</p>
      </Confirm>
    )
  }
  if (opened === 'delete') {
    return (
      <Confirm
        title="Delete this draft?"
        isOpen
        onClose={onClose}
        verb="Delete draft"
        isDangerous
        write={{ method: 'DELETE', path }}
        done="The draft was deleted."
      >
        <p>What it would have billed is not billed by another invoice.</p>
      </Confirm>
    )
  }
  return (
    <Confirm
      title={`Set the payment to ${opened}?`}
      isOpen
      onClose={onClose}
      verb="Set payment status"
      write={{ method: 'PUT', path, body: { invoice: { payment_status: opened } } }}
      done="The payment status was set."
    >
      <p>
        {opened === 'succeeded'
          ? 'The invoice counts as paid in full, without a payment behind it. To keep a reference, record a payment instead.'
          : 'Nothing is charged or given back by this.'}
      </p>
    </Confirm>
  )
}
