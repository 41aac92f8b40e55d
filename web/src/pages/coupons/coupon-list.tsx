import type { ReactElement } from 'react'
import { type NameOf, useNames } from '../../api/names.ts'
import { useList } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import type { Coupon } from '../../api/types.ts'
import { formatDate } from '../../format/dates.ts'
import { ButtonLink } from '../../parts/button.tsx'
import { useAt } from '../../parts/link.tsx'
import { type Column, List, useView } from '../../parts/list.tsx'
import { Named } from '../../parts/named.tsx'
import { None, Page } from '../../parts/page.tsx'
import { Empty } from '../../parts/states.tsx'
import { Status } from '../../parts/status.tsx'
import { couponFrequency, couponValue } from './coupon-values.ts'

const EXAMPLE = {
  method: 'POST',
  path: '/coupons',
  body: {
    coupon: {
      name: 'Spring',
      code: 'spring',
      coupon_type: 'percentage',
      percentage_rate: '20',
      frequency: 'recurring',
      frequency_duration: 3,
      expiration: 'no_expiration',
    },
  },
} as const

/** Whether a coupon can still be given to somebody. */
export const couponStatus = ({ terminated_at }: Coupon): string => (terminated_at ? 'terminated' : 'active')

/** What a coupon is limited to, in short. */
export const couponLimits = (coupon: Coupon, nameOf: NameOf): string => {
  const all = (kind: 'plans' | 'billable_metrics', codes: readonly string[]) =>
    codes.map((code) => nameOf(kind, code)).join(', ')
  if (coupon.limited_plans) return all('plans', coupon.plan_codes)
  if (coupon.limited_billable_metrics) return all('billable_metrics', coupon.billable_metric_codes)
  return 'Everything'
}

/** What coupons are limited to, to be named. */
export const namedIn = (coupons: readonly Coupon[]) => ({
  plans: coupons.flatMap((coupon) => coupon.plan_codes),
  billable_metrics: coupons.flatMap((coupon) => coupon.billable_metric_codes),
})

const columnsOf = (nameOf: NameOf): readonly Column<Coupon>[] => [
  { title: 'Name', cell: ({ name, code }) => <Named name={name} code={code} /> },
  { title: 'Value', isNumber: true, cell: couponValue },
  { title: 'Duration', cell: couponFrequency },
  { title: 'Applies to', isMinor: true, cell: (coupon) => couponLimits(coupon, nameOf) },
  { title: 'Expires', isMinor: true, cell: ({ expiration_at: at }) => (at ? formatDate(at) : <None />) },
  { title: 'Status', cell: (coupon) => <Status status={couponStatus(coupon)} /> },
]

/** Every coupon. */
export function CouponList(): ReactElement {
  const view = useView()
  const at = useAt()
  const may = useMay()
  const query = useList<Coupon>('/coupons', 'coupons', { page: view.page, per_page: 50 })
  const nameOf = useNames(namedIn(query.data?.rows ?? []))
  const create = may('coupons:create') ? (
    <ButtonLink href={at('/coupons/new')} kind="primary" icon="plus">
      New coupon
    </ButtonLink>
  ) : undefined
  return (
    <Page title="Coupons" action={create}>
      <List
        label="coupons"
        query={query}
        columns={columnsOf(nameOf)}
        keyOf={({ lago_id }) => lago_id}
        hrefOf={({ code }) => at(`/coupons/${encodeURIComponent(code)}`)}
        view={view}
        empty={
          <Empty icon="coupon" title="Give a discount" action={create} write={EXAMPLE}>
            A coupon takes a percentage or an amount off a customer’s invoices: once, for some of them, or for
            good.
          </Empty>
        }
      />
    </Page>
  )
}
