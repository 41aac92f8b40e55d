import type { UseQueryResult } from '@tanstack/react-query'
import { type ReactElement, useState } from 'react'
import type { ApiProblem } from '../../api/client.ts'
import { useNames } from '../../api/names.ts'
import type { Page } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import type { AppliedCoupon } from '../../api/types.ts'
import { formatDate } from '../../format/dates.ts'
import { formatCents } from '../../format/money.ts'
import { IconButton } from '../../parts/button.tsx'
import { Confirm } from '../../parts/dialog.tsx'
import { Link, useAt } from '../../parts/link.tsx'
import { type Column, List, type ViewState } from '../../parts/list.tsx'
import { Named } from '../../parts/named.tsx'
import { None } from '../../parts/page.tsx'
import { Empty } from '../../parts/states.tsx'
import { Status } from '../../parts/status.tsx'
import { couponFrequency, couponValue } from './coupon-values.ts'

/** What is still to come of an applied coupon. */
function remainingOf(applied: AppliedCoupon): string {
  if (applied.status === 'terminated') return 'Nothing'
  if (applied.amount_cents_remaining !== null)
    return formatCents(applied.amount_cents_remaining, applied.amount_currency ?? 'EUR')
  if (applied.frequency_duration_remaining !== null)
    return `${applied.frequency_duration_remaining} of ${applied.frequency_duration ?? 0} invoices`
  return applied.frequency === 'forever' ? 'No end' : 'The next invoice'
}

/** Coupons of customers; those of one customer show the coupon, those of one coupon the customer. */
export function AppliedCouponTable(props: {
  readonly query: UseQueryResult<Page<AppliedCoupon>, ApiProblem>
  readonly view: ViewState
  readonly showsCoupon?: boolean
}): ReactElement {
  const { query, view, showsCoupon } = props
  const [removed, remove] = useState<AppliedCoupon | null>(null)
  const at = useAt()
  const may = useMay()
  const nameOf = useNames({
    customers: query.data?.rows.map((each) => each.external_customer_id),
  })
  const first: Column<AppliedCoupon> = showsCoupon
    ? {
        title: 'Coupon',
        cell: ({ coupon_name: name, coupon_code: code }) => <Named name={name} code={code} />,
      }
    : {
        title: 'Customer',
        cell: ({ external_customer_id: id }) => (
          <Link href={at(`/customers/${encodeURIComponent(id)}/coupons`)}>{nameOf('customers', id)}</Link>
        ),
      }
  const columns: readonly Column<AppliedCoupon>[] = [
    first,
    { title: 'Value', isNumber: true, cell: couponValue },
    { title: 'Duration', isMinor: true, cell: couponFrequency },
    { title: 'Remaining', cell: remainingOf },
    { title: 'Since', isMinor: true, cell: ({ created_at }) => formatDate(created_at) },
    { title: 'Status', cell: ({ status }) => <Status status={status} /> },
    {
      title: 'Remove',
      cell: (applied) =>
        applied.status !== 'active' || !may('coupons:detach') ? (
          <None />
        ) : (
          <IconButton
            icon="trash"
            label={`Remove ${applied.coupon_name} from ${applied.external_customer_id}`}
            onClick={() => remove(applied)}
          />
        ),
    },
  ]
  const customer = encodeURIComponent(removed?.external_customer_id ?? '')
  return (
    <>
      <List
        label="applied coupons"
        isStacked
        query={query}
        view={view}
        columns={columns}
        keyOf={({ lago_id }) => lago_id}
        empty={
          <Empty icon="coupon" title="No coupon yet">
            {showsCoupon ? 'This customer has no coupon.' : 'No customer has this coupon.'}
          </Empty>
        }
      />
      <Confirm
        title={`Remove ${removed?.coupon_name ?? ''}?`}
        isOpen={removed !== null}
        onClose={() => remove(null)}
        verb="Remove coupon"
        isDangerous
        write={{ method: 'DELETE', path: `/customers/${customer}/applied_coupons/${removed?.lago_id ?? ''}` }}
        done="The coupon was removed."
      >
        <p>
          {removed && nameOf('customers', removed.external_customer_id)} gets no further discount from it.
          Invoices keep what they were given.
        </p>
      </Confirm>
    </>
  )
}
