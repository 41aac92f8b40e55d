import { isCurrency } from '../amounts/currency.ts'
import { isCountry } from '../input/places.ts'
import { type Outcome, Problems } from '../problems.ts'
import { ACCOUNT_TYPES, CUSTOMER_TYPES } from './customer-change.ts'

/** Filters of the customer list. All given filters must match. */
export type CustomerFilters = {
  readonly searchTerm?: string | undefined
  /** Takes precedence over `searchTerm`. */
  readonly externalId?: string | undefined
  readonly accountTypes?: readonly string[] | undefined
  readonly customerType?: string | undefined
  readonly hasCustomerType?: boolean | undefined
  readonly hasTaxNumber?: boolean | undefined
  readonly currencies?: readonly string[] | undefined
  readonly countries?: readonly string[] | undefined
  readonly states?: readonly string[] | undefined
  readonly zipcodes?: readonly string[] | undefined
  readonly billingEntityIds?: readonly string[] | undefined
  /** Pairs that must all match; an empty value matches customers without that key. */
  readonly metadata: readonly (readonly [string, string])[]
}

/** Rejects filter values that are not one of the allowed words (422). */
export function checkCustomerFilters(filters: CustomerFilters): Outcome<CustomerFilters> {
  const problems = new Problems()
  const check = (
    field: string,
    values: readonly string[] | undefined,
    isKnown: (text: string) => boolean,
  ) => {
    if (values && !values.every(isKnown)) problems.add(field, 'value_is_invalid')
  }
  const isWordOf = (words: readonly string[]) => (text: string) => words.includes(text)
  check('account_type', filters.accountTypes, isWordOf(ACCOUNT_TYPES))
  check(
    'customer_type',
    filters.customerType === undefined ? undefined : [filters.customerType],
    isWordOf(CUSTOMER_TYPES),
  )
  check('currencies', filters.currencies, isCurrency)
  check('countries', filters.countries, isCountry)
  if (filters.customerType !== undefined && filters.hasCustomerType === false) {
    problems.add('customer_type', 'value_must_be_blank')
  }
  return problems.outcome(filters)
}
