import { useParams } from '@tanstack/react-router'
import { type ReactElement, useState } from 'react'
import { useNames } from '../../api/names.ts'
import { OWN_API, useList, useOne } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import type { AppliedCoupon, Coupon } from '../../api/types.ts'
import { counted } from '../../format/counts.ts'
import { formatTime } from '../../format/dates.ts'
import { ApiCallButton } from '../../parts/api-call.tsx'
import { Button, ButtonLink, Code } from '../../parts/button.tsx'
import { Confirm } from '../../parts/dialog.tsx'
import { useAt, useGo } from '../../parts/link.tsx'
import { useView } from '../../parts/list.tsx'
import { LoadedPage } from '../../parts/loaded-page.tsx'
import type { MenuItem } from '../../parts/menu.tsx'
import { Card, Columns, Facts, Page } from '../../parts/page.tsx'
import { Status } from '../../parts/status.tsx'
import { Tabs } from '../../parts/tabs.tsx'
import { useRecent } from '../../shell/recent.ts'
import { ActivityList } from '../activity/activity-list.tsx'
import { AppliedCouponTable } from './applied-coupon-table.tsx'
import { ApplyCoupon } from './apply-coupon.tsx'
import { couponLimits, couponStatus, namedIn } from './coupon-list.tsx'
import { couponFrequency, couponSentence, couponValue, valuesOfCoupon } from './coupon-values.ts'

const TABS = ['overview', 'applied', 'activity'] as const
const pathOf = (code: string) => `/coupons/${encodeURIComponent(code)}`

/** One coupon: what it gives, and who has it. */
export function CouponDetail(): ReactElement {
  const { code = '', tab = 'overview' } = useParams({ strict: false }) as { code?: string; tab?: string }
  const at = useAt()
  const query = useOne<Coupon>(pathOf(code), 'coupon')
  return (
    <LoadedPage title={code} crumbs={[{ label: 'Coupons', href: at('/coupons') }]} query={query}>
      {(coupon) => <Detail coupon={coupon} tab={tab} />}
    </LoadedPage>
  )
}

type Question = 'apply' | 'terminate' | 'delete' | null

function Detail({ coupon, tab }: { readonly coupon: Coupon; readonly tab: string }): ReactElement {
  const { name, code } = coupon
  const [question, ask] = useState<Question>(null)
  const at = useAt()
  const may = useMay()
  useRecent('Coupon', name)
  const home = at(pathOf(code))
  const isOver = coupon.terminated_at !== null
  return (
    <Page
      title={name}
      crumbs={[{ label: 'Coupons', href: at('/coupons') }]}
      status={<Status status={couponStatus(coupon)} />}
      facts={
        <>
          <Code text={code} />
          <span>
            {couponValue(coupon)} · {couponFrequency(coupon).toLowerCase()}
          </span>
        </>
      }
      action={
        <>
          {may('coupons:attach') && !isOver && (
            <Button kind="primary" icon="plus" onClick={() => ask('apply')}>
              Apply to a customer
            </Button>
          )}
          {may('coupons:update') && (
            <ButtonLink href={`${home}/edit`} icon="edit">
              Edit
            </ButtonLink>
          )}
        </>
      }
      menu={menuOf(coupon, { may, at, ask })}
      tabs={
        <Tabs
          label="Parts of the coupon"
          tabs={TABS.map((each) => ({
            href: each === 'overview' ? home : `${home}/${each}`,
            label: each.charAt(0).toUpperCase() + each.slice(1),
            isCurrent: each === tab,
          }))}
        />
      }
    >
      {tab === 'overview' && <Overview coupon={coupon} />}
      {tab === 'applied' && <Applied code={code} />}
      {tab === 'activity' && <ActivityList params={{ resource_ids: [coupon.lago_id] }} />}
      {question === 'apply' && <ApplyCoupon coupon={coupon} onClose={() => ask(null)} />}
      <Questions coupon={coupon} question={question} close={() => ask(null)} />
    </Page>
  )
}

