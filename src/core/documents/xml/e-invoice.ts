import type { Decimal } from '../../amounts/decimal.ts'
import type { FrozenAddress, FrozenBankAccount } from '../frozen.ts'
import type { VatCode } from './vat-code.ts'

/**
 * What an e-invoice says, in the terms of EN 16931 and apart from how it is written: UBL and CII are two spellings of
 * this value, and the rules are checked on it. Comments name the business terms (BT).
 */
export type EInvoice = {
  readonly kind: 'invoice' | 'credit_note'
  /** Whose national rules hold: the billing entity's country. */
  readonly nation: Nation
  /** BT-1. */
  readonly number: string
  /** BT-2; YYYY-MM-DD as every date here. */
  readonly issuedOn: string
  /** BT-3. */
  readonly typeCode: string
  /** BT-5. */
  readonly currency: string
  /** BT-9. */
  readonly dueOn: string | null
  /** BT-10. */
  readonly buyerReference: string | null
  /** BT-13. */
  readonly orderReference: string | null
  /** BT-20. */
  readonly paymentTerms: string | null
  /** BT-21 and BT-22. */
  readonly notes: readonly ENote[]
  /** BT-25 and BT-26. */
  readonly preceding: { readonly number: string; readonly issuedOn: string | null } | null
  readonly seller: EParty
  readonly buyer: EParty
  /** BT-72. */
  readonly deliveredOn: string | null
  /** BT-73 and BT-74. */
  readonly period: EPeriod | null
  /** BT-75 to BT-80. */
  readonly deliveredTo: FrozenAddress | null
  readonly payment: EPayment
  readonly allowances: readonly EAllowance[]
  readonly totals: ETotals
  readonly vat: readonly EVatLine[]
  readonly lines: readonly ELine[]
}

export type Nation = 'FR' | 'DE'

export type ENote = { readonly code: string | null; readonly text: string }

export type EPeriod = { readonly from: string; readonly to: string }

/** An identifier and the scheme that it is of. */
export type EIdentifier = { readonly id: string; readonly scheme: string | null }

/** The seller or the buyer. */
export type EParty = {
  /** Whose fields these are: on self-billed documents the customer sells. */
  readonly owner: 'billing_entity' | 'customer'
  /** BT-27, BT-44. */
  readonly name: string | null
  /** BT-28, BT-45. */
  readonly tradeName: string | null
  /** BT-29, BT-46. */
  readonly identifier: EIdentifier | null
  /** BT-30, BT-47. */
  readonly legalId: EIdentifier | null
  /** BT-31, BT-48. */
  readonly vatId: string | null
  /** BT-32. */
  readonly taxId: string | null
  /** BT-34, BT-49. */
  readonly endpoint: EIdentifier | null
  /** BT-35 to BT-40, BT-50 to BT-55. */
  readonly address: FrozenAddress
  /** BT-41 to BT-43, BT-56 to BT-58. */
  readonly contact: {
    readonly name: string | null
    readonly phone: string | null
    readonly email: string | null
  }
  /** The tax number as it was entered, whatever it is written as. */
  readonly taxNumber: string | null
  /** The legal number as it was entered. */
  readonly legalNumber: string | null
}

/** BT-81 to BT-86. */
export type EPayment = {
  readonly meansCode: string
  readonly reference: string
  readonly account: FrozenBankAccount | null
}

/** What lines, allowances and lines of VAT share: a code of UNCL 5305 and a rate. */
export type VatCategory = {
  readonly code: VatCode
  /** In percent; null where nothing is subject to VAT. */
  readonly rate: string | null
  /** BT-121. */
  readonly exemptionCode: string | null
  /** BT-120. */
  readonly exemptionReason: string | null
}

/** BT-92 to BT-98. */
export type EAllowance = {
  readonly cents: bigint
  readonly category: VatCategory
  readonly reason: string | null
  readonly reasonCode: string | null
}

/** BT-106 to BT-115. */
export type ETotals = {
  readonly linesCents: bigint
  readonly allowancesCents: bigint
  readonly withoutVatCents: bigint
  readonly vatCents: bigint
  readonly withVatCents: bigint
  readonly prepaidCents: bigint
  readonly dueCents: bigint
}

/** BT-116 to BT-121. */
export type EVatLine = {
  readonly category: VatCategory
  /** BT-119. Germany asks for one even where nothing is subject to VAT. */
  readonly rate: string | null
  readonly baseCents: bigint
  readonly taxCents: bigint
}

/** BT-126 to BT-161. */
export type ELine = {
  readonly id: string
  readonly cents: bigint
  readonly quantity: Decimal
  /** For `per` units, in major units of the currency. */
  readonly price: Decimal
  readonly per: bigint
  readonly period: EPeriod | null
  readonly name: string
  readonly description: string | null
  readonly sellerItemId: string | null
  readonly category: VatCategory
  readonly properties: readonly { readonly name: string; readonly value: string }[]
}
