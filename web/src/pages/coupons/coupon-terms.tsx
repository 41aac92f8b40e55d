import type { ReactElement } from 'react'
import { CardsField, DecimalField, Row, SelectField } from '../../parts/fields.tsx'
import type { CouponTermValues } from './coupon-values.ts'

const FREQUENCIES = [
  { value: 'once', label: 'Once' },
  { value: 'recurring', label: 'For a number of invoices' },
  { value: 'forever', label: 'On every invoice' },
]

/** What a coupon takes off and how often. */
export function CouponTerms(props: {
  readonly values: CouponTermValues
  readonly currencies: readonly string[]
  readonly locked?: string | undefined
  /** The kind is the coupon's, and only its figures can be changed. */
  readonly isKindFixed?: boolean
}): ReactElement {
  const { values, currencies, locked } = props
  return (
    <>
      {!props.isKindFixed && (
        <CardsField
          name="coupon_type"
          label="Kind"
          isRequired
          locked={locked}
          options={[
            { value: 'percentage', label: 'Percentage', help: 'A share of the invoice before taxes.' },
            { value: 'fixed_amount', label: 'Amount', help: 'A sum in one currency.' },
          ]}
        />
      )}
      {values.coupon_type === 'percentage' ? (
        <DecimalField name="percentage_rate" label="Rate" suffix="%" isRequired locked={locked} />
      ) : (
        <Row>
          <DecimalField
            name="amount_cents"
            label="Amount"
            suffix={values.amount_currency}
            isRequired
            locked={locked}
          />
          <SelectField
            name="amount_currency"
            label="Currency"
            options={currencies.map((value) => ({ value, label: value }))}
            locked={locked}
            help="It is taken off invoices in this currency only."
          />
        </Row>
      )}
      <Row>
        <SelectField name="frequency" label="Used" options={FREQUENCIES} locked={locked} />
        {values.frequency === 'recurring' && (
          <DecimalField
            name="frequency_duration"
            label="Number of invoices"
            isRequired
            locked={locked}
            help="One for each billing period."
          />
        )}
      </Row>
    </>
  )
}