function menuOf(
  coupon: Coupon,
  {
    may,
    at,
    ask,
  }: { may: (name: string) => boolean; at: (path: string) => string; ask: (q: Question) => void },
): MenuItem[] {
  const from = encodeURIComponent(coupon.code)
  return [
    ...(may('coupons:create')
      ? [{ label: 'Duplicate', icon: 'copy' as const, href: at(`/coupons/new?from=${from}`) }]
      : []),
    ...(may('coupons:update')
      ? [
          {
            label: 'Terminate',
            icon: 'close' as const,
            refusal: coupon.terminated_at ? 'It has ended already.' : undefined,
            onSelect: () => ask('terminate'),
          },
        ]
      : []),
    ...(may('coupons:delete')
      ? [{ label: 'Delete', icon: 'trash' as const, isDangerous: true, onSelect: () => ask('delete') }]
      : []),
  ]
}

function Questions(props: {
  readonly coupon: Coupon
  readonly question: Question
  readonly close: () => void
}): ReactElement {
  const { coupon, question, close } = props
  const at = useAt()
  const go = useGo()
  const path = pathOf(coupon.code)
  const uses = useList<AppliedCoupon>(
    '/applied_coupons',
    'applied_coupons',
    { coupon_code: [coupon.code], status: 'active', per_page: 1 },
    { enabled: question !== null },
  )
  const count = uses.data?.meta.total_count ?? 0
  return (
    <>
      <Confirm
        title={`Terminate ${coupon.name}?`}
        isOpen={question === 'terminate'}
        onClose={close}
        verb="Terminate coupon"
        isDangerous
        write={{ method: 'POST', path: `${OWN_API}${path}/terminate` }}
        done={`${coupon.name} was terminated.`}
      >
        <p>Nobody can be given it any more. Whoever has it keeps it: {counted(count, 'customer')}.</p>
      </Confirm>
      <Confirm
        title={`Delete ${coupon.name}?`}
        isOpen={question === 'delete'}
        onClose={close}
        verb="Delete coupon"
        isDangerous
        write={{ method: 'DELETE', path }}
        done={`${coupon.name} was deleted.`}
        onDone={() => go(at('/coupons'))}
      >
        <p>It is taken away from {counted(count, 'customer')}. Invoices keep what they were given.</p>
      </Confirm>
    </>
  )
}

function Overview({ coupon }: { readonly coupon: Coupon }): ReactElement {
  const nameOf = useNames(namedIn([coupon]))
  return (
    <Columns
      aside={
        <Card title="Facts" aside={<ApiCallButton write={{ method: 'GET', path: pathOf(coupon.code) }} />}>
          <Facts
            facts={[
              ['Code', <Code key="code" text={coupon.code} />],
              ['Created', formatTime(coupon.created_at)],
              ['Expires', coupon.expiration_at && formatTime(coupon.expiration_at)],
              ['Terminated', coupon.terminated_at && formatTime(coupon.terminated_at)],
              ['Id', <Code key="id" text={coupon.lago_id} />],
            ]}
          />
        </Card>
      }
    >
      <Card title="What it gives">
        <div className="stack-tight card-lead">
          <p>{couponSentence(valuesOfCoupon(coupon, 'EUR'))}</p>
          {coupon.description && <p className="muted">{coupon.description}</p>}
        </div>
        <Facts
          facts={[
            ['Value', couponValue(coupon)],
            ['Duration', couponFrequency(coupon)],
            ['Applies to', couponLimits(coupon, nameOf)],
            ['Per customer', coupon.reusable ? 'More than once' : 'Once'],
          ]}
        />
      </Card>
    </Columns>
  )
}

function Applied({ code }: { readonly code: string }): ReactElement {
  const view = useView()
  const query = useList<AppliedCoupon>('/applied_coupons', 'applied_coupons', {
    coupon_code: [code],
    page: view.page,
    per_page: 50,
  })
  return <AppliedCouponTable query={query} view={view} />
}
