import type { ReactElement } from 'react'
import { useList } from '../../api/queries.ts'
import { useOrganization } from '../../api/session.ts'
import type { Coupon } from '../../api/types.ts'
import { CURRENCIES } from '../../format/countries.ts'
import { toMajor } from '../../format/money.ts'
import { CustomerField } from '../../parts/customer-field.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { SelectField } from '../../parts/fields.tsx'
import { FormPage, useForm } from '../../parts/form.tsx'
import { type Options, rowsOf } from '../../parts/options.tsx'
import { useToasts } from '../../parts/toast.tsx'
import { CouponTerms } from './coupon-terms.tsx'
import {
  type CouponTermValues,
  checkTerms,
  couponFrequency,
  couponValue,
  shortRate,
  termsBody,
} from './coupon-values.ts'

type ApplyValues = CouponTermValues & { external_customer_id: string; coupon_code: string }

function termsOf(coupon: Coupon | undefined, currency: string): CouponTermValues {
  const own = coupon?.amount_currency ?? currency
  return {
    coupon_type: coupon?.coupon_type ?? 'percentage',
    amount_cents: coupon && coupon.amount_cents !== null ? toMajor(coupon.amount_cents, own) : '',
    amount_currency: own,
    percentage_rate: shortRate(coupon?.percentage_rate),
    frequency: coupon?.frequency ?? 'once',
    frequency_duration: String(coupon?.frequency_duration ?? 3),
  }
}

/** Gives a coupon to a customer, on its own terms or others. Either of the two may be known. */
export function ApplyCoupon(props: {
  readonly coupon?: Coupon
  readonly externalCustomerId?: string
  readonly onClose: () => void
}): ReactElement {
  const { coupon, externalCustomerId, onClose } = props
  const { default_currency: currency } = useOrganization()
  const toasts = useToasts()
  const coupons = useList<Coupon>('/coupons', 'coupons', { per_page: 200 }, { enabled: !coupon })
  const offered = offeredOf(coupons)
  const form = useForm<ApplyValues>({
    initial: {
      external_customer_id: externalCustomerId ?? '',
      coupon_code: coupon?.code ?? '',
      ...termsOf(coupon, currency),
    },
    check: (values) => ({
      external_customer_id: values.external_customer_id === '' ? 'Choose a customer.' : undefined,
      coupon_code: values.coupon_code === '' ? 'Choose a coupon.' : undefined,
      ...(values.coupon_code === '' ? {} : checkTerms(values)),
    }),
    toWrite: (values) => ({
      method: 'POST',
      path: '/applied_coupons',
      body: {
        applied_coupon: {
          external_customer_id: values.external_customer_id.trim(),
          coupon_code: values.coupon_code,
          ...termsBody(values),
        },
      },
    }),
    onDone: () => {
      toasts.success('The coupon was applied.')
      onClose()
    },
  })
  const chosen = coupon ?? offered.find(({ code }) => code === form.values.coupon_code)
  return (
    <Dialog title={coupon ? `Apply ${coupon.name}` : 'Apply a coupon'} isOpen onClose={onClose} isWide>
      <FormPage
        form={form}
        verb="Apply coupon"
        onCancel={onClose}
        effect="It is used from the next invoice on."
      >
        <div className="form-fields">
          {externalCustomerId === undefined && <CustomerField name="external_customer_id" />}
          {!coupon && (
            <CouponChoice
              coupons={coupons}
              onPick={(picked) =>
                form.patch({ coupon_code: picked?.code ?? '', ...termsOf(picked, currency) })
              }
            />
          )}
          {chosen && <CouponTerms values={form.values} currencies={CURRENCIES} isKindFixed />}
        </div>
      </FormPage>
    </Dialog>
  )
}

/** Those that can still be applied. */
function offeredOf(coupons: Options<Coupon>): readonly Coupon[] {
  return rowsOf(coupons).filter(({ terminated_at }) => terminated_at === null)
}

function CouponChoice(props: {
  readonly coupons: Options<Coupon>
  readonly onPick: (coupon: Coupon | undefined) => void
}): ReactElement {
  const offered = offeredOf(props.coupons)
  return (
    <SelectField
      name="coupon_code"
      label="Coupon"
      isRequired
      placeholder="Choose a coupon"
      onPick={(code) => props.onPick(offered.find((each) => each.code === code))}
      from={{ asked: props.coupons, what: 'coupons', empty: 'There is no coupon that can be applied.' }}
      options={offered.map((each) => ({
        value: each.code,
        label: `${each.name} · ${couponValue(each)} · ${couponFrequency(each).toLowerCase()}`,
      }))}
    />
  )
}
