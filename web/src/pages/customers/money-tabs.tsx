import { type ReactElement, useState } from 'react'
import { useList } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import type { AppliedCoupon, CreditNote, Customer, Payment, Wallet } from '../../api/types.ts'
import { Button, ButtonLink } from '../../parts/button.tsx'
import { useAt } from '../../parts/link.tsx'
import { useView } from '../../parts/list.tsx'
import { Card } from '../../parts/page.tsx'
import { AppliedCouponTable } from '../coupons/applied-coupon-table.tsx'
import { ApplyCoupon } from '../coupons/apply-coupon.tsx'
import { CreditNoteTable } from '../credit-notes/credit-note-table.tsx'
import { PaymentTable } from '../payments/payment-list.tsx'
import { WalletTable } from '../wallets/wallet-table.tsx'
import { DunningCard } from './dunning-card.tsx'
import { HowItPays } from './how-it-pays.tsx'

type OfCustomer = { readonly customer: Customer }

const PER_PAGE = 50
const pathOf = ({ external_id }: Customer, noun: string) =>
  `/customers/${encodeURIComponent(external_id)}/${noun}`

/** The wallets of a customer. */
export function WalletsTab({ customer }: OfCustomer): ReactElement {
  const view = useView()
  const at = useAt()
  const may = useMay()
  const query = useList<Wallet>(pathOf(customer, 'wallets'), 'wallets', {
    page: view.page,
    per_page: PER_PAGE,
  })
  const search = new URLSearchParams({ customer: customer.external_id, currency: customer.currency ?? '' })
  const create = may('wallets:create') && (
    <ButtonLink href={at(`/wallets/new?${search}`)} icon="plus">
      New wallet
    </ButtonLink>
  )
  return (
    <div className="stack">
      {create && (query.data?.rows.length ?? 0) > 0 && <div className="line">{create}</div>}
      <WalletTable query={query} view={view} hidesCustomer create={create} />
    </div>
  )
}

/** The coupons of a customer. */
export function CouponsTab({ customer }: OfCustomer): ReactElement {
  const view = useView()
  const may = useMay()
  const [isApplying, setApplying] = useState(false)
  const query = useList<AppliedCoupon>(pathOf(customer, 'applied_coupons'), 'applied_coupons', {
    page: view.page,
    per_page: PER_PAGE,
  })
  return (
    <div className="stack">
      {may('coupons:attach') && (
        <div className="line">
          <Button icon="plus" onClick={() => setApplying(true)}>
            Apply a coupon
          </Button>
        </div>
      )}
      <AppliedCouponTable query={query} view={view} showsCoupon />
      {isApplying && (
        <ApplyCoupon externalCustomerId={customer.external_id} onClose={() => setApplying(false)} />
      )}
    </div>
  )
}

/** The credit notes of a customer. */
export function CreditNotesTab({ customer }: OfCustomer): ReactElement {
  const view = useView()
  const query = useList<CreditNote>(pathOf(customer, 'credit_notes'), 'credit_notes', {
    page: view.page,
    per_page: PER_PAGE,
  })
  return <CreditNoteTable query={query} view={view} hidesCustomer />
}

/** How a customer pays, and its payments. */
export function PaymentsTab({ customer }: OfCustomer): ReactElement {
  const view = useView()
  const query = useList<Payment>(pathOf(customer, 'payments'), 'payments', {
    page: view.page,
    per_page: PER_PAGE,
  })
  return (
    <div className="stack-wide">
      <HowItPays customer={customer} />
      <DunningCard customer={customer} />
      <Card title="Payments" isFlush>
        <PaymentTable query={query} view={view} hidesCustomer />
      </Card>
    </div>
  )
}
