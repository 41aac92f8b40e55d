import { Decimal } from '../core/amounts/decimal.ts'
import { toWireCents } from '../core/amounts/json-text.ts'
import { roundCents } from '../core/amounts/rounding.ts'
import type { NoteEstimate } from '../core/credit-notes/estimate.ts'
import type { NoteTax } from '../core/credit-notes/note-amounts.ts'
import { creditNoteNumber } from '../core/credit-notes/number.ts'
import type { CreditNoteView } from '../store/credit-notes.ts'
import type { InvoiceRow } from '../store/invoices.ts'
import { toWireCustomerBase } from './customers.ts'
import { toWireFee } from './fees.ts'
import { type InvoiceLinks, toWireFlaws, toWireRefusals, xmlUrlOf } from './invoices.ts'
import { isoSeconds } from './times.ts'

/** A credit note with its customer, items and taxes. */
export function toWireCreditNote(note: CreditNoteView, links: Pick<InvoiceLinks, 'fileUrl'>): object {
  return {
    lago_id: note.id,
    billing_entity_code: note.billingEntityCode,
    sequential_id: note.sequentialId,
    number: creditNoteNumber(note.invoiceNumber, note.sequentialId),
    lago_invoice_id: note.invoiceId,
    invoice_number: note.invoiceNumber,
    purchase_order_number: note.purchaseOrderNumber,
    issuing_date: note.issuingDate,
    credit_status: note.creditStatus,
    refund_status: note.refundStatus,
    reason: note.reason,
    description: note.description,
    currency: note.currency,
    ...amountsOf(note),
    taxes_rate: Decimal.of(note.taxesRate).toNumber(),
    created_at: isoSeconds(note.createdAt),
    updated_at: isoSeconds(note.updatedAt),
    file_url: note.file === null ? null : links.fileUrl(note.file),
    xml_url: xmlUrlOf(note.eFile, links),
    self_billed: note.selfBilled,
    customer: { ...toWireCustomerBase(note.customer), integration_customers: [] },
    items: note.items.map((item) => toWireItem(item, note.currency)),
    applied_taxes: note.taxes.map((tax) => ({
      lago_id: tax.id,
      lago_credit_note_id: note.id,
      lago_tax_id: tax.taxId,
      tax_name: tax.taxName,
      tax_code: tax.taxCode,
      tax_rate: Decimal.of(tax.taxRate).toNumber(),
      tax_description: tax.taxDescription,
      base_amount_cents: toWireCents(tax.baseAmountCents),
      amount_cents: toWireCents(tax.amountCents),
      amount_currency: note.currency,
      created_at: isoSeconds(tax.createdAt),
    })),
    error_details: [...note.flawed.flatMap(toWireFlaws), ...toWireRefusals(note.eFile)],
    ...(note.metadata === null ? {} : { metadata: note.metadata }),
  }
}

function amountsOf(note: CreditNoteView) {
  const coupons = Decimal.of(note.preciseCouponsAdjustmentAmountCents)
  const taxes = Decimal.of(note.preciseTaxesAmountCents)
  const items = Decimal.sum(note.items.map((item) => Decimal.of(item.preciseAmountCents)))
  return {
    total_amount_cents: toWireCents(note.totalAmountCents),
    precise_total_amount_cents: items.minus(coupons).plus(taxes).toWire(),
    taxes_amount_cents: toWireCents(note.taxesAmountCents),
    precise_taxes_amount_cents: taxes.toWire(),
    sub_total_excluding_taxes_amount_cents: toWireCents(note.subTotalExcludingTaxesAmountCents),
    balance_amount_cents: toWireCents(note.balanceAmountCents),
    credit_amount_cents: toWireCents(note.creditAmountCents),
    refund_amount_cents: toWireCents(note.refundAmountCents),
    offset_amount_cents: toWireCents(note.offsetAmountCents),
    coupons_adjustment_amount_cents: toWireCents(roundCents(coupons)),
  }
}

function toWireItem(item: CreditNoteView['items'][number], currency: string): object {
  return {
    lago_id: item.id,
    amount_cents: toWireCents(item.amountCents),
    precise_amount_cents: Decimal.of(item.preciseAmountCents).toWire(),
    amount_currency: currency,
    fee: toWireFee(item.fee),
  }
}

/** What a credit note would come to. */
export function toWireEstimatedCreditNote(
  invoice: Pick<InvoiceRow, 'id' | 'number' | 'currency'>,
  estimate: NoteEstimate,
): object {
  const { amounts } = estimate
  return {
    lago_invoice_id: invoice.id,
    invoice_number: invoice.number,
    currency: invoice.currency,
    taxes_amount_cents: toWireCents(estimate.taxesCents),
    precise_taxes_amount_cents: amounts.preciseTaxesCents.toWire(),
    sub_total_excluding_taxes_amount_cents: toWireCents(amounts.subTotalCents),
    max_creditable_amount_cents: toWireCents(estimate.maxCreditableCents),
    max_refundable_amount_cents: toWireCents(estimate.maxRefundableCents),
    max_offsettable_amount_cents: toWireCents(estimate.maxOffsettableCents),
    coupons_adjustment_amount_cents: toWireCents(roundCents(amounts.preciseCouponsCents)),
    precise_coupons_adjustment_amount_cents: amounts.preciseCouponsCents.toWire(),
    taxes_rate: amounts.taxesRate.toNumber(),
    items: amounts.items.map(({ feeId, amountCents }) => ({
      lago_fee_id: feeId,
      amount_cents: toWireCents(amountCents),
    })),
    applied_taxes: amounts.taxes.map((tax) => estimatedTax(tax, invoice.currency)),
  }
}

function estimatedTax({ tax, baseCents, amountCents }: NoteTax, currency: string): object {
  return {
    lago_id: null,
    lago_credit_note_id: null,
    // A tax that is gone is known by its code only.
    lago_tax_id: tax.id === tax.code ? null : tax.id,
    tax_name: tax.name,
    tax_code: tax.code,
    tax_rate: tax.rate.toNumber(),
    tax_description: tax.description,
    base_amount_cents: toWireCents(baseCents),
    amount_cents: toWireCents(amountCents),
    amount_currency: currency,
    created_at: null,
  }
}
