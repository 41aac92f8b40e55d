import { type ReactElement, useState } from 'react'
import { OWN_API, useList } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import type { Refund } from '../../api/types.ts'
import { formatDate, formatTime } from '../../format/dates.ts'
import { formatCents } from '../../format/money.ts'
import { Button, Code } from '../../parts/button.tsx'
import { Confirm, Dialog } from '../../parts/dialog.tsx'
import { Link, useAt } from '../../parts/link.tsx'
import { type Column, List, useView } from '../../parts/list.tsx'
import { Facts, Page } from '../../parts/page.tsx'
import { Empty } from '../../parts/states.tsx'
import { Status } from '../../parts/status.tsx'
import { PaymentTabs } from './payment-list.tsx'

const REFUNDS = `${OWN_API}/refunds`

const REASONS: Readonly<Record<Refund['reason'], string>> = {
  credit_note: 'Credit note',
  duplicate: 'Paid twice',
  activation_expired: 'Paid too late',
  voided_invoice: 'Invoice was voided',
}

const amountOf = ({ amount_cents, amount_currency }: Refund): string =>
  formatCents(amount_cents, amount_currency)

const columns: readonly Column<Refund>[] = [
  { title: 'Refund', cell: amountOf },
  { title: 'Status', cell: ({ state }) => <Status status={state} /> },
  { title: 'Reason', cell: ({ reason }) => REASONS[reason] },
  { title: 'Made', isMinor: true, cell: ({ created_at }) => formatDate(created_at) },
]

/** Money that providers give back. */
export function RefundList(): ReactElement {
  const view = useView()
  const at = useAt()
  const query = useList<Refund>(REFUNDS, 'refunds', { page: view.page, per_page: 50 }, { every: 5000 })
  const opened = query.data?.rows.find(({ lago_id }) => lago_id === view.get('refund'))
  return (
    <Page title="Refunds" crumbs={[{ label: 'Payments', href: at('/payments') }]} tabs={<PaymentTabs />}>
      <List
        label="refunds"
        query={query}
        view={view}
        columns={columns}
        keyOf={({ lago_id }) => lago_id}
        hrefOf={({ lago_id }) =>
          at(`/refunds?${new URLSearchParams({ page: String(view.page), refund: lago_id })}`)
        }
        empty={
          <Empty icon="payment" title="Nothing was given back" write={{ method: 'GET', path: REFUNDS }}>
            What a credit note refunds goes back through the payments of its invoice, and so does what was
            paid twice.
          </Empty>
        }
      />
      {opened && (
        <RefundDialog
          refund={opened}
          onClose={() => view.set({ refund: '', page: view.page === 1 ? '' : String(view.page) })}
        />
      )}
    </Page>
  )
}

/** One refund; one that failed can be sent again. */
function RefundDialog(props: { readonly refund: Refund; readonly onClose: () => void }): ReactElement {
  const { refund, onClose } = props
  const [isAsking, setAsking] = useState(false)
  const at = useAt()
  const may = useMay()
  const note = refund.lago_credit_note_id
  const mayRetry = refund.state === 'failed' && may('payments:create')
  return (
    <Dialog
      title={`Refund of ${amountOf(refund)}`}
      isOpen
      onClose={onClose}
      actions={
        mayRetry && (
          <>
            <span className="grow" />
            <Button kind="primary" icon="subscription" onClick={() => setAsking(true)}>
              Send again
            </Button>
          </>
        )
      }
    >
      <Facts
        facts={[
          ['Status', <Status key="status" status={refund.state} />],
          ['Error', refund.error && `${refund.error.message} (${refund.error.code})`],
          ['Reason', REASONS[refund.reason]],
          [
            'Payment',
            <Link key="payment" className="in-text" href={at(`/payments/${refund.lago_payment_id}`)}>
              Open the payment
            </Link>,
          ],
          [
            'Credit note',
            note && (
              <Link key="note" className="in-text" href={at(`/credit-notes/${note}`)}>
                Open the credit note
              </Link>
            ),
          ],
          ['Id at the provider', refund.provider_refund_id],
          ['Made', formatTime(refund.created_at)],
          ['Id', <Code key="id" text={refund.lago_id} />],
        ]}
      />
      <Confirm
        title={`Send the refund of ${amountOf(refund)} again?`}
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        verb="Send refund"
        write={{ method: 'POST', path: `${REFUNDS}/${refund.lago_id}/retry` }}
        done="A new refund is being sent."
        onDone={onClose}
      >
        <p>The one that failed stays in the list, and a new one is made.</p>
      </Confirm>
    </Dialog>
  )
}
